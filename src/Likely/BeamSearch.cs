using Likely.Models;

namespace Likely;

/// <summary>
/// Searches for likely sequences that go on from where walks are: of each, the K likeliest beginnings so far are extended by every symbol, and the K likeliest of what comes of that are kept; those
/// that end are put aside. It is over when K have ended that are all likelier than what is left, as no beginning becomes likelier. What counts is log p of the whole, the end included, added in double in the
/// order of the symbols: length is neither rewarded nor made up for. Of equals the one whose beginning was likelier, then the smaller symbol, comes first. With K = 1 it takes the likeliest symbol at every step.
/// </summary>
public static class BeamSearch
{
    /// <summary>Most beginnings that are kept of each.</summary>
    public const int MostBeam = 1024;

    /// <summary>The sequences found for each example of a walk, the likeliest first, at most as many as the beam is wide.</summary>
    /// <param name="start">Where they go on from; none of it is observed here.</param>
    /// <param name="end">Whether a symbol ends a sequence.</param>
    /// <param name="beam">Beginnings that are kept of each.</param>
    /// <param name="length">Symbols of a sequence at most, its end included.</param>
    /// <param name="progress">Called after every step with the beginnings that were extended.</param>
    /// <param name="cancellation">Ends it between two steps.</param>
    /// <exception cref="ArgumentOutOfRangeException">The beam or the length is below 1, or the beam above <see cref="MostBeam"/>.</exception>
    /// <exception cref="ModelException">A distribution is not finite.</exception>
    public static Hypothesis[][] Run(IPredictor start, Func<int, bool> end, int beam, int length, Action<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(end);
        ArgumentOutOfRangeException.ThrowIfLessThan(beam, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(beam, MostBeam);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        var found = new List<Hypothesis>[start.Batch];
        var open = new List<Beginning>();
        for (var i = 0; i < found.Length; i++)
        {
            found[i] = [];
            open.Add(new Beginning(i, null, -1, 0, 0));
        }
        var walk = start;
        Cumulative? cumulative = null;
        for (var step = 0; open.Count > 0; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (step == length || walk.Position == walk.Count) break;
            var next = Extended(walk.Next(), open, beam, ref cumulative);
            progress?.Invoke(open.Count);
            open.Clear();
            for (int first = 0, last; first < next.Count; first = last)
            {
                for (last = first; last < next.Count && next[last].Search == next[first].Search;) last++;
                var own = found[next[first].Search];
                for (var i = first; i < last; i++)
                    if (end(next[i].Symbol)) own.Insert(own.FindIndex(one => one.LogProbability < next[i].Log) is >= 0 and var at ? at : own.Count, next[i].Whole(hasEnded: true));
                var least = own.Count < beam ? double.NegativeInfinity : own[beam - 1].LogProbability;
                for (var i = first; i < last; i++)
                    if (!end(next[i].Symbol) && next[i].Log > least) open.Add(next[i]);
            }
            if (open.Count == 0) break;
            var (rows, symbols) = (new int[open.Count], new int[open.Count]);
            for (var i = 0; i < rows.Length; i++) (rows[i], symbols[i]) = (open[i].Row, open[i].Symbol);
            walk = walk.Fork(rows);
            walk.Observe(symbols);
        }
        foreach (var left in open) found[left.Search].Add(left.Whole(hasEnded: false)); // in their order
        return [.. found.Select(own => own.Take(beam).ToArray())];
    }

    // Of each search the likeliest extensions of its beginnings, likeliest first.
    static List<Beginning> Extended(SymbolDistributions distributions, List<Beginning> open, int beam, ref Cumulative? cumulative)
    {
        cumulative ??= distributions.NewCumulative();
        var levels = cumulative.Levels;
        var (probabilities, order, extended) = (new double[levels], new int[levels], new List<Beginning>());
        for (int first = 0, last; first < open.Count; first = last)
        {
            var from = extended.Count;
            for (last = first; last < open.Count && open[last].Search == open[first].Search; last++)
            {
                distributions.Begin(last, cumulative);
                if (!(cumulative.Below(levels) is > 0 and < double.PositiveInfinity)) throw Cumulative.NotFinite();
                cumulative.Probabilities(probabilities);
                foreach (var symbol in Likeliest(probabilities, order, Math.Min(beam, levels)))
                    extended.Add(new Beginning(open[last].Search, open[last], symbol, open[last].Log + distributions.LogProbability(last, symbol), last));
            }
            var own = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(extended)[from..];
            own.Sort(static (a, b) => a.Log != b.Log ? b.Log.CompareTo(a.Log) : a.Row != b.Row ? a.Row.CompareTo(b.Row) : a.Symbol.CompareTo(b.Symbol));
            if (own.Length > beam) extended.RemoveRange(from + beam, own.Length - beam);
        }
        return extended;
    }

    static ReadOnlySpan<int> Likeliest(double[] probabilities, int[] order, int count)
    {
        var kept = 0;
        for (var symbol = 0; symbol < probabilities.Length; symbol++)
        {
            if (kept == count && probabilities[symbol] <= probabilities[order[kept - 1]]) continue;
            var at = kept < count ? kept++ : kept - 1;
            for (; at > 0 && probabilities[order[at - 1]] < probabilities[symbol]; at--) order[at] = order[at - 1];
            order[at] = symbol;
        }
        return order.AsSpan(0, kept);
    }

    // The row is that of the beginning before it in the walk.
    sealed record Beginning(int Search, Beginning? Before, int Symbol, double Log, int Row)
    {
        public Hypothesis Whole(bool hasEnded)
        {
            var symbols = new List<int>();
            for (var at = hasEnded ? Before : this; at?.Before is not null; at = at.Before) symbols.Add(at.Symbol);
            symbols.Reverse();
            return new Hypothesis([.. symbols], Log, hasEnded);
        }
    }
}
