namespace Likely;

/// <summary>All words of some bits with so many ones, ascending: what an address is changed by to reach those at a distance. The next word of as many ones is Gosper's (Beeler et al. 1972, item 175).</summary>
/// <param name="bits">Bits of an address, at most 28.</param>
/// <param name="distance">Ones.</param>
public struct HammingBall(int bits, int distance)
{
    uint _next = distance <= bits ? (1u << distance) - 1 : uint.MaxValue;
    bool _ended = distance > bits;

    public uint Current { get; private set; }

    public readonly HammingBall GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_ended || _next >= 1u << bits) return false;
        Current = _next;
        if (_next == 0)
        {
            _ended = true;
            return true;
        }
        var lowest = _next & (uint)-(int)_next;
        var carried = _next + lowest;
        _next = ((carried ^ _next) >> 2) / lowest | carried;
        return true;
    }

    /// <summary>How many there are: bits choose distance.</summary>
    public static double Size(int bits, int distance)
    {
        if (distance > bits) return 0;
        var size = 1.0;
        for (var i = 0; i < Math.Min(distance, bits - distance); i++) size = size * (bits - i) / (i + 1);
        return size;
    }
}
