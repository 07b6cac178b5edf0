using Likely.Models;
using Likely.Tensors.Kernels;

namespace Likely;

/// <summary>
/// Searching codes by tables of addresses. Level a of part t looks at all addresses that differ from the query's in exactly a bits; when parts 0 .. t are done at level a and the others at a - 1, everything within
/// m a + t bits was found (else each part would differ in more, and the code with them; Norouzi et al. 2012), so the search ends when that is as far as anything wanted. With one part this is direct addressing. Where the next level would
/// look at more places than are worth it, or there are no tables, all codes are gone over. All ways find the same.
/// </summary>
/// <param name="description">Of the index.</param>
/// <param name="path">For messages.</param>
/// <param name="codes">[count, words].</param>
/// <param name="tables">Offsets and ids of each table.</param>
sealed unsafe class CodeTables(IndexDescription description, string path, ulong* codes, (nint Offsets, nint Ids)[] tables)
{
    // Codes that are gone over in the time that an item of a table takes: one whose code lies somewhere in memory, in a cache, or is not looked at, as its address is all of it.
    const double FarInCodes = 300, NearInCodes = 60, AddressInCodes = 24;
    const long NearBytes = 1 << 24;
    const int Often = 1 << 16;

    readonly int _words = BinaryCodes.Words(description.Bits);
    readonly AddressTable[] _parts = [.. description.Tables];
    readonly double _itemInCodes = description.Tables.Count == 1 ? AddressInCodes : sizeof(ulong) * (long)description.Count * BinaryCodes.Words(description.Bits) > NearBytes ? FarInCodes : NearInCodes;

    public IReadOnlyList<Neighbour> Find(ReadOnlySpan<ulong> code, int radius, int most, CancellationToken cancellation)
    {
        var found = new NearestItems(radius, most);
        if (_parts.Length == 0) return Scan(code, found, cancellation);
        Span<uint> own = stackalloc uint[_parts.Length];
        for (var t = 0; t < own.Length; t++) own[t] = _parts[t].AddressOf(code);
        Span<long> seen = stackalloc long[_parts.Length];
        seen.Clear();
        var spent = 0.0;
        fixed (ulong* query = code)
            for (var level = 0; ; level++)
                for (var t = 0; t < _parts.Length; t++)
                {
                    spent += HammingBall.Size(_parts[t].Length, level) * (1 + description.Count / (double)(1L << _parts[t].Length));
                    if (spent * _itemInCodes > description.Count) return Scan(code, new NearestItems(found.Limit, most), cancellation);
                    Look(query, own, t, level, found, ref seen[t], cancellation);
                    if (_parts.Length * level + t >= found.Limit) return found.ToArray();
                }
    }

    // Every item has one address, so that all places that a search looks at hold no more than there are.
    void Look(ulong* query, ReadOnlySpan<uint> own, int part, int level, NearestItems found, ref long seen, CancellationToken cancellation)
    {
        uint* offsets = (uint*)tables[part].Offsets, ids = (uint*)tables[part].Ids;
        var looked = 0;
        foreach (var change in new HammingBall(_parts[part].Length, level))
        {
            if (++looked % Often == 0) cancellation.ThrowIfCancellationRequested();
            var address = own[part] ^ change;
            uint first = offsets[address], end = offsets[address + 1];
            if (first > end || end > (uint)description.Count || (seen += end - first) > description.Count) throw Damaged(address);
            for (; first < end; first++)
            {
                var id = ids[first];
                if (id >= (uint)description.Count) throw Damaged(address);
                if (_parts.Length == 1)
                {
                    found.Add((int)id, level); // the address is the code
                    continue;
                }
                var other = codes + (long)id * _words;
                var distance = HammingScan.Distance(query, other, _words);
                if (distance <= found.Limit && IsFirst(other, own, part, level)) found.Add((int)id, distance);
            }
        }
    }

    // Whether no part before found it already: those in front were asked at this level, those behind at the last.
    bool IsFirst(ulong* other, ReadOnlySpan<uint> own, int part, int level)
    {
        var code = new ReadOnlySpan<ulong>(other, _words);
        for (var t = 0; t < _parts.Length; t++)
            if (t != part && System.Numerics.BitOperations.PopCount(_parts[t].AddressOf(code) ^ own[t]) <= (t < part ? level : level - 1)) return false;
        return true;
    }

    Neighbour[] Scan(ReadOnlySpan<ulong> code, NearestItems found, CancellationToken cancellation)
    {
        fixed (ulong* query = code)
            for (long end = 0; end < description.Count;)
            {
                cancellation.ThrowIfCancellationRequested();
                var i = end;
                end = Math.Min(description.Count, end + (Often << 4));
                while (found.LaterLimit >= 0 && (i = HammingScan.Next(codes, _words, query, i, end, found.LaterLimit, out var distance)) < end) found.Add((int)i++, distance);
            }
        return found.ToArray();
    }

    DataException Damaged(uint address) => new($"{path} is damaged: what it has at address {address} lies beyond its {description.Count} items; index the data again");
}
