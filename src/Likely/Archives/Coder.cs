using Likely.Coding;
using Likely.Models;

namespace Likely;

/// <summary>A symbol by its share of the coder's range, as its distribution function says: the same integers in both directions.</summary>
static class Coder
{
    /// <summary>A symbol's share: where it begins, in the upper 32 bits, and how long it is.</summary>
    public static ulong Share(Cumulative cumulative, int symbol)
    {
        var start = FrequencyTable.Begin(cumulative.Below(symbol), cumulative.Total, symbol, cumulative.Levels);
        var end = symbol + 1 == cumulative.Levels ? FrequencyTable.Total : FrequencyTable.Begin(cumulative.Below(symbol + 1), cumulative.Total, symbol + 1, cumulative.Levels);
        return (ulong)start << 32 | (end - start);
    }

    public static void Encode(RangeEncoder encoder, Cumulative cumulative, int symbol)
    {
        var share = Share(cumulative, symbol);
        encoder.Encode((uint)(share >> 32), (uint)share);
    }

    /// <summary>The symbol whose share holds the target, by bisection.</summary>
    public static int Decode(RangeDecoder decoder, Cumulative cumulative)
    {
        var (target, total) = (decoder.Target(), cumulative.Total);
        int low = 0, high = cumulative.Levels;
        uint start = 0, end = FrequencyTable.Total;
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            var at = FrequencyTable.Begin(cumulative.Below(middle), total, middle, cumulative.Levels);
            if (at <= target) (low, start) = (middle, at);
            else (high, end) = (middle, at);
        }
        decoder.Consume(start, end - start);
        return low;
    }
}
