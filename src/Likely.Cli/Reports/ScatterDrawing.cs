using System.Globalization;
using System.Text;

namespace Likely.Cli;

/// <summary>Points of a plane as an SVG file of 800 x 800 units, of one scale in both directions: a colour for each label, whose name stands at the median of its points and in a legend.</summary>
/// <param name="points">[items, 2].</param>
/// <param name="labels">The label of each, -1 for none.</param>
/// <param name="names">The labels' names.</param>
/// <param name="title">What is drawn.</param>
sealed class ScatterDrawing(float[] points, int[] labels, IReadOnlyList<string> names, string title)
{
    const int Size = 800, Margin = 40, Row = 18, MostNamed = 40;

    /// <summary>The file's text.</summary>
    public string ToSvg()
    {
        var (low, high) = (new double[2], new double[2]);
        for (var axis = 0; axis < 2; axis++)
            (low[axis], high[axis]) = (Enumerable.Range(0, labels.Length).Min(i => (double)points[2 * i + axis]), Enumerable.Range(0, labels.Length).Max(i => (double)points[2 * i + axis]));
        var span = Math.Max(high[0] - low[0], high[1] - low[1]);
        var scale = (Size - 2 * Margin) / (span > 0 ? span : 1);
        double X(double x) => Size / 2.0 + (x - (low[0] + high[0]) / 2) * scale;
        double Y(double y) => Size / 2.0 - (y - (low[1] + high[1]) / 2) * scale;
        var classes = Enumerable.Range(-1, names.Count + 1).Select(label => (Label: label, Items: Enumerable.Range(0, labels.Length).Where(i => labels[i] == label).ToArray())).Where(one => one.Items.Length > 0).ToArray();
        var named = classes.Count(one => one.Label >= 0) <= MostNamed;
        var svg = new StringBuilder(Text($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Size + 160} {Size}\" font-family=\"sans-serif\" font-size=\"13\">\n<title>{Report.Escape(title)}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"));
        foreach (var (label, items) in classes)
        {
            svg.Append(Text($"<g fill=\"{Colour(label)}\" fill-opacity=\"0.6\">"));
            foreach (var i in items) svg.Append(Text($"<circle cx=\"{X(points[2 * i]):0.#}\" cy=\"{Y(points[2 * i + 1]):0.#}\" r=\"2.2\"/>"));
            svg.Append("</g>\n");
        }
        var row = 0;
        foreach (var (label, items) in classes)
        {
            if (label < 0 || !named) continue;
            var (name, at) = (Report.Escape(names[label].Length > 16 ? names[label][..16] : names[label]), Margin + Row * row++);
            svg.Append(Text($"<text x=\"{X(Median(items, 0)):0.#}\" y=\"{Y(Median(items, 1)):0.#}\" text-anchor=\"middle\" font-size=\"20\" font-weight=\"bold\" stroke=\"#fff\" stroke-width=\"4\" paint-order=\"stroke\" fill=\"{Colour(label)}\">{name}</text>\n"));
            svg.Append(Text($"<circle cx=\"{Size + 12}\" cy=\"{at}\" r=\"5\" fill=\"{Colour(label)}\"/><text x=\"{Size + 24}\" y=\"{at + 5}\">{name} ({items.Length})</text>\n"));
        }
        return svg.Append("</svg>\n").ToString();
    }

    double Median(int[] items, int axis)
    {
        float[] values = [.. items.Select(i => points[2 * i + axis])];
        Array.Sort(values);
        return values[values.Length / 2];
    }

    // Hues a golden angle apart, so that neighbours among the labels differ; grey for none.
    static string Colour(int label) => label < 0 ? "#888" : Text($"hsl({label * 137.508 % 360:0},70%,{(label % 2 == 0 ? 42 : 55)}%)");

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
