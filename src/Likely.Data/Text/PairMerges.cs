using System.Buffers;

namespace Likely.Data;

/// <summary>
/// Joins the symbols of a piece as byte-pair encoding does (Sennrich et al. 2016): of all neighbours that may be joined those of the lowest rank are, all of them from
/// left to right, until none may. Long pieces keep their neighbours in a heap, so that n symbols take n log n steps.
/// </summary>
sealed class PairMerges
{
    const int Short = 48, Never = int.MaxValue, Unknown = -1;

    readonly int[] _results;
    readonly ulong[] _slots; // a pair << 32 | its rank + 1; 0: free
    readonly int _shift;

    /// <param name="merges">Two symbols below 65,536 and what they become, in the order of their ranks; no pair twice.</param>
    public PairMerges(IReadOnlyList<(int Left, int Right, int Result)> merges)
    {
        var bits = 4;
        while (1 << bits < 2 * merges.Count) bits++;
        (_shift, _slots, _results) = (32 - bits, new ulong[1 << bits], new int[merges.Count]);
        for (var rank = 0; rank < merges.Count; rank++)
        {
            var (left, right, result) = merges[rank];
            _results[rank] = result;
            var pair = Pair(left, right);
            var slot = SlotOf(pair);
            while (_slots[slot] != 0) slot = slot + 1 & _slots.Length - 1;
            _slots[slot] = (ulong)pair << 32 | (uint)rank + 1;
        }
    }

    /// <summary>Joins symbols in their place and returns how many are left.</summary>
    public int Join(Span<int> symbols) => symbols.Length <= Short ? JoinShort(symbols) : JoinLong(symbols);

    static uint Pair(int left, int right) => (uint)left << 16 | (uint)right;

    int SlotOf(uint pair) => (int)(pair * 0x9E3779B1u >> _shift);

    int RankOf(int left, int right)
    {
        var pair = Pair(left, right);
        for (var slot = SlotOf(pair); _slots[slot] is > 0 and var found; slot = slot + 1 & _slots.Length - 1)
            if (found >> 32 == pair) return (int)(uint)found - 1;
        return Never;
    }

    int JoinShort(Span<int> symbols)
    {
        var count = symbols.Length;
        Span<int> ranks = stackalloc int[Short]; // of a symbol and the next one
        for (var i = 0; i < count; i++) ranks[i] = i + 1 < count ? RankOf(symbols[i], symbols[i + 1]) : Never;
        while (count > 1)
        {
            var lowest = Never;
            foreach (var rank in ranks[..(count - 1)]) lowest = Math.Min(lowest, rank);
            if (lowest == Never) break;
            var kept = 0;
            for (var i = 0; i < count; i++, kept++)
            {
                if (ranks[i] != lowest)
                {
                    (symbols[kept], ranks[kept]) = (symbols[i], ranks[i]);
                    continue;
                }
                (symbols[kept], ranks[kept]) = (_results[lowest], Unknown);
                if (kept > 0) ranks[kept - 1] = Unknown;
                i++;
            }
            count = kept;
            ranks[count - 1] = Never;
            for (var i = 0; i < count - 1; i++)
                if (ranks[i] == Unknown) ranks[i] = RankOf(symbols[i], symbols[i + 1]);
        }
        return count;
    }

    // Symbols stay at their places and are linked; one that was joined to the one before it is -1. An entry of the heap is a rank and the place of a pair that had it.
    int JoinLong(Span<int> symbols)
    {
        var count = symbols.Length;
        var (before, after) = (ArrayPool<int>.Shared.Rent(count), ArrayPool<int>.Shared.Rent(count));
        var (heap, joined) = (new PriorityQueue<int, ulong>(count), new List<int>());
        for (var i = 0; i < count; i++) (before[i], after[i]) = (i - 1, i + 1);
        for (var i = 0; i + 1 < count; i++) Add(symbols, i);
        while (heap.TryPeek(out _, out var key))
        {
            var rank = (int)(key >> 32);
            joined.Clear();
            while (heap.TryPeek(out var at, out key) && (int)(key >> 32) == rank)
            {
                heap.Dequeue();
                var next = after[at];
                if (symbols[at] < 0 || next >= count || RankOf(symbols[at], symbols[next]) != rank) continue;
                (symbols[at], symbols[next]) = (_results[rank], -1);
                after[at] = after[next];
                if (after[at] < count) before[after[at]] = at;
                joined.Add(at);
            }
            // What they are neighbours of now comes after all of this rank, whatever its own.
            foreach (var at in joined)
            {
                if (before[at] >= 0) Add(symbols, before[at]);
                if (after[at] < count) Add(symbols, at);
            }
        }
        ArrayPool<int>.Shared.Return(before);
        ArrayPool<int>.Shared.Return(after);
        var kept = 0;
        foreach (var symbol in symbols)
            if (symbol >= 0) symbols[kept++] = symbol;
        return kept;

        void Add(Span<int> all, int at)
        {
            var rank = RankOf(all[at], all[after[at]]);
            if (rank != Never) heap.Enqueue(at, (ulong)rank << 32 | (uint)at);
        }
    }
}
