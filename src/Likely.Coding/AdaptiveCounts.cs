namespace Likely.Coding;

/// <summary>
/// Codes symbols by how often each has come so far, p(s) = n_s / n: all n_s are <c>initial</c> at first and rise by 32 when the symbol comes; where n exceeds 2^16 all are halved, upward.
/// Whole numbers alone, so the codes are the same everywhere and for ever.
/// </summary>
/// <param name="symbols">Symbols, at least one.</param>
/// <param name="initial">What each weighs at first.</param>
public sealed class AdaptiveCounts(int symbols, int initial = 1)
{
    const int Increment = 32, Most = 1 << 16;

    readonly List<int> _counts = [.. Enumerable.Repeat(initial, symbols)];
    int _total = symbols * initial;

    /// <summary>Symbols there are.</summary>
    public int Count => _counts.Count;

    /// <summary>Adds a symbol behind the others, as one that has come once.</summary>
    public void Add()
    {
        _counts.Add(0);
        Update(_counts.Count - 1);
    }

    public void Encode(RangeEncoder encoder, int symbol)
    {
        var below = 0;
        for (var i = 0; i < symbol; i++) below += _counts[i];
        var (start, end) = (Share(below), Share(below + _counts[symbol]));
        encoder.Encode(start, end - start);
        Update(symbol);
    }

    public int Decode(RangeDecoder decoder)
    {
        var (target, symbol, below) = (decoder.Target(), 0, 0);
        while (symbol + 1 < _counts.Count && Share(below + _counts[symbol]) <= target) below += _counts[symbol++];
        var (start, end) = (Share(below), Share(below + _counts[symbol]));
        decoder.Consume(start, end - start);
        Update(symbol);
        return symbol;
    }

    uint Share(int below) => (uint)((ulong)below * FrequencyTable.Total / (uint)_total);

    void Update(int symbol)
    {
        _counts[symbol] += Increment;
        if ((_total += Increment) <= Most) return;
        _total = 0;
        for (var i = 0; i < _counts.Count; i++) _total += _counts[i] = (_counts[i] + 1) / 2;
    }
}
