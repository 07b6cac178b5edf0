namespace Likely.Data;

/// <summary>How often each byte followed each context of one to three bytes, in a table of a fixed size; when that is nearly full, new pairs are not counted.</summary>
sealed class ContextCounts(int slots)
{
    readonly ulong[] _keys = new ulong[slots];
    readonly int[] _counts = new int[slots];
    int _used;

    /// <summary>Counts a byte behind the last <paramref name="order"/> bytes of a context.</summary>
    public void Add(int order, uint context, byte next)
    {
        if (Add(Key(order, context) | (ulong)next << 8 | 1)) Add(Key(order, context));
    }

    /// <summary>How often a byte followed it.</summary>
    public int Of(int order, uint context, byte next) => _counts[Find(Key(order, context) | (ulong)next << 8 | 1)];

    /// <summary>How often anything did.</summary>
    public int Of(int order, uint context) => _counts[Find(Key(order, context))];

    static ulong Key(int order, uint context) => 1UL << 63 | (ulong)order << 48 | (ulong)(context & (1u << 8 * order) - 1) << 16;

    bool Add(ulong key)
    {
        var slot = Find(key);
        if (_keys[slot] == 0)
        {
            if (_used > slots / 4 * 3) return false;
            (_keys[slot], _used) = (key, _used + 1);
        }
        _counts[slot]++;
        return true;
    }

    // Where the key is, or the free slot where it would be, whose count is 0.
    int Find(ulong key)
    {
        var slot = (int)(key * 0x9E3779B97F4A7C15 >> 32) & (slots - 1);
        while (_keys[slot] != 0 && _keys[slot] != key) slot = (slot + 1) & (slots - 1);
        return slot;
    }
}
