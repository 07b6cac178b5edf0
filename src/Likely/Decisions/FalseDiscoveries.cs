namespace Likely;

/// <summary>Of many p-values, how many of those that are called findings are false (Benjamini and Hochberg 1995).</summary>
public static class FalseDiscoveries
{
    /// <summary>
    /// q-values, q_(i) = min over j at least i of m p_(j) / j, at most 1, with p in ascending order: whoever calls those of at most Q findings expects at most a share Q of them to be false, also where all
    /// p-values were calibrated by the same normal items (Bates et al. 2023, arXiv:2104.08279).
    /// </summary>
    public static double[] QValues(ReadOnlySpan<double> p)
    {
        var (values, order) = (p.ToArray(), new int[p.Length]);
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(p.ToArray(), order);
        var least = 1.0;
        var q = new double[values.Length];
        for (var rank = order.Length; rank >= 1; rank--)
        {
            least = Math.Min(least, values[order[rank - 1]] * values.Length / rank);
            q[order[rank - 1]] = least;
        }
        return q;
    }
}
