using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Principal components in one pass, some rows at a time (Ross et al. 2008, sec. 3): of the rows A = [S V'; X - mean X; sqrt(n m / (n + m)) (mean - mean X)], the directions so far by their lengths, m new rows and how their mean
/// differs from that of the n before, the eigenvectors U of A A' give S V' = U' A. Memory is that of some rows, whatever their length and number; what lies beyond the directions kept is lost at each step.
/// </summary>
sealed class IncrementalComponents
{
    const int Beyond = 10, LeastStep = 64; // directions besides those wanted; rows of a step

    readonly int _kept, _step, _threads;
    Matrix? _scaled;

    /// <param name="rows">The rows, each read once.</param>
    /// <param name="wanted">Directions.</param>
    /// <param name="options">Whom to tell.</param>
    public IncrementalComponents(RowBlocks rows, int wanted, FitOptions options)
    {
        (_kept, _threads, Mean) = (Math.Min(rows.Width, wanted + Beyond), rows.Threads, new double[rows.Width]);
        _step = Math.Clamp(_kept, LeastStep, RowBlocks.Length);
        for (var block = 0; block < rows.Count; block++)
        {
            rows.Cancellation.ThrowIfCancellationRequested();
            var (x, length) = (rows[block], rows.RowsOf(block));
            for (var first = 0; first < length; first += _step) Add(x, first, Math.Min(_step, length - first), block * (double)RowBlocks.Length + first);
            options.Progress?.Invoke(new FitMoment((block + 1.0) / rows.Count, $"rows up to {block * (long)RowBlocks.Length + length}"));
        }
        Total /= rows.Rows - 1;
        Variances = new double[_scaled!.Rows];
        for (var k = 0; k < Variances.Length; k++)
        {
            var row = _scaled[k];
            var square = 0.0;
            foreach (var value in row) square += (double)value * value;
            Variances[k] = square / (rows.Rows - 1);
            var length = Math.Sqrt(square);
            foreach (ref var value in row) value = length > 0 ? (float)(value / length) : 0;
        }
    }

    /// <summary>The mean row.</summary>
    public double[] Mean { get; }

    /// <summary>Directions, [some, D].</summary>
    public Matrix Directions => _scaled!;

    /// <summary>The variance along each.</summary>
    public double[] Variances { get; }

    /// <summary>The variance along all there are, kept or not.</summary>
    public double Total { get; private set; }

    void Add(Matrix x, int first, int count, double before)
    {
        var (own, width, kept) = (new double[Mean.Length], Mean.Length, _scaled?.Rows ?? 0);
        for (var i = 0; i < count; i++)
        {
            var row = x[first + i];
            for (var d = 0; d < width; d++) own[d] += row[d];
        }
        var together = new Matrix(kept + count + 1, width);
        for (var k = 0; k < kept; k++) _scaled![k].CopyTo(together[k]);
        var difference = Math.Sqrt(before * count / (before + count));
        for (var d = 0; d < width; d++)
        {
            own[d] /= count;
            together[kept + count][d] = (float)(difference * (Mean[d] - own[d]));
        }
        for (var i = 0; i < count; i++)
        {
            Span<float> row = x[first + i], to = together[kept + i];
            for (var d = 0; d < width; d++) to[d] = (float)(row[d] - own[d]);
        }
        for (var i = kept; i < together.Rows; i++) Total += together.Dot(i, together, i);
        for (var d = 0; d < width; d++) Mean[d] += (own[d] - Mean[d]) * (count / (before + count));

        var (vectors, values) = Eigenvectors.All(Products(together), 1);
        // Directions that only rounding has made are no directions.
        var some = 0;
        while (some < Math.Min(_kept, together.Rows) && values[some] > 1e-10 * values[0]) some++;
        var turn = new Matrix(Math.Max(1, some), together.Rows);
        for (var k = 0; k < some; k++)
            for (var i = 0; i < together.Rows; i++) turn[k][i] = (float)vectors[i, k];
        _scaled = new Matrix(turn.Rows, width);
        turn.Multiply(turn.Rows, together, null, _scaled);
    }

    // A A', the columns in stretches that single precision can sum.
    double[,] Products(Matrix rows)
    {
        var sums = new double[rows.Rows, rows.Rows];
        for (var first = 0; first < rows.Columns; first += RowBlocks.Length)
        {
            var stretch = new Matrix(Math.Min(RowBlocks.Length, rows.Columns - first), rows.Rows);
            for (var i = 0; i < rows.Rows; i++)
            {
                var from = rows[i];
                for (var d = 0; d < stretch.Rows; d++) stretch[d][i] = from[first + d];
            }
            stretch.AddSquares(stretch.Rows, sums, _threads);
        }
        Matrix.Mirror(sums);
        return sums;
    }
}
