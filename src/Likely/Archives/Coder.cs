using Likely.Coding;
using Likely.Models;

namespace Likely;

/// <summary>
/// A symbol by its share of the coder's range, as its distribution function says: the same integers in both directions. An alphabet of more than
/// <see cref="FrequencyTable.LargestAlphabet"/> is coded in two stages, the group of 256 consecutive symbols and then the symbol among its group, so that
/// the least share of each costs little: with 65,536 symbols at most 4.4e-5 bits, where one stage would take 0.0056.
/// </summary>
static class Coder
{
    const int Group = 256;

    /// <summary>A symbol's share in one stage: where it begins, in the upper 32 bits, and how long it is.</summary>
    public static ulong Share(Cumulative cumulative, int symbol) => All(cumulative).Share(symbol);

    /// <summary>The symbol whose share, in one stage, holds the target.</summary>
    public static int DecodeShare(RangeDecoder decoder, Cumulative cumulative) => All(cumulative).Decode(decoder);

    public static void Encode(RangeEncoder encoder, Cumulative cumulative, int symbol)
    {
        if (cumulative.Levels <= FrequencyTable.LargestAlphabet)
        {
            Encode(encoder, Share(cumulative, symbol));
            return;
        }
        Encode(encoder, Groups(cumulative).Share(symbol / Group));
        Encode(encoder, Members(cumulative, symbol / Group).Share(symbol % Group));
    }

    /// <summary>The symbol whose share holds the target.</summary>
    public static int Decode(RangeDecoder decoder, Cumulative cumulative)
    {
        if (cumulative.Levels <= FrequencyTable.LargestAlphabet) return DecodeShare(decoder, cumulative);
        var group = Groups(cumulative).Decode(decoder);
        return group * Group + Members(cumulative, group).Decode(decoder);
    }

    static void Encode(RangeEncoder encoder, ulong share) => encoder.Encode((uint)(share >> 32), (uint)share);

    static Stage All(Cumulative cumulative) => new(cumulative, 0, cumulative.Levels, 1);

    static Stage Groups(Cumulative cumulative) => new(cumulative, 0, cumulative.Levels, Group);

    static Stage Members(Cumulative cumulative, int group) => new(cumulative, group * Group, Math.Min(cumulative.Levels, (group + 1) * Group), 1);

    /// <summary>One choice: among the symbols from <c>first</c> up to <c>end</c>, <c>size</c> neighbours together.</summary>
    readonly struct Stage(Cumulative cumulative, int first, int end, int size)
    {
        readonly int _choices = (end - first + size - 1) / size;
        readonly double _before = cumulative.Below(first);
        readonly double _whole = (end == cumulative.Levels ? cumulative.Total : cumulative.Below(end)) - cumulative.Below(first);

        public ulong Share(int choice)
        {
            var start = Begin(choice);
            return (ulong)start << 32 | (Begin(choice + 1) - start);
        }

        /// <summary>The choice whose share holds the target, by bisection.</summary>
        public int Decode(RangeDecoder decoder)
        {
            var target = decoder.Target();
            var (low, high) = (0, _choices);
            uint start = 0, end = FrequencyTable.Total;
            while (high - low > 1)
            {
                var middle = (low + high) / 2;
                var at = Begin(middle);
                if (at <= target) (low, start) = (middle, at);
                else (high, end) = (middle, at);
            }
            decoder.Consume(start, end - start);
            return low;
        }

        uint Begin(int choice) => choice <= 0 ? 0 : choice >= _choices ? FrequencyTable.Total
            : FrequencyTable.Begin(cumulative.Below(first + choice * size) - _before, _whole, choice, _choices);
    }
}
