using Likely.Tensors;

namespace Likely;

/// <summary>Rows of numbers, each column standardised: less its mean, and divided by its deviation; a column that does not vary is 0. Products are in single precision, sums of them over more than some hundred rows in double.</summary>
sealed class DenseRows : DesignMatrix
{
    const int Chain = 512, CachedBytes = 384 * 1024; // rows whose products are added in single precision; what of them stays near

    readonly Matrix _rows;
    readonly Matrix?[] _partial = new Matrix?[Shards];
    readonly int[] _added = new int[Shards];
    Matrix? _weights;

    /// <param name="values">[rows, columns].</param>
    /// <param name="means">Of each column.</param>
    /// <param name="scales">One over each column's deviation, or 0.</param>
    public DenseRows(float[] values, double[] means, double[] scales)
    {
        _rows = new Matrix(values.Length / means.Length, means.Length);
        for (var i = 0; i < _rows.Rows; i++)
        {
            Span<float> from = values.AsSpan(i * means.Length, means.Length), to = _rows[i];
            for (var c = 0; c < to.Length; c++) to[c] = (float)((from[c] - means[c]) * scales[c]);
        }
    }

    public override int Rows => _rows.Rows;

    public override int Columns => _rows.Columns;

    protected override int Together => Math.Clamp(CachedBytes / (sizeof(float) * _rows.Stride), 16, Chain);

    /// <summary>Means and one over the deviations of the columns of rows, added in order.</summary>
    public static (double[] Means, double[] Scales) Moments(float[] values, int columns)
    {
        var (means, scales, rows) = (new double[columns], new double[columns], values.Length / columns);
        for (var i = 0; i < rows; i++)
        {
            var row = values.AsSpan(i * columns, columns);
            for (var c = 0; c < row.Length; c++) means[c] += row[c];
        }
        for (var c = 0; c < columns; c++) means[c] /= Math.Max(1, rows);
        for (var i = 0; i < rows; i++)
        {
            var row = values.AsSpan(i * columns, columns);
            for (var c = 0; c < row.Length; c++) scales[c] += (row[c] - means[c]) * (row[c] - means[c]);
        }
        for (var c = 0; c < columns; c++)
        {
            var deviation = Math.Sqrt(scales[c] / Math.Max(1, rows));
            scales[c] = deviation > 1e-6 * Math.Abs(means[c]) + 1e-12 ? 1 / deviation : 0;
        }
        return (means, scales);
    }

    protected override void Begin(double[] values, int classes)
    {
        if (_weights?.Columns != classes) _weights = new Matrix(Columns, classes);
        for (var c = 0; c < Columns; c++)
        {
            var to = _weights[c];
            for (var k = 0; k < to.Length; k++) to[k] = (float)values[c * classes + k];
        }
        Array.Clear(_added);
    }

    protected override void Multiply(int first, int count, double[] values, Matrix scores) => _rows.Multiply(first, count, _weights!, scores);

    protected override void Add(int shard, int first, int count, Matrix residuals, double[] sums, bool isLast)
    {
        if (_partial[shard] is not { } partial || partial.Columns != residuals.Columns) _partial[shard] = partial = new Matrix(Columns, residuals.Columns);
        _rows.AddProducts(first, count, residuals, partial, _added[shard] == 0);
        if ((_added[shard] += count) < Chain && !isLast) return;
        _added[shard] = 0;
        for (var c = 0; c < Columns; c++)
        {
            var from = partial[c];
            for (var k = 0; k < from.Length; k++) sums[c * from.Length + k] += from[k];
        }
    }
}
