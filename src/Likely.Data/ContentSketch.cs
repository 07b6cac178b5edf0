using System.Buffers.Binary;

namespace Likely.Data;

/// <summary>
/// Which items a set holds, in at most 6 KiB: the smallest <see cref="Size"/> of the 48-bit prints of their contents (a bottom-k sketch). A set of no more items is
/// known exactly. Of a larger one, items whose print is no larger than the largest kept are known, an even sample of any other set.
/// </summary>
public sealed class ContentSketch
{
    /// <summary>Most prints kept.</summary>
    public const int Size = 1024;

    const int PrintLength = 6;

    readonly ulong[] _prints; // ascending, no two the same

    ContentSketch(IEnumerable<ulong> prints)
    {
        var kept = new SortedSet<ulong>();
        var largest = ulong.MaxValue; // of as many as are kept
        foreach (var print in prints)
        {
            if (print >= largest || !kept.Add(print) || kept.Count < Size) continue;
            if (kept.Count > Size) kept.Remove(kept.Max);
            largest = kept.Max;
        }
        _prints = [.. kept];
    }

    /// <summary>True if every item of the set has its print here.</summary>
    public bool IsWhole => _prints.Length < Size;

    internal static ContentSketch Of(IEnumerable<UInt128> hashes) => new(hashes.Select(Print));

    /// <summary>The sketch of the items of both sets.</summary>
    public ContentSketch With(ContentSketch other) => new(_prints.Concat(other._prints));

    /// <summary>The prints as text, base64 of 6 little-endian bytes each.</summary>
    public override string ToString()
    {
        var bytes = new byte[PrintLength * _prints.Length + sizeof(ulong)];
        for (var i = 0; i < _prints.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(PrintLength * i), _prints[i]);
        return Convert.ToBase64String(bytes, 0, PrintLength * _prints.Length);
    }

    /// <summary>The inverse of <see cref="ToString"/>; null if the text is no sketch, or that of nothing.</summary>
    public static ContentSketch? Parse(string text)
    {
        var bytes = new byte[PrintLength * Size + sizeof(ulong)];
        if (!Convert.TryFromBase64String(text, bytes, out var length) || length % PrintLength != 0 || length is 0 or > PrintLength * Size) return null;
        return new ContentSketch(Enumerable.Range(0, length / PrintLength).Select(i => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(PrintLength * i)) & ~0UL >> 16));
    }

    /// <summary>How many of these items are in the set, of how many that the sketch can tell.</summary>
    internal (int Seen, int Compared) Compare(IEnumerable<UInt128> hashes)
    {
        var (seen, compared) = (0, 0);
        foreach (var hash in hashes)
        {
            var print = Print(hash);
            if (!IsWhole && print > _prints[^1]) continue;
            compared++;
            if (Array.BinarySearch(_prints, print) >= 0) seen++;
        }
        return (seen, compared);
    }

    static ulong Print(UInt128 hash) => (ulong)hash >> 16;
}
