using Likely.Tensors;

namespace Likely.Data;

/// <summary>Baselines of tables, in bits a cell: every value of a column equally likely; each column on its own, p(value) = (n + 1/2) / (N + L/2) with counts from the training rows.</summary>
static class TableBaselines
{
    const double BitsPerNat = 1 / 0.693147180559945309;

    public static Baselines Measure(Split train, Split heldOut, CancellationToken cancellation)
    {
        var space = train.Space;
        var counts = Enumerable.Range(0, space.Dimensions).Select(c => new int[space.AlphabetAt(c).Size]).ToArray();
        var row = new int[space.Dimensions];
        for (var i = 0; i < train.Count; i++)
        {
            if (i % 1024 == 0) cancellation.ThrowIfCancellationRequested();
            train.Read(i, row);
            for (var c = 0; c < row.Length; c++) counts[c][row[c]]++;
        }
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
