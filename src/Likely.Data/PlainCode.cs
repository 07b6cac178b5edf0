using System.Collections.Concurrent;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>Bits of an item by a code that knows but how often each symbol, of each channel, was in it so far: p(s) = (n_s + 1/16) / (n + L/16) of L levels, whose product depends on the counts alone.</summary>
static class PlainCode
{
    const double BitsPerNat = 1 / 0.693147180559945309, Trust = 1 / 16.0;

    static readonly CountLogs _ofSymbols = new(Trust);
    static readonly ConcurrentDictionary<int, CountLogs> _ofAll = new();

    public static double Bits(ReadOnlySpan<int> item, Space space)
    {
        var (levels, channels) = (space.Levels, space.Symbols);
        var counts = new int[levels * channels];
        if (levels == 2 && channels == 1)
        {
            var ones = item.Count(1);
            (counts[0], counts[1]) = (item.Length - ones, ones);
        }
        else for (var at = 0; at < item.Length; at += channels)
            for (var c = 0; c < channels; c++) counts[c * levels + item[at + c]]++;
        var nats = channels * _ofAll.GetOrAdd(levels, size => new CountLogs(Trust * size))[item.Length / channels];
        foreach (var count in counts)
            if (count > 0) nats -= _ofSymbols[count];
        return nats * BitsPerNat;
    }
}
