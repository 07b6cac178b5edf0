using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// Baselines of pictures, in bits per dimension: every value equally likely, log2 L; each dimension
/// on its own, p(x_d = v) = (n_dv + 1/2) / (n + L/2) with counts from the training split; and PNG, as one sheet of many items.
/// </summary>
static class PictureBaselines
{
    const double BitsPerNat = 1 / 0.693147180559945309;
    const long MostCounts = 1 << 24;
    const int PictureItems = 400;

    /// <summary>Dimensions on their own are left out if there are too many to count, PNG if items have neither 1 nor 3 channels.</summary>
    public static Baselines Measure(Split train, Split heldOut, int threads, CancellationToken cancellation)
    {
        var space = train.Space;
        var warnings = new List<string>();
        if (train.Count < 50) warnings.Add($"there are only {train.Count} training items");
        double? marginals = null;
        if ((long)space.Dimensions * space.Levels <= MostCounts)
        {
            var counts = Count(train, threads, cancellation);
            marginals = Evaluate(counts, train.Count, heldOut, threads, cancellation);
            Inspect(counts, train, warnings);
        }
        return new Baselines(
        [
            new("uniform", "uniform", ExactMath.Log(space.Levels) * BitsPerNat),
            new("marginals", "each dimension on its own", marginals),
            new("png", "PNG", PngBits(heldOut, cancellation)),
        ], "bits/dim", 1, warnings);
    }

    static int[] Count(Split train, int threads, CancellationToken cancellation)
    {
        var (dimensions, levels) = (train.Space.Dimensions, train.Space.Levels);
        threads = ParallelShards.Workers(threads);
        var workers = new int[threads][];
        const int Piece = 64;
        ParallelShards.Run((train.Count + Piece - 1) / Piece, threads, (piece, worker) =>
        {
            cancellation.ThrowIfCancellationRequested();
            var counts = workers[worker] ??= new int[dimensions * levels];
            var item = new int[dimensions];
            for (var i = piece * Piece; i < Math.Min(train.Count, (piece + 1) * Piece); i++)
            {
                train.Read(i, item);
                for (var d = 0; d < dimensions; d++) counts[d * levels + item[d]]++;
            }
        });
        var total = new int[dimensions * levels];
        foreach (var counts in workers)
            for (var i = 0; i < (counts?.Length ?? 0); i++) total[i] += counts![i];
        return total;
    }

    static double Evaluate(int[] counts, int trained, Split heldOut, int threads, CancellationToken cancellation)
    {
        var (dimensions, levels) = (heldOut.Space.Dimensions, heldOut.Space.Levels);
        var nats = new double[counts.Length];
        for (var i = 0; i < counts.Length; i++) nats[i] = -ExactMath.Log((counts[i] + 0.5) / (trained + 0.5 * levels));
        var sums = new double[heldOut.Count];
        ParallelShards.Run(heldOut.Count, threads, (i, _) =>
        {
            cancellation.ThrowIfCancellationRequested();
            var item = new int[dimensions];
            heldOut.Read(i, item);
            for (var d = 0; d < dimensions; d++) sums[i] += nats[d * levels + item[d]];
        });
        var total = 0.0;
        foreach (var sum in sums) total += sum;
        return (sums.Length == 0 ? double.NaN : total / sums.Length) / dimensions * BitsPerNat;
    }

    static void Inspect(int[] counts, Split train, List<string> warnings)
    {
        var (dimensions, levels) = (train.Space.Dimensions, train.Space.Levels);
        var used = new bool[levels];
        var constant = 0;
        for (var d = 0; d < dimensions; d++)
        {
            var most = 0;
            for (var v = 0; v < levels; v++)
            {
                most = Math.Max(most, counts[d * levels + v]);
                used[v] |= counts[d * levels + v] > 0;
            }
            if (most == train.Count) constant++;
        }
        var values = used.Count(isUsed => isUsed);
        if (constant == dimensions && train.Count > 1) warnings.Add("all training items are the same");
        else if (values == 1) warnings.Add("all values of the training items are the same");
        else if (values == 2 && levels > 2) warnings.Add($"the items have {levels} levels but only 2 values are ever used; binarize=threshold makes a better model");
    }

    static double? PngBits(Split split, CancellationToken cancellation)
    {
        var space = split.Space;
        if (space.Symbols is not (1 or 3)) return null;
        var count = (int)Math.Clamp(Image.LargestSize / 4 / space.Dimensions, 1, Math.Min(PictureItems, split.Count));
        var items = new int[count][];
        split = split.Sample(count);
        for (var i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            split.Read(i, items[i] = new int[space.Dimensions]);
        }
        var across = (int)Math.Ceiling(Math.Sqrt(count));
        while (count % across != 0) across--; // a sheet without empty cells
        var sheet = ImageGrid.ArrangeSymbols(items, space, columns: across, scale: 1, gap: 0);
        return 8.0 * Png.Encode(sheet.Pixels, sheet.Height, sheet.Width, sheet.Channels).Length / ((double)count * space.Dimensions);
    }
}
