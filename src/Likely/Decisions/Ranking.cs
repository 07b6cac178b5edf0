namespace Likely;

/// <summary>How well scores, higher for more abnormal, tell outliers from normal items, whatever the threshold.</summary>
public sealed class Ranking
{
    /// <param name="scores">One an item; equal ones count half.</param>
    /// <param name="isOutlier">What each item truly is.</param>
    /// <exception cref="ArgumentException">There are fewer truths than scores, or a score is not a number.</exception>
    public Ranking(ReadOnlySpan<double> scores, ReadOnlySpan<bool> isOutlier)
    {
        if (scores.Length != isOutlier.Length) throw new ArgumentException($"there are {scores.Length} scores, and {isOutlier.Length} truths", nameof(isOutlier));
        var (keys, order) = (scores.ToArray(), new int[scores.Length]);
        if (Array.Exists(keys, double.IsNaN)) throw new ArgumentException("a score is not a number", nameof(scores));
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(keys, order);
        foreach (var one in isOutlier) Outliers += one ? 1 : 0;
        Normal = scores.Length - Outliers;
        var (found, passed, pairs, precision) = (0, 0, 0.0, 0.0);
        List<(double, double)> operating = [(0, 0)], precisions = [];
        for (var end = order.Length; end > 0;)
        {
            var first = end - 1; // of equal scores
            while (first > 0 && keys[first - 1] == keys[end - 1]) first--;
            var more = 0;
            for (var i = first; i < end; i++) more += isOutlier[order[i]] ? 1 : 0;
            var others = end - first - more;
            pairs += others * (found + more / 2.0);
            (found, passed, end) = (found + more, passed + others, first);
            precision += more * (double)found / (found + passed);
            operating.Add(((double)passed / Math.Max(1, Normal), (double)found / Math.Max(1, Outliers)));
            precisions.Add(((double)found / Math.Max(1, Outliers), (double)found / (found + passed)));
        }
        (Auroc, AveragePrecision) = (pairs / ((double)Normal * Outliers), precision / Outliers);
        (Roc, PrecisionRecall) = (operating, precisions);
    }

    /// <summary>By verdicts: the smaller p is the more abnormal, and of equal ones what lies farther out.</summary>
    public static Ranking Of(IReadOnlyList<Verdict> verdicts, ReadOnlySpan<bool> isOutlier)
    {
        ArgumentNullException.ThrowIfNull(verdicts);
        int[] order = [.. Enumerable.Range(0, verdicts.Count).OrderByDescending(i => verdicts[i].P).ThenBy(i => verdicts[i].Distance)];
        var (scores, score) = (new double[order.Length], 0);
        for (var at = 0; at < order.Length; at++)
        {
            if (at > 0 && (verdicts[order[at]].P, verdicts[order[at]].Distance) != (verdicts[order[at - 1]].P, verdicts[order[at - 1]].Distance)) score++;
            scores[order[at]] = score;
        }
        return new Ranking(scores, isOutlier);
    }

    public int Outliers { get; }
    public int Normal { get; }

    /// <summary>The probability that an outlier scores higher than a normal item, equal scores counted half; not a number if there are only either.</summary>
    public double Auroc { get; }

    /// <summary>The mean over outliers of the share of outliers among all that score at least as high; not a number if there are none.</summary>
    public double AveragePrecision { get; }

    /// <summary>From the strictest threshold on: the share of normal items that pass for outliers, and of outliers that are found.</summary>
    public IReadOnlyList<(double FalseAlarms, double Found)> Roc { get; }

    /// <summary>From the strictest threshold on: the share of outliers that are found, and of outliers among what is.</summary>
    public IReadOnlyList<(double Found, double Precision)> PrecisionRecall { get; }
}
