using System.Buffers;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Rows in blocks of a fixed length, which sums are made of: block after block in double, so that no result depends on threads. They lie in memory where they fit into
/// a quarter of what is free, and are read again each time where they do not.
/// </summary>
sealed class RowBlocks
{
    /// <summary>Rows of every block but the last; part of the order of sums.</summary>
    public const int Length = 512;

    /// <summary>Numbers of rows are no larger, so that sums of squares stay within single precision.</summary>
    public const float Largest = 1e15f;

    const float Smallest = 1e-15f;


    readonly IRows _rows;
    readonly Matrix?[] _kept;
    readonly bool _keeps;
    readonly Func<Matrix, Matrix>? _prepare;

    /// <param name="rows">The rows.</param>
    /// <param name="threads">Threads of <see cref="Each"/> and of products.</param>
    /// <param name="cancellation">Ends reading.</param>
    /// <param name="prepare">What blocks become, row by row, once their values are known to be numbers; null: they are taken as they are.</param>
    public RowBlocks(IRows rows, int threads, CancellationToken cancellation, Func<Matrix, Matrix>? prepare = null)
    {
        (_rows, Threads, Cancellation, Width, _prepare) = (rows, threads, cancellation, rows.Space.Dimensions, prepare);
        _kept = new Matrix?[(rows.Count + Length - 1) / Length];
        _keeps = sizeof(float) * (long)rows.Count * Shape.RoundUp(Width) <= MachineMemory.Available() / 4;
    }

    public int Threads { get; }

    public CancellationToken Cancellation { get; }

    /// <summary>Whether blocks stay in memory once they are read.</summary>
    public bool AreKept => _keeps;

    /// <summary>What is read.</summary>
    public IRows Source => _rows;

    /// <summary>Rows.</summary>
    public int Rows => _rows.Count;

    /// <summary>Numbers of a row.</summary>
    public int Width { get; }

    /// <summary>Blocks.</summary>
    public int Count => _kept.Length;

    /// <summary>Rows of a block.</summary>
    public int RowsOf(int block) => Math.Min(Length, Rows - block * Length);

    /// <summary>A block, which nobody changes; from any thread.</summary>
    /// <exception cref="ModelException">A value is no finite number, or too large.</exception>
    public Matrix this[int block]
    {
        get
        {
            if (Volatile.Read(ref _kept[block]) is { } kept) return kept;
            Cancellation.ThrowIfCancellationRequested();
            var (matrix, count) = (new Matrix(RowsOf(block), Width), RowsOf(block) * Width);
            var read = ArrayPool<float>.Shared.Rent(count);
            var values = read.AsSpan(0, count);
            _rows.Read(block * Length, values);
            if (Wrong(values) is >= 0 and var wrong) throw new ModelException(Refusal($"row {(long)block * Length + wrong / Width}", values[wrong], wrong % Width, "both counted from 0"));
            for (var row = 0; row < matrix.Rows; row++) values.Slice(row * Width, Width).CopyTo(matrix[row]);
            ArrayPool<float>.Shared.Return(read);
            if (_prepare is not null) matrix = _prepare(matrix);
            if (_keeps) Volatile.Write(ref _kept[block], matrix);
            return matrix;
        }
    }

    /// <summary>The first number of some rows that is none, or too large; -1 if there is none such.</summary>
    public static int Wrong(ReadOnlySpan<float> values)
    {
        for (var i = 0; i < values.Length; i++)
            if (!(Math.Abs(values[i]) <= Largest)) return i;
        return -1;
    }

    /// <summary>What is wrong with a number of a row, and what to do.</summary>
    public static string Refusal(string row, float value, int column, string counted)
        => FormattableString.Invariant($"{row} has {Named(value)} in column {column}, {counted}; ") + (float.IsFinite(value)
            ? FormattableString.Invariant($"sums of squares of numbers beyond {Largest} are too large for single precision, so divide the column by what makes it smaller") : "leave such rows out, or fill them in");

    /// <summary>What a number is called.</summary>
    public static string Named(float value) => float.IsNaN(value) ? "NaN" : float.IsInfinity(value) ? "an infinite value" : FormattableString.Invariant($"{value}");

    /// <summary>Refuses rows whose numbers are all so small that their squares would be zeros.</summary>
    /// <exception cref="ModelException">They are.</exception>
    public void RequireSquares()
    {
        var (largest, block) = (0f, 0);
        for (; block < Count && largest < Smallest; block++)
            for (var i = 0; i < RowsOf(block); i++)
                foreach (var value in this[block][i]) largest = Math.Max(largest, Math.Abs(value));
        if (largest > 0 && largest < Smallest) throw new ModelException(FormattableString.Invariant($"no number of the rows is beyond {largest}, and squares of such are too small for single precision; multiply all by what makes them larger"));
    }

    /// <summary>The same rows, each made into another.</summary>
    public RowBlocks With(Func<Matrix, Matrix> prepare) => new(_rows, Threads, Cancellation, prepare);

    /// <summary>One row.</summary>
    public Span<float> Row(int index) => this[index / Length][index % Length];

    /// <summary>Calls work(block, worker) for every block, on all threads.</summary>
    public void Each(Action<int, int> work) => EachOf(Count, work);

    /// <summary>The same for the first blocks.</summary>
    public void EachOf(int count, Action<int, int> work) => ParallelShards.Run(count, Threads, (block, worker) =>
    {
        Cancellation.ThrowIfCancellationRequested();
        work(block, worker);
    });

    /// <summary>Refuses rows with a number that is not from 0 to 1.</summary>
    /// <exception cref="ModelException">There is one; <paramref name="remedy"/> says what to do.</exception>
    public void RequireShares(string remedy) => Each((block, _) =>
    {
        var rows = this[block];
        for (var i = 0; i < RowsOf(block); i++)
            foreach (var value in rows[i])
                if (value is < 0 or > 1) throw new ModelException(FormattableString.Invariant($"row {(long)block * Length + i} has a number {value}, and {remedy}"));
    });

    /// <summary>The mean row, added up in double in the order of the rows.</summary>
    public double[] Mean()
    {
        var sums = new double[Count][];
        Each((block, _) =>
        {
            var (rows, sum) = (this[block], new double[Width]);
            for (var i = 0; i < RowsOf(block); i++)
            {
                var row = rows[i];
                for (var d = 0; d < row.Length; d++) sum[d] += row[d];
            }
            sums[block] = sum;
        });
        var mean = new double[Width];
        foreach (var sum in sums)
            for (var d = 0; d < mean.Length; d++) mean[d] += sum[d];
        for (var d = 0; d < mean.Length; d++) mean[d] /= Rows;
        return mean;
    }
}
