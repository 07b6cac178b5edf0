namespace Likely;

/// <summary>Rows of numbers, each column standardised: less its mean, and divided by its deviation; a column that does not vary is 0.</summary>
/// <param name="values">[rows, columns].</param>
/// <param name="means">Of each column.</param>
/// <param name="scales">One over each column's deviation, or 0.</param>
sealed class DenseRows(float[] values, double[] means, double[] scales) : DesignMatrix
{
    readonly float[] _values = Standardised(values, means, scales);

    public override int Rows => values.Length / means.Length;

    public override int Columns => means.Length;

    /// <summary>Means and one over the deviations of the columns of rows, added in order.</summary>
    public static (double[] Means, double[] Scales) Moments(float[] values, int columns)
    {
        var (means, scales, rows) = (new double[columns], new double[columns], values.Length / columns);
        for (var i = 0; i < values.Length; i++) means[i % columns] += values[i];
        for (var c = 0; c < columns; c++) means[c] /= Math.Max(1, rows);
        for (var i = 0; i < values.Length; i++) scales[i % columns] += (values[i] - means[i % columns]) * (values[i] - means[i % columns]);
        for (var c = 0; c < columns; c++)
        {
            var deviation = Math.Sqrt(scales[c] / Math.Max(1, rows));
            scales[c] = deviation > 1e-6 * Math.Abs(means[c]) + 1e-12 ? 1 / deviation : 0;
        }
        return (means, scales);
    }

    static float[] Standardised(float[] values, double[] means, double[] scales)
    {
        var result = new float[values.Length];
        for (var i = 0; i < result.Length; i++) result[i] = (float)((values[i] - means[i % means.Length]) * scales[i % means.Length]);
        return result;
    }

    // Four chains, whatever the machine has.
    protected override double Dot(int row, ReadOnlySpan<double> weights)
    {
        var own = _values.AsSpan(row * Columns, weights.Length);
        double a = 0, b = 0, c = 0, d = 0;
        var i = 0;
        for (; i + 4 <= own.Length; i += 4)
        {
            a += own[i] * weights[i];
            b += own[i + 1] * weights[i + 1];
            c += own[i + 2] * weights[i + 2];
            d += own[i + 3] * weights[i + 3];
        }
        for (; i < own.Length; i++) a += own[i] * weights[i];
        return a + b + (c + d);
    }

    protected override void AddTo(int row, double scale, Span<double> sums)
    {
        var own = _values.AsSpan(row * Columns, sums.Length);
        for (var i = 0; i < own.Length; i++) sums[i] += scale * own[i];
    }
}
