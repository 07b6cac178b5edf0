namespace Likely;

/// <summary>
/// p-values of items beside n normal ones, in one regard or several, by ranks alone. Of the n and the judged one together, r_ik is how many are at least as far out as item i in regard k (itself
/// among them), T_i the smallest r_ik, and p = #{i: T_i at most the judged one's} / (n + 1). Ranks among all n + 1 treat all alike, so if the judged item is exchangeable with the normal ones,
/// P(p at most a) is at most a whatever the scores are, ties included (full conformal prediction, Vovk et al. 2005). With one regard p = (1 + #{scores at least its own}) / (n + 1).
/// </summary>
public sealed class ConformalTest
{
    readonly double[][] _scores, _sorted; // [regard][item], and ascending
    readonly int[][] _atLeast; // [regard][item]: normal items at least as far out
    readonly int[] _least, _order; // the smallest of an item's, and items by it
    readonly int[] _leastSorted;

    /// <param name="scores">[regard][item] of normal items, higher for farther out; none is not a number.</param>
    /// <exception cref="ArgumentException">There is no regard or no item, regards have different items, or a score is not a number.</exception>
    public ConformalTest(double[][] scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        if (scores.Length == 0 || scores[0].Length == 0) throw new ArgumentException("there are no normal items to compare with", nameof(scores));
        if (Array.Exists(scores, regard => regard.Length != scores[0].Length || Array.Exists(regard, double.IsNaN))) throw new ArgumentException("every regard needs a score, a number, of each normal item", nameof(scores));
        (_scores, Count) = (scores, scores[0].Length);
        _sorted = Array.ConvertAll(scores, regard => regard.Order().ToArray());
        _atLeast = new int[scores.Length][];
        for (var k = 0; k < scores.Length; k++) _atLeast[k] = Array.ConvertAll(scores[k], score => AtLeast(k, score));
        _least = new int[Count];
        for (var i = 0; i < Count; i++)
        {
            _least[i] = int.MaxValue;
            foreach (var regard in _atLeast) _least[i] = Math.Min(_least[i], regard[i]);
        }
        _order = [.. Enumerable.Range(0, Count).OrderBy(i => _least[i])];
        _leastSorted = Array.ConvertAll(_order, i => _least[i]);
    }

    /// <summary>Normal items.</summary>
    public int Count { get; }

    /// <summary>The p-value of an item, and the regard that it comes from: the one with the smallest rank, of equal ones the one whose score lies farthest beyond the normal ones'.</summary>
    /// <param name="scores">One a regard; none is not a number.</param>
    public (double P, int Regard) Judge(ReadOnlySpan<double> scores)
    {
        if (scores.Length != _scores.Length) throw new ArgumentException($"there are {_scores.Length} regards, not {scores.Length}", nameof(scores));
        var (rank, regard) = (int.MaxValue, 0);
        for (var k = 0; k < scores.Length; k++)
        {
            if (double.IsNaN(scores[k])) throw new ArgumentException("a score is not a number", nameof(scores));
            var own = 1 + AtLeast(k, scores[k]);
            if (own < rank || own == rank && Distance(k, scores[k]) > Distance(regard, scores[regard])) (rank, regard) = (own, k);
        }
        if (scores.Length == 1) return ((double)rank / (Count + 1), 0); // those at least as far out, and itself
        // The judged item comes before those in a regard that it is at least as far out in, whose ranks are one more than among the normal ones alone.
        var (below, end) = (First(rank), First(rank + 1));
        var count = below;
        for (var at = below; at < end; at++)
            for (var k = 0; k < scores.Length; k++)
                if (_atLeast[k][_order[at]] == rank && scores[k] < _scores[k][_order[at]])
                {
                    count++;
                    break;
                }
        return ((count + 1.0) / (Count + 1), regard);
    }

    /// <summary>The same of a normal item among them all: #{T at most its own} / n.</summary>
    public (double P, int Regard) Among(int item)
    {
        var regard = 0;
        for (var k = 1; k < _scores.Length; k++)
            if (_atLeast[k][item] < _atLeast[regard][item] || _atLeast[k][item] == _atLeast[regard][item] && Distance(k, _scores[k][item]) > Distance(regard, _scores[regard][item])) regard = k;
        return ((double)First(_least[item] + 1) / Count, regard);
    }

    /// <summary>How far a score lies from the middle of the normal ones, in their half interquartile range.</summary>
    public double Distance(int regard, double score)
    {
        var sorted = _sorted[regard];
        var half = (sorted[3 * (Count - 1) / 4] - sorted[(Count - 1) / 4]) / 2;
        return (score - sorted[(Count - 1) / 2]) / Math.Max(half, 1e-12);
    }

    int AtLeast(int regard, double score)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_sorted[regard][middle] < score) low = middle + 1;
            else high = middle;
        }
        return Count - low;
    }

    // How many items' smallest ranks are below.
    int First(int rank)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_leastSorted[middle] < rank) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
