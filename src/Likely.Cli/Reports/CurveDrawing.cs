using System.Globalization;
using System.Text;

namespace Likely.Cli;

/// <summary>
/// Curves as inline SVG in a view of 720 x 300 units: round ticks (1, 2 or 5 times a power of ten), light grid, a legend
/// above. A curve of more than 1,200 points is thinned to the lowest and the highest of each of 600 runs of points.
/// </summary>
sealed class CurveDrawing
{
    const double Width = 720, Height = 300, Left = 64, Right = 692, Top = 12, Bottom = 248;
    const int Colours = 6, MostPoints = 1200;

    readonly IReadOnlyList<(string Name, IReadOnlyList<(double X, double Y)> Points)> _series;
    readonly double _xLow, _xHigh, _yLow, _yHigh, _xStep, _yStep;

    internal CurveDrawing(IReadOnlyList<(string Name, IReadOnlyList<(double X, double Y)> Points)> series)
    {
        _series = series;
        double xLow = double.PositiveInfinity, xHigh = double.NegativeInfinity, yLow = xLow, yHigh = xHigh;
        foreach (var (_, points) in series)
            foreach (var (x, y) in points)
            {
                if (!IsFinite(x, y)) continue;
                (xLow, xHigh, yLow, yHigh) = (Math.Min(xLow, x), Math.Max(xHigh, x), Math.Min(yLow, y), Math.Max(yHigh, y));
            }
        if (xLow > xHigh) (xLow, xHigh, yLow, yHigh) = (0, 1, 0, 1);
        (_xLow, _xHigh) = Widen(xLow, xHigh);
        (_yLow, _yHigh) = Widen(yLow, yHigh);
        _xStep = TickStep(_xHigh - _xLow);
        _yStep = TickStep(_yHigh - _yLow);
        _yLow = Math.Floor(_yLow / _yStep) * _yStep; // the value axis ends on ticks, the other where the data end
        _yHigh = Math.Ceiling(_yHigh / _yStep) * _yStep;
    }

    internal string ToHtml(string title, string xLabel, string yLabel)
    {
        var svg = new StringBuilder("<div class=\"legend\">");
        for (var i = 0; i < _series.Count; i++) svg.Append($"<span><i style=\"background: {Colour(i)}\"></i>{Report.Escape(_series[i].Name)}</span>");
        svg.Append("</div>");
        svg.Append(Text($"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Report.Escape(title)}\">"));
        for (var i = 0; i <= Ticks(_yLow, _yHigh, _yStep); i++)
        {
            var value = Tick(_yLow, _yStep, i);
            svg.Append(Text($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Right}\" y1=\"{Y(value):0.#}\" y2=\"{Y(value):0.#}\"/>"));
            svg.Append(Text($"<text x=\"{Left - 10}\" y=\"{Y(value) + 4:0.#}\" text-anchor=\"end\">{Label(value)}</text>"));
        }
        for (var i = 0; i <= Ticks(_xLow, _xHigh, _xStep); i++)
        {
            var value = Tick(_xLow, _xStep, i);
            svg.Append(Text($"<text x=\"{X(value):0.#}\" y=\"{Bottom + 20}\" text-anchor=\"middle\">{Label(value)}</text>"));
        }
        svg.Append(Text($"<text x=\"{(Left + Right) / 2}\" y=\"{Height - 10}\" text-anchor=\"middle\">{Report.Escape(xLabel)}</text>"));
        svg.Append(Text($"<text transform=\"translate(14 {(Top + Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">{Report.Escape(yLabel)}</text>"));

        for (var i = 0; i < _series.Count; i++) AppendCurve(svg, Thin(_series[i].Points), Colour(i));
        return svg.Append("</svg>").ToString();
    }

    void AppendCurve(StringBuilder svg, IReadOnlyList<(double X, double Y)> points, string colour)
    {
        for (var start = 0; start < points.Count;)
        {
            var end = start;
            while (end < points.Count && IsFinite(points[end].X, points[end].Y)) end++;
            if (end - start == 1) svg.Append(Text($"<circle cx=\"{X(points[start].X):0.#}\" cy=\"{Y(points[start].Y):0.#}\" r=\"3\" fill=\"{colour}\"/>"));
            else if (end > start)
            {
                svg.Append($"<path class=\"curve\" stroke=\"{colour}\" d=\"");
                for (var i = start; i < end; i++) svg.Append(Text($"{(i == start ? 'M' : 'L')}{X(points[i].X):0.#} {Y(points[i].Y):0.#}"));
                svg.Append("\"/>");
            }
            start = end + 1;
        }
    }

    static IReadOnlyList<(double X, double Y)> Thin(IReadOnlyList<(double X, double Y)> points)
    {
        if (points.Count <= MostPoints) return points;
        var thinned = new List<(double X, double Y)>(MostPoints);
        const int runs = MostPoints / 2;
        for (var run = 0; run < runs; run++)
        {
            int low = (int)((long)run * points.Count / runs), high = low;
            for (var i = low; i < (int)((run + 1L) * points.Count / runs); i++)
            {
                if (!(points[low].Y <= points[i].Y)) low = i;
                if (!(points[high].Y >= points[i].Y)) high = i;
            }
            thinned.Add(points[Math.Min(low, high)]);
            if (low != high) thinned.Add(points[Math.Max(low, high)]);
        }
        return thinned;
    }

    static string Colour(int series) => $"var(--c{series % Colours})";

    double X(double x) => Left + (x - _xLow) / (_xHigh - _xLow) * (Right - Left);

    double Y(double y) => Bottom - (y - _yLow) / (_yHigh - _yLow) * (Bottom - Top);

    static bool IsFinite(double x, double y) => Math.Abs(x) < 1e300 && Math.Abs(y) < 1e300;

    // A span too small to divide (one value, or values that differ in their last digits) is widened about its middle.
    static (double Low, double High) Widen(double low, double high)
    {
        var least = Math.Max(Math.Max(Math.Abs(low), Math.Abs(high)) * 1e-9, 1e-12);
        if (high - low > least) return (low, high);
        var half = low == 0 && high == 0 ? 1 : Math.Max(Math.Abs(low), Math.Abs(high)) / 10;
        return (low - half, high + half);
    }

    /// <summary>The smallest of 1, 2, 5 times a power of ten that cuts the span into at most six.</summary>
    static double TickStep(double span)
    {
        var power = 1.0;
        while (power > span / 6) power /= 10;
        while (power * 10 < span / 6) power *= 10;
        return power >= span / 6 ? power : 2 * power >= span / 6 ? 2 * power : 5 * power >= span / 6 ? 5 * power : 10 * power;
    }

    static double Tick(double low, double step, int index) => (Math.Ceiling(low / step - 1e-9) + index) * step + 0.0; // no -0

    static int Ticks(double low, double high, double step) => (int)(Math.Floor(high / step + 1e-9) - Math.Ceiling(low / step - 1e-9));

    static string Label(double value)
    {
        var size = Math.Abs(value);
        return value.ToString(size >= 1e7 || (size > 0 && size < 1e-4) ? "0.##e0" : size >= 10_000 ? "#,0.####" : "0.######", CultureInfo.InvariantCulture);
    }

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
