using Likely.Data;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// How near rows that were drawn come to those of the training part: how many stand there as they are, and the mean distance of the nearest (Gower 1971: a column counts 0 or 1 where values are names, the
/// difference of levels as a share of all where they are numbers; the mean over columns). Rows that were held out tell what of it is to be expected.
/// </summary>
/// <param name="Rows">Rows that were compared.</param>
/// <param name="Copies">Those that stand in the training part.</param>
/// <param name="Distance">The mean distance to the nearest row of the training part.</param>
public sealed record RowCopies(int Rows, int Copies, double Distance)
{
    /// <summary>Compares rows with at most so many of the training part, drawn evenly.</summary>
    /// <exception cref="DataException">A row cannot be read.</exception>
    public static RowCopies Of(IReadOnlyList<int[]> rows, Split train, int threads = 0, int most = 20_000, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(train);
        var (space, sample) = (train.Space, train.Sample(most));
        var known = new int[sample.Count][];
        for (var i = 0; i < known.Length; i++) sample.Read(i, known[i] = new int[space.Dimensions]);
        var nearest = new double[rows.Count];
        ParallelShards.Run(rows.Count, ParallelShards.Workers(threads), (i, _) =>
        {
            cancellation.ThrowIfCancellationRequested();
            nearest[i] = double.PositiveInfinity;
            foreach (var other in known) nearest[i] = Math.Min(nearest[i], Between(rows[i], other, space, nearest[i]));
        });
        return new RowCopies(rows.Count, nearest.Count(distance => distance == 0), rows.Count == 0 ? 0 : nearest.Average());
    }

    // Not looked at further once it is no nearer.
    static double Between(int[] a, int[] b, Space space, double bound)
    {
        var sum = 0.0;
        for (var c = 0; c < a.Length && sum <= bound * a.Length; c++)
        {
            if (a[c] == b[c]) continue;
            var alphabet = space.AlphabetAt(c);
            var levels = alphabet.Size - alphabet.Names;
            sum += space.Columns is null || Math.Min(a[c], b[c]) < alphabet.Names ? 1 : Math.Abs(a[c] - b[c]) / (double)Math.Max(1, levels - 1);
        }
        return sum / a.Length;
    }
}
