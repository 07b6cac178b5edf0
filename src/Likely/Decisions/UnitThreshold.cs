using Likely.Tensors;

namespace Likely;

/// <summary>One number of a code and a threshold as a classifier: one class below it, another from it on.</summary>
/// <param name="Unit">Which number.</param>
/// <param name="Threshold">Where the classes part.</param>
/// <param name="Below">The class told below it.</param>
/// <param name="Above">The class told from it on.</param>
/// <param name="Found">How well it tells the items that it was found on.</param>
public sealed record UnitThreshold(int Unit, float Threshold, int Below, int Above, Proportion Found)
{
    /// <summary>The unit and the threshold that are right for the most items; of equal ones the first unit, and its lowest threshold.</summary>
    /// <param name="codes">[items, width].</param>
    /// <param name="width">Units.</param>
    /// <param name="labels">The class of each item.</param>
    /// <param name="classes">How many.</param>
    /// <param name="threads">Worker threads, 0: all processors; no result depends on it.</param>
    /// <param name="cancellation">Ends it between two units.</param>
    /// <exception cref="ArgumentException">There are no items, or not as many codes.</exception>
    public static UnitThreshold Best(float[] codes, int width, int[] labels, int classes, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(codes);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (labels.Length == 0 || codes.Length != (long)labels.Length * width) throw new ArgumentException($"{labels.Length} items of {width} units need as many numbers, not {codes.Length}", nameof(codes));
        var best = new UnitThreshold[width];
        ParallelShards.Run(width, ParallelShards.Workers(threads), (unit, _) =>
        {
            cancellation.ThrowIfCancellationRequested();
            best[unit] = Of(unit, codes, width, labels, classes);
        });
        var first = best[0];
        foreach (var other in best)
            if (other.Found.Right > first.Found.Right) first = other;
        return first;
    }

    /// <summary>The class that it tells of each item.</summary>
    public int[] Tell(float[] codes, int width)
    {
        ArgumentNullException.ThrowIfNull(codes);
        var told = new int[codes.Length / width];
        for (var i = 0; i < told.Length; i++) told[i] = codes[i * width + Unit] < Threshold ? Below : Above;
        return told;
    }

    static UnitThreshold Of(int unit, float[] codes, int width, int[] labels, int classes)
    {
        var (values, sorted) = (new float[labels.Length], (int[])labels.Clone());
        for (var i = 0; i < values.Length; i++) values[i] = codes[i * width + unit];
        Array.Sort(values, sorted);
        int[] below = new int[classes], above = new int[classes];
        foreach (var label in sorted) above[label]++;
        var best = new UnitThreshold(unit, values[0], 0, Largest(above), new Proportion(above.Max(), labels.Length));
        for (var i = 0; i < values.Length - 1; i++)
        {
            below[sorted[i]]++;
            above[sorted[i]]--;
            if (values[i] == values[i + 1]) continue;
            int low = Largest(below), high = Largest(above);
            if (below[low] + above[high] > best.Found.Right) best = new UnitThreshold(unit, Between(values[i], values[i + 1]), low, high, new Proportion(below[low] + above[high], labels.Length));
        }
        return best;
    }

    // Above the lower, and at most the higher.
    static float Between(float low, float high) => low + (high - low) / 2 is var middle && middle > low ? middle : high;

    static int Largest(int[] counts) => Array.IndexOf(counts, counts.Max());
}
