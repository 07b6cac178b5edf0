using Likely.Tensors;

namespace Likely.Data;

/// <summary>Bits of an item by a code that knows but how often each symbol, of each channel, was in it so far: p(s) = (n_s + 1/16) / (n + L/16) of L levels.</summary>
static class PlainCode
{
    const double BitsPerNat = 1 / 0.693147180559945309, Trust = 1 / 16.0;

    public static double Bits(ReadOnlySpan<int> item, Space space)
    {
        var (levels, channels) = (space.Levels, space.Symbols);
        var (counts, nats, seen) = (new int[levels * channels], 0.0, 0);
        for (var at = 0; at < item.Length; at += channels, seen++)
            for (var c = 0; c < channels; c++)
            {
                ref var count = ref counts[c * levels + item[at + c]];
                nats -= ExactMath.Log((count++ + Trust) / (seen + Trust * levels));
            }
        return nats * BitsPerNat;
    }
}
