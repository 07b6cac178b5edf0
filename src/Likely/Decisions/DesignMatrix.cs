using Likely.Tensors;

namespace Likely;

/// <summary>
/// The features of some items, a row each, as a linear classifier reads them: in one pass over the rows their scores, what the reader makes of these, and the sums of that times the rows. Rows are cut into parts that threads
/// share, and sums added in an order of their own, so that no result depends on threads.
/// </summary>
abstract class DesignMatrix
{
    /// <summary>Parts of the rows whose sums over rows are added as a tree.</summary>
    public const int Shards = 8;

    readonly Matrix?[] _scores = new Matrix?[Shards];

    public abstract int Rows { get; }

    public abstract int Columns { get; }

    /// <summary>Rows that are multiplied together and then read.</summary>
    protected abstract int Together { get; }

    /// <summary>Receives the scores of <paramref name="count"/> rows of a shard, from <paramref name="first"/> on, and may put other numbers in their place.</summary>
    public delegate void Reader(int shard, int first, int count, Matrix scores);

    /// <summary>Reads scores, row times weights plus bias, and adds rows times what is left in their place.</summary>
    /// <param name="values">Weights and, in a last row, biases: [columns + 1, classes].</param>
    /// <param name="classes">How many.</param>
    /// <param name="threads">Worker threads.</param>
    /// <param name="read">Called with the rows of each shard in their order.</param>
    /// <param name="sums">Of <see cref="NewSums"/>; the first of them receives the sums, [columns + 1, classes]. Null: none are made.</param>
    public void Read(double[] values, int classes, int threads, Reader read, double[][]? sums = null)
    {
        Begin(values, classes);
        ParallelShards.Run(Shards, threads, (shard, _) =>
        {
            if (_scores[shard] is not { } scores || scores.Columns != classes) _scores[shard] = scores = new Matrix(Together, classes);
            var biases = values.AsSpan(Columns * classes, classes);
            var all = sums?[shard];
            if (all is not null) Array.Clear(all);
            var end = First(shard + 1);
            for (int first = First(shard), count; first < end; first += count)
            {
                count = Math.Min(Together, end - first);
                Multiply(first, count, values, scores);
                for (var i = 0; i < count; i++)
                {
                    var own = scores[i];
                    for (var k = 0; k < own.Length; k++) own[k] = (float)(own[k] + biases[k]);
                }
                read(shard, first, count, scores);
                if (all is null) continue;
                var ones = all.AsSpan(Columns * classes, classes);
                for (var i = 0; i < count; i++)
                {
                    var own = scores[i];
                    for (var k = 0; k < own.Length; k++) ones[k] += own[k];
                }
                Add(shard, first, count, scores, all, first + count == end);
            }
        });
        for (var step = 1; step < Shards && sums is not null; step *= 2)
            for (var shard = 0; shard < Shards; shard += 2 * step)
            {
                var (to, from) = (sums[shard], sums[shard + step]);
                for (var i = 0; i < to.Length; i++) to[i] += from[i];
            }
    }

    /// <summary>Room for sums.</summary>
    public double[][] NewSums(int classes) => [.. Enumerable.Range(0, Shards).Select(_ => new double[(Columns + 1) * classes])];

    /// <summary>Told the weights of a pass, before any product.</summary>
    protected virtual void Begin(double[] values, int classes)
    {
    }

    /// <summary>scores[i, k] = the row first + i times the weights of class k.</summary>
    protected abstract void Multiply(int first, int count, double[] values, Matrix scores);

    /// <summary>sums[column, k] += the sum over rows of residuals[i, k] times the row.</summary>
    /// <param name="shard">Which shard.</param>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many.</param>
    /// <param name="residuals">[count, classes].</param>
    /// <param name="sums">[columns + 1, classes]; may receive them later, of several calls at once.</param>
    /// <param name="isLast">Whether these are the last rows of the shard.</param>
    protected abstract void Add(int shard, int first, int count, Matrix residuals, double[] sums, bool isLast);

    int First(int shard) => (int)((long)Rows * shard / Shards);
}
