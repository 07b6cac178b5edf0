namespace Likely.Cli;

/// <summary>Which items of labelled data are outliers in truth, so that a verdict can be held against it.</summary>
/// <param name="IsOutlier">One an item; null: nobody knows.</param>
/// <param name="AreAll">Whether all of them are, and normal ones are but those that the model keeps.</param>
/// <param name="Words">How that is known, for people.</param>
sealed record OutlierLabels(bool[]? IsOutlier, bool AreAll, string Words)
{
    static readonly string[] _normal = ["normal", "good", "inlier", "inliers", "ok"], _outliers = ["outlier", "outliers", "anomaly", "anomalies", "anomalous", "abnormal"];

    /// <summary>The truth of some items.</summary>
    /// <param name="given">Labels of outliers with commas between them, or all; null: what labels call themselves.</param>
    /// <param name="data">Their data.</param>
    /// <param name="split">The items.</param>
    /// <exception cref="UsageException">There is no such label.</exception>
    public static OutlierLabels Of(string? given, Dataset data, Split split)
    {
        if (given == "all" && !data.ClassNames.Contains("all")) return new OutlierLabels([.. Enumerable.Repeat(true, split.Count)], true, "all of them are outliers, beside the normal items that are held out");
        bool[] outliers = new bool[data.ClassNames.Count];
        if (given is not null)
            foreach (var name in given.Split(','))
            {
                var label = data.ClassNames.ToList().IndexOf(name);
                if (label < 0) throw new UsageException($"--outliers {given}: {data.Name} has {(data.ClassNames.Count == 0 ? "no labels" : $"no label '{name}'; its labels are {string.Join(", ", data.ClassNames.Take(20))}")}; --outliers all says that all items are");
                outliers[label] = true;
            }
        else if (data.ClassNames.Any(name => _normal.Contains(name, StringComparer.OrdinalIgnoreCase)))
            for (var label = 0; label < outliers.Length; label++) outliers[label] = !_normal.Contains(data.ClassNames[label], StringComparer.OrdinalIgnoreCase);
        else
            for (var label = 0; label < outliers.Length; label++) outliers[label] = _outliers.Contains(data.ClassNames[label], StringComparer.OrdinalIgnoreCase);
        if (!outliers.Contains(true) || !outliers.Contains(false)) return new OutlierLabels(null, false, "");
        var truth = new bool[split.Count];
        for (var i = 0; i < truth.Length; i++) truth[i] = split.Label(i) is >= 0 and var label && outliers[label];
        return new OutlierLabels(truth, false, $"outliers are labelled {string.Join(", ", data.ClassNames.Where((_, label) => outliers[label]).Take(5))}{(outliers.Count(one => one) > 5 ? ", ..." : "")}");
    }
}
