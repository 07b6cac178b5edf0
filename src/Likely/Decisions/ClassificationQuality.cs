using Likely.Tensors;

namespace Likely;

/// <summary>What posteriors of labels are worth, beside the labels: how many are right, whether they are as sure as they are right, and how many errors are left where the unsure ones are left out.</summary>
public sealed class ClassificationQuality
{
    const int Bins = 15;

    readonly bool[] _rightBySureness;

    /// <param name="logs">log p(y | x), [items, classes].</param>
    /// <param name="labels">One an item; -1: none, and the item does not count.</param>
    /// <param name="classes">How many there are.</param>
    public ClassificationQuality(double[] logs, int[] labels, int classes)
    {
        ArgumentNullException.ThrowIfNull(logs);
        ArgumentNullException.ThrowIfNull(labels);
        int[] counted = [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] >= 0)];
        var (right, sureness, nats) = (new bool[counted.Length], new double[counted.Length], 0.0);
        var (sums, hits, sizes) = (new double[Bins], new int[Bins], new int[Bins]);
        for (var at = 0; at < counted.Length; at++)
        {
            var own = logs.AsSpan(counted[at] * classes, classes);
            var best = Best(own, out sureness[at]);
            right[at] = best == labels[counted[at]];
            nats -= own[labels[counted[at]]];
            var p = ExactMath.Exp(own[best]);
            var bin = Math.Clamp((int)(p * Bins), 0, Bins - 1);
            (sums[bin], hits[bin], sizes[bin]) = (sums[bin] + p, hits[bin] + (right[at] ? 1 : 0), sizes[bin] + 1);
        }
        Accuracy = new Proportion(right.Count(one => one), counted.Length);
        NatsPerItem = nats / counted.Length;
        var error = 0.0;
        for (var bin = 0; bin < Bins; bin++) error += Math.Abs(sums[bin] - hits[bin]);
        CalibrationError = error / counted.Length;
        _rightBySureness = [.. Enumerable.Range(0, counted.Length).OrderByDescending(at => sureness[at]).Select(at => right[at])];
    }

    /// <summary>The likeliest class, and how many nats it is ahead of all others together (of one class alone, infinitely many): to refuse where that is least leaves the fewest errors, if posteriors are right (Chow 1970).</summary>
    public static int Best(ReadOnlySpan<double> logs, out double margin)
    {
        var (best, others, next) = (0, 0.0, double.NegativeInfinity);
        for (var y = 1; y < logs.Length; y++)
            if (logs[y] > logs[best]) best = y;
        for (var y = 0; y < logs.Length; y++)
            if (y != best) next = Math.Max(next, logs[y]);
        for (var y = 0; y < logs.Length && double.IsFinite(next); y++)
            if (y != best) others += ExactMath.Exp(logs[y] - next);
        margin = logs[best] - (double.IsFinite(next) ? next + ExactMath.Log(others) : next);
        return best;
    }

    /// <summary>Of how many items the likeliest class is the label.</summary>
    public Proportion Accuracy { get; }

    /// <summary>-log p(label | x), on average.</summary>
    public double NatsPerItem { get; }

    /// <summary>Expected calibration error: how far the likeliest class's probability is from how often it is right, averaged over items in 15 bins of equal width (Naeini et al. 2015).</summary>
    public double CalibrationError { get; }

    /// <summary>The share of errors among the surest items, by how far the likeliest class is ahead of all others together; not a number of none.</summary>
    /// <param name="coverage">What share of the items those are.</param>
    public double ErrorAt(double coverage)
    {
        var kept = (int)Math.Ceiling(coverage * _rightBySureness.Length);
        var wrong = 0;
        for (var i = 0; i < kept; i++) wrong += _rightBySureness[i] ? 0 : 1;
        return kept == 0 ? double.NaN : (double)wrong / kept;
    }

    /// <summary>The share of errors among as many of the surest items as each number says.</summary>
    public IEnumerable<(double Coverage, double Error)> RiskCoverage()
    {
        var wrong = 0;
        for (var i = 0; i < _rightBySureness.Length; i++)
        {
            wrong += _rightBySureness[i] ? 0 : 1;
            yield return ((i + 1.0) / _rightBySureness.Length, wrong / (i + 1.0));
        }
    }
}
