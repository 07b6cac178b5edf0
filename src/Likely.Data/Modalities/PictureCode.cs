using System.Numerics;
using Likely.Tensors;
using Likely.Tensors.Kernels;

namespace Likely.Data;

/// <summary>
/// Bits of a picture by a code that has seen no other, as the complexity of what it shows (Serra et al. 2020, arXiv:1909.11480). Each symbol is predicted from its left, upper and upper left
/// neighbours by the median edge detector of LOCO-I (Weinberger et al. 2000), a further colour by its own plus what the one before was missed by. The error is two-sided geometric,
/// p(e) = 999/1000 (1 - t)/(1 + t) t^|e| + 1/256000, by the mean error of places whose neighbours differ as much, which is learned as the picture is read. Black and white is told by how often either
/// was seen beside the same six neighbours.
/// </summary>
static class PictureCode
{
    const double BitsPerNat = 1 / 0.693147180559945309;
    const int Activities = 11, Scales = 64, Errors = 256, Memory = 32, Few = 16;
    const double Shared = 1e-3;

    static readonly CountLogs _ofOne = new(0.4), _ofBoth = new(0.8);

    // [zeros, ones]
    static readonly Lazy<double[]> _ofFew = new(() => [.. Enumerable.Range(0, Few * Few).Select(i => OfCounts(i / Few, i % Few))]);

    // [scale, |error|]
    static readonly Lazy<float[]> _bits = new(MakeBits);

    public static double Bits(ReadOnlySpan<int> item, Space space) => space.Levels == 2 && space.Symbols == 1 ? OfBlackAndWhite(item, space.Width) : OfLevels(item, space);

    static double OfLevels(ReadOnlySpan<int> item, Space space)
    {
        var (width, channels, levels, bits) = (space.Width, space.Symbols, space.Levels, _bits.Value);
        Span<double> sums = stackalloc double[Activities * channels];
        Span<int> counts = stackalloc int[Activities * channels];
        for (var i = 0; i < sums.Length; i++) (sums[i], counts[i]) = (0.25 * (1 << Math.Min(i / channels, 6)), 1);
        var (total, row) = (channels * ExactMath.Log(levels) * BitsPerNat, width * channels); // of the first position nothing is known
        for (var at = channels; at < item.Length; at += channels)
        {
            var missed = 0; // what the colour before was missed by
            for (var c = 0; c < channels; c++)
            {
                var i = at + c;
                var (hasLeft, hasAbove) = (i % row >= channels, i >= row);
                int left = hasLeft ? item[i - channels] : item[i - row], above = hasAbove ? item[i - row] : left;
                int corner = hasLeft && hasAbove ? item[i - row - channels] : above, right = hasAbove && i % row < row - channels ? item[i - row + channels] : above;
                var guess = corner >= Math.Max(left, above) ? Math.Min(left, above) : corner <= Math.Min(left, above) ? Math.Max(left, above) : left + above - corner;
                guess = Math.Clamp(guess + missed, 0, levels - 1);
                var error = Math.Abs(item[i] - guess);
                var activity = Math.Abs(left - corner) + Math.Abs(above - corner) + Math.Abs(right - above);
                var place = Math.Min(Activities - 1, 32 - BitOperations.LeadingZeroCount((uint)activity)) * channels + c;
                total += bits[ScaleOf(sums[place] / counts[place]) * Errors + Math.Min(error, Errors - 1)];
                (sums[place], counts[place]) = (sums[place] + error, counts[place] + 1);
                if (counts[place] >= Memory) (sums[place], counts[place]) = (sums[place] / 2, counts[place] / 2);
                missed = item[i] - guess;
            }
        }
        return total;
    }

    static double OfBlackAndWhite(ReadOnlySpan<int> item, int width)
    {
        Span<int> counts = stackalloc int[2 * NeighbourCounts.Contexts];
        NeighbourCounts.Count(item, width, counts);
        var (nats, few) = (0.0, _ofFew.Value);
        for (var context = 0; context < NeighbourCounts.Contexts; context++)
        {
            var (zeros, ones) = (counts[context], counts[NeighbourCounts.Contexts + context]);
            nats += (zeros | ones) < Few ? few[zeros * Few + ones] : OfCounts(zeros, ones);
        }
        return nats * BitsPerNat;
    }

    // What (n_s + 2/5) / (n + 4/5) makes, whatever the order.
    static double OfCounts(int zeros, int ones) => _ofBoth[zeros + ones] - _ofOne[zeros] - _ofOne[ones];

    // Scales are quarters of a power of two from 2^-8 on.
    static int ScaleOf(double mean)
    {
        var word = BitConverter.DoubleToInt64Bits(mean);
        var quarter = (word & 0xFFFFFFFFFFFFF) switch
        {
            < 0x306FE0A31B715 => 0, // 2^(1/4)
            < 0x6A09E667F3BCD => 1, // 2^(1/2)
            < 0xAE89F995AD3AD => 2, // 2^(3/4)
            _ => 3,
        };
        return Math.Clamp(4 * ((int)(word >> 52) - 1023 + 8) + quarter, 0, Scales - 1);
    }

    static float[] MakeBits()
    {
        var bits = new float[Scales * Errors];
        for (var scale = 0; scale < Scales; scale++)
        {
            var mean = ExactMath.Pow(2, (scale + 0.5) / 4 - 8);
            var t = (Math.Sqrt(1 + mean * mean) - 1) / mean; // E|e| = 2 t / (1 - t^2)
            var (own, power) = ((1 - Shared) * (1 - t) / (1 + t), 1.0);
            for (var error = 0; error < Errors; error++, power *= t) bits[scale * Errors + error] = (float)(-ExactMath.Log(own * power + Shared / Errors) * BitsPerNat);
        }
        return bits;
    }
}
