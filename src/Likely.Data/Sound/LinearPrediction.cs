using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// A density of sound that a page holds: each sample is Laplace-distributed around a linear prediction from the eight before it. The coefficients come from the last 2,048 samples
/// by Levinson's recursion on their windowed autocorrelation, anew every 256; the scale is the mean distance of the last hundred or so. All is known to who has heard the samples before, so
/// that nothing has to be sent along. A level has what lies between its edges; a thousandth is shared by all of them.
/// </summary>
sealed class LinearPrediction
{
    /// <summary>Samples that each is predicted from.</summary>
    public const int Order = 8;

    const int Past = 2048, Every = 256, Memory = 100;
    const double Shared = 1e-3, LeastScale = 0.25;

    readonly SampleTokens _tokens;
    readonly double _start;
    readonly double[] _edges;

    /// <param name="tokens">What samples are.</param>
    /// <param name="loudness">How far from 0 samples are, by which an item begins.</param>
    public LinearPrediction(SampleTokens tokens, double loudness)
    {
        (_tokens, _start, _edges) = (tokens, loudness, new double[tokens.Size + 1]);
        for (var level = 1; level < tokens.Size; level++) _edges[level] = tokens.Least(level) - 0.5;
        (_edges[0], _edges[^1]) = (double.NegativeInfinity, double.PositiveInfinity);
    }

    /// <summary>-log p of an item in nats.</summary>
    public double Nats(ReadOnlySpan<int> item, CancellationToken cancellation)
    {
        var values = new double[item.Length];
        var coefficients = new double[Order];
        var (nats, scale) = (0.0, _start);
        for (var i = 0; i < item.Length; i++)
        {
            if (i % Every == 0 && i > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                Fit(values.AsSpan(Math.Max(0, i - Past)..i), coefficients);
            }
            var mean = 0.0;
            for (var k = 0; k < Math.Min(Order, i); k++) mean += coefficients[k] * values[i - 1 - k];
            var width = Math.Max(LeastScale, scale);
            var own = Below((_edges[item[i] + 1] - mean) / width, (_edges[item[i]] - mean) / width);
            nats -= ExactMath.Log((1 - Shared) * own + Shared / _tokens.Size);
            values[i] = _tokens.ValueOf(item[i]);
            scale += (Math.Abs(values[i] - mean) - scale) / Math.Min(i + 2, Memory);
        }
        return nats;
    }

    // What lies between two places of Laplace's distribution of scale 1, without the difference of what is nearly 1.
    static double Below(double high, double low) => low >= 0 ? Tail(low) - Tail(high) : high <= 0 ? Tail(-high) - Tail(-low) : 1 - Tail(-low) - Tail(high);

    static double Tail(double distance) => double.IsPositiveInfinity(distance) ? 0 : 0.5 * ExactMath.Exp(-distance);

    static void Fit(ReadOnlySpan<double> past, Span<double> coefficients)
    {
        Span<double> sums = stackalloc double[Order + 1], next = stackalloc double[Order];
        sums.Clear();
        var windowed = new double[past.Length];
        // A parabola that is 0 at the ends: as good as any, and exact.
        for (var i = 0; i < past.Length; i++) windowed[i] = past[i] * (4.0 * (i + 1) * (past.Length - i) / ((past.Length + 1.0) * (past.Length + 1.0)));
        for (var lag = 0; lag <= Order; lag++)
            for (var i = lag; i < windowed.Length; i++) sums[lag] += windowed[i] * windowed[i - lag];
        coefficients.Clear();
        var error = sums[0] * (1 + 1e-9) + 1;
        for (var order = 0; order < Order; order++)
        {
            var reflection = sums[order + 1];
            for (var k = 0; k < order; k++) reflection -= coefficients[k] * sums[order - k];
            reflection /= error;
            for (var k = 0; k < order; k++) next[k] = coefficients[k] - reflection * coefficients[order - 1 - k];
            next[..order].CopyTo(coefficients);
            coefficients[order] = reflection;
            error *= 1 - reflection * reflection;
            if (!(error > 0)) break;
        }
    }
}
