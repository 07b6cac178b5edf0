using Likely.Tensors;

namespace Likely.Data;

/// <summary>Baselines of tables, in bits a cell: every value of a column equally likely; each column on its own, p(value) = (n + 1/2) / (N + L/2) with counts from the training rows.</summary>
static class TableBaselines
{
    const double BitsPerNat = 1 / 0.693147180559945309;
    const int Piece = 1 << 16;

    public static Baselines Measure(Split train, Split heldOut, CancellationToken cancellation)
    {
        var space = train.Space;
        var counts = Enumerable.Range(0, space.Dimensions).Select(c => new int[space.AlphabetAt(c).Size]).ToArray();
        OrderedWork.Run((int)((train.Count + (long)Piece - 1) / Piece), piece =>
        {
            var (one, own) = (new int[space.Dimensions], Array.ConvertAll(counts, column => new int[column.Length]));
            for (var i = piece * Piece; i < Math.Min(train.Count, (piece + 1L) * Piece); i++)
            {
                train.Read(i, one);
                for (var c = 0; c < one.Length; c++) own[c][one[c]]++;
            }
            lock (counts)
            {
                for (var c = 0; c < own.Length; c++)
                    for (var symbol = 0; symbol < own[c].Length; symbol++) counts[c][symbol] += own[c][symbol];
            }
        }, cancellation);
        var row = new int[space.Dimensions];
        var (uniform, alone) = (0.0, 0.0);
        foreach (var column in counts) uniform += ExactMath.Log(column.Length);
        for (var i = 0; i < heldOut.Count; i++)
        {
            if (i % 1024 == 0) cancellation.ThrowIfCancellationRequested();
            heldOut.Read(i, row);
            for (var c = 0; c < row.Length; c++) alone -= ExactMath.Log((counts[c][row[c]] + 0.5) / (train.Count + 0.5 * counts[c].Length));
        }
        var warnings = new List<string>();
        if (train.Count < 50) warnings.Add($"there are only {train.Count} training rows");
        var constant = counts.Count(column => column.Max() == train.Count);
        if (constant > 0 && train.Count > 1) warnings.Add(constant == counts.Length ? "all training rows are the same" : $"{constant} of {counts.Length} columns never change");
        return new Baselines(
        [
            new("uniform", "uniform", uniform / space.Dimensions * BitsPerNat),
            new("marginals", "each column on its own", heldOut.Count == 0 ? null : alone / heldOut.Count / space.Dimensions * BitsPerNat),
        ], "bits/cell", 1, warnings);
    }
}
