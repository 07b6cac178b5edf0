using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Where centroids begin: at any rows, or by k-means++ at rows drawn with probabilities that grow as their squared distances from those chosen before, the best of some candidates each
/// (Arthur and Vassilvitskii 2007, sec. 2.2 and 5).
/// </summary>
sealed class KMeansBeginning(KMeansConfig config, RowBlocks rows, FitOptions options, int restart, string key)
{
    Matrix? _squares; // of candidates, row by row

    /// <summary>The rows that centroids begin at.</summary>
    /// <exception cref="ModelException">There are not so many different ones.</exception>
    public Matrix Choose()
    {
        var chosenRows = new Matrix(config.Clusters, rows.Width);
        var draws = new Philox(options.Seed, RandomPurpose.Sampling, Philox.Hash($"kmeans.{restart}"));
        if (config.Start == "random")
        {
            var order = draws.Permutation(rows.Rows, 0);
            for (var k = 0; k < config.Clusters; k++) rows.Row(order[k]).CopyTo(chosenRows[k]);
            return chosenRows;
        }
        var candidates = 2 + (int)ExactMath.Log(config.Clusters);
        var nearest = new float[rows.Rows];
        nearest.AsSpan().Fill(float.PositiveInfinity);
        for (var k = 0; k < config.Clusters; k++)
        {
            var chosen = k == 0 ? [draws.Below(0, 0, rows.Rows)] : Draw(nearest, Math.Min(candidates, rows.Rows), k, draws);
            rows.Row(Best(chosen, nearest)).CopyTo(chosenRows[k]);
            if (k % 16 == 0) options.Progress?.Invoke(new FitMoment((double)restart / config.Restarts, $"choosing centroid {k + 1}"));
        }
        return chosenRows;
    }

    // Rows, each with a probability that grows as its squared distance from the centroids.
    int[] Draw(float[] nearest, int count, int step, Philox draws)
    {
        var sums = new double[rows.Count];
        for (var i = 0; i < nearest.Length; i++) sums[i / RowBlocks.Length] += nearest[i];
        var total = sums.Sum();
        if (total <= 0) throw new ModelException($"there {(step == 1 ? "is only 1 different row" : $"are only {step} different rows")}, and {key}={config.Clusters}");
        var chosen = new int[count];
        for (var c = 0; c < count; c++)
        {
            var (rest, block) = (draws.UniformDouble((ulong)step, 2 * (ulong)c) * total, 0);
            for (; block < sums.Length - 1 && rest >= sums[block]; block++) rest -= sums[block];
            var (at, end) = (block * RowBlocks.Length, block * RowBlocks.Length + rows.RowsOf(block));
            for (; at < end - 1 && rest >= nearest[at]; at++) rest -= nearest[at];
            while (nearest[at] <= 0) at = at == 0 ? nearest.Length - 1 : at - 1; // what rounding has led to
            chosen[c] = at;
        }
        return chosen;
    }

    // That of some rows which leaves the least sum of squared distances, which become those to the nearest.
    int Best(int[] chosen, float[] nearest)
    {
        var some = new Matrix(chosen.Length, rows.Width);
        for (var c = 0; c < chosen.Length; c++) rows.Row(chosen[c]).CopyTo(some[c]);
        var sums = new double[rows.Count, chosen.Length];
        var squares = _squares is { } used && used.Columns == chosen.Length ? used : _squares = new Matrix(rows.Rows, chosen.Length);
        rows.Each((block, _) =>
        {
            var x = rows[block];
            for (var i = 0; i < rows.RowsOf(block); i++)
            {
                var at = block * RowBlocks.Length + i;
                var row = squares[at];
                for (var c = 0; c < row.Length; c++) sums[block, c] += row[c] = MathF.Min(nearest[at], x.SquaredDistance(i, some, c));
            }
        });
        var (best, least) = (0, double.PositiveInfinity);
        for (var c = 0; c < chosen.Length; c++)
        {
            var sum = 0.0;
            for (var block = 0; block < rows.Count; block++) sum += sums[block, c];
            if (sum < least) (best, least) = (c, sum);
        }
        for (var i = 0; i < nearest.Length; i++) nearest[i] = squares[i][best];
        return chosen[best];
    }
}
