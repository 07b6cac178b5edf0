namespace Likely;

/// <summary>Rows of which few columns are there, each with the same number, so that a row has length 1.</summary>
/// <param name="columns">The columns of each row, each once.</param>
/// <param name="count">Columns in all.</param>
sealed class SparseRows(IReadOnlyList<int[]> columns, int count) : DesignMatrix
{
    public override int Rows => columns.Count;

    public override int Columns => count;

    protected override double Dot(int row, ReadOnlySpan<double> weights)
    {
        var sum = 0.0;
        foreach (var column in columns[row]) sum += weights[column];
        return sum * Value(row);
    }

    protected override void AddTo(int row, double scale, Span<double> sums)
    {
        scale *= Value(row);
        foreach (var column in columns[row]) sums[column] += scale;
    }

    double Value(int row) => 1 / Math.Sqrt(Math.Max(1, columns[row].Length));
}
