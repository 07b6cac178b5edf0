using Likely.Tensors;

namespace Likely;

/// <summary>Rows of which few columns are there, each with the same number, so that a row has length 1. Products are in double.</summary>
/// <param name="columns">The columns of each row, each once.</param>
/// <param name="count">Columns in all.</param>
sealed class SparseRows(IReadOnlyList<int[]> columns, int count) : DesignMatrix
{
    public override int Rows => columns.Count;

    public override int Columns => count;

    protected override int Together => 64;

    protected override void Multiply(int first, int count, double[] values, Matrix scores)
    {
        var sums = new double[scores.Columns];
        for (var i = 0; i < count; i++)
        {
            Array.Clear(sums);
            foreach (var column in columns[first + i])
            {
                var weights = values.AsSpan(column * sums.Length, sums.Length);
                for (var k = 0; k < sums.Length; k++) sums[k] += weights[k];
            }
            var own = scores[i];
            for (var k = 0; k < own.Length; k++) own[k] = (float)(sums[k] * Value(first + i));
        }
    }

    protected override void Add(int shard, int first, int count, Matrix residuals, double[] sums, bool isLast)
    {
        var scaled = new double[residuals.Columns];
        for (var i = 0; i < count; i++)
        {
            var own = residuals[i];
            for (var k = 0; k < scaled.Length; k++) scaled[k] = own[k] * Value(first + i);
            foreach (var column in columns[first + i])
            {
                var to = sums.AsSpan(column * scaled.Length, scaled.Length);
                for (var k = 0; k < to.Length; k++) to[k] += scaled[k];
            }
        }
    }

    double Value(int row) => 1 / Math.Sqrt(Math.Max(1, columns[row].Length));
}
