using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using Likely.Tensors;

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
    const int Activities = 11, Scales = 64, Errors = 256, Memory = 32, Neighbours = 64;
    const double Shared = 1e-3;

    static readonly CountLogs _ofOne = new(0.4), _ofBoth = new(0.8);

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

    static unsafe double OfBlackAndWhite(ReadOnlySpan<int> item, int width)
    {
        // Two pixels at once, in rows with white around; four take turns in as many tables: where most of a picture is white, one would wait for itself at every pixel.
        const int Margin = 8, Table = 2 * Neighbours;
        if (item.ContainsAnyExceptInRange(0, 1)) throw new ArgumentException("A black and white picture has pixels 0 and 1 alone.", nameof(item));
        var counts = stackalloc int[4 * Table];
        new Span<int>(counts, 4 * Table).Clear();
        var length = width + 2 * Margin;
        var rented = ArrayPool<int>.Shared.Rent(3 * length);
        rented.AsSpan(0, 3 * length).Clear();
        fixed (int* rows = rented)
        {
            int* row = rows + Margin, above = row + length, higher = above + length;
            // Where the rows have a 1, up to which they are 0 in all three.
            (int First, int Last) upper = (width, -1), highest = upper;
            for (var first = 0; first < item.Length; first += width)
            {
                var pixels = item.Slice(first, width);
                pixels.CopyTo(new Span<int>(row, width));
                (int First, int Last) own = pixels.IndexOfAnyExcept(0) is >= 0 and var one ? (one, pixels.LastIndexOfAnyExcept(0)) : (width, -1);
                var x = Math.Max(0, Math.Min(own.First, Math.Min(upper.First, highest.First)) - 1);
                var end = Math.Max(x, Math.Min(width, Math.Max(own.Last, Math.Max(upper.Last, highest.Last)) + 3));
                counts[0] += width - (end - x);
                for (; x <= end - 4; x += 4)
                {
                    ulong two = Places(row + x, above + x, higher + x), more = Places(row + x + 2, above + x + 2, higher + x + 2);
                    counts[(uint)two]++;
                    (counts + Table)[two >> 32]++;
                    (counts + 2 * Table)[(uint)more]++;
                    (counts + 3 * Table)[more >> 32]++;
                }
                for (; x < end; x++) counts[row[x - 1] | row[x - 2] << 1 | above[x] << 2 | above[x - 1] << 3 | above[x + 1] << 4 | higher[x] << 5 | row[x] << 6]++;
                var last = higher;
                higher = above;
                above = row;
                row = last;
                (highest, upper) = (upper, own);
            }
        }
        ArrayPool<int>.Shared.Return(rented);
        for (var i = 0; i < Table; i++) counts[i] += counts[Table + i] + counts[2 * Table + i] + counts[3 * Table + i];
        // What (n_s + 2/5) / (n + 4/5) makes, whatever the order.
        var nats = 0.0;
        for (var context = 0; context < Neighbours; context++)
            if (counts[context] + counts[Neighbours + context] is > 0 and var both) nats += _ofBoth[both] - _ofOne[counts[context]] - _ofOne[counts[Neighbours + context]];
        return nats * BitsPerNat;

        // The context of two pixels, and the pixel as its highest bit.
        static ulong Places(int* row, int* above, int* higher) => Two(row - 1) | Two(row - 2) << 1 | Two(above) << 2 | Two(above - 1) << 3 | Two(above + 1) << 4 | Two(higher) << 5 | Two(row) << 6;

        static ulong Two(int* at) => Unsafe.ReadUnaligned<ulong>(at);
    }

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
