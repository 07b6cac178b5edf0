using System.Buffers;

namespace Likely.Data;

/// <summary>
/// Crop, grey and resize, in whole numbers only, so that every machine gets the same pixels.
/// Grey: (299 R + 587 G + 114 B + 500) / 1000. Resize, per axis: shrinking averages the covered area exactly,
/// enlarging interpolates linearly between pixel centres; both are weights that sum to a known total,
/// applied along the rows, then the columns, and divided once (rounded half up).
/// </summary>
public static class Resampling
{
    /// <summary>Swaps rows and columns in place: [height, width, channels] becomes [width, height, channels].</summary>
    public static void Transpose(Span<byte> pixels, int height, int width, int channels)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(pixels.Length);
        var source = buffer.AsSpan(0, pixels.Length);
        pixels.CopyTo(source);
        for (var i = 0; i < height; i++)
            for (var j = 0; j < width; j++)
                source.Slice((i * width + j) * channels, channels).CopyTo(pixels[((j * height + i) * channels)..]);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Copies the centre of [height, width, channels] into [targetHeight, targetWidth, channels].</summary>
    public static void CropCenter(ReadOnlySpan<byte> source, int height, int width, int channels,
        Span<byte> target, int targetHeight, int targetWidth)
    {
        int top = (height - targetHeight) / 2, left = (width - targetWidth) / 2, row = targetWidth * channels;
        for (var i = 0; i < targetHeight; i++)
            source.Slice(((top + i) * width + left) * channels, row).CopyTo(target[(i * row)..]);
    }

    /// <summary>Turns [pixels, 3] into [pixels]; source and target may be the same memory.</summary>
    public static void ToGray(ReadOnlySpan<byte> source, Span<byte> target, int pixels)
    {
        for (var i = 0; i < pixels; i++)
            target[i] = (byte)((299 * source[3 * i] + 587 * source[3 * i + 1] + 114 * source[3 * i + 2] + 500) / 1000);
    }

    /// <summary>Resizes [height, width, channels] to [targetHeight, targetWidth, channels].</summary>
    public static void Resize(ReadOnlySpan<byte> source, int height, int width, int channels,
        Span<byte> target, int targetHeight, int targetWidth)
    {
        var columns = new Axis(width, targetWidth);
        var rows = new Axis(height, targetHeight);
        var total = columns.Total * rows.Total;
        var row = targetWidth * channels;
        var buffer = ArrayPool<long>.Shared.Rent(row * 2);
        Span<long> across = buffer.AsSpan(0, row), sum = buffer.AsSpan(row, row);
        var held = -1; // the source row that `across` holds
        for (var i = 0; i < targetHeight; i++)
        {
            sum.Clear();
            for (var tap = rows.First[i]; tap < rows.First[i] + rows.Count[i]; tap++)
            {
                if (held != tap) Across(source.Slice(tap * width * channels, width * channels), across, columns, channels);
                held = tap;
                var weight = rows.Weights[rows.Start[i] + tap - rows.First[i]];
                for (var x = 0; x < row; x++) sum[x] += weight * across[x];
            }
            var line = target.Slice(i * row, row);
            for (var x = 0; x < row; x++) line[x] = (byte)((sum[x] + total / 2) / total);
        }
        ArrayPool<long>.Shared.Return(buffer);
    }

    static void Across(ReadOnlySpan<byte> source, Span<long> target, Axis axis, int channels)
    {
        for (var j = 0; j < axis.First.Length; j++)
            for (var c = 0; c < channels; c++)
            {
                var sum = 0L;
                for (var tap = 0; tap < axis.Count[j]; tap++)
                    sum += axis.Weights[axis.Start[j] + tap] * source[(axis.First[j] + tap) * channels + c];
                target[j * channels + c] = sum;
            }
    }

    /// <summary>For each target pixel of one axis: its first source pixel, how many, and their weights, which sum to Total.</summary>
    sealed class Axis
    {
        public readonly int[] First, Count, Start;
        public readonly long[] Weights;
        public readonly long Total;

        public Axis(int source, int target)
        {
            (First, Count, Start) = (new int[target], new int[target], new int[target]);
            var weights = new List<long>();
            Total = target <= source ? source : 2L * target;
            for (var j = 0; j < target; j++)
            {
                Start[j] = weights.Count;
                if (target <= source)
                {
                    // In units of 1/target source pixel, target pixel j covers [j source, (j+1) source).
                    long from = (long)j * source, to = from + source;
                    First[j] = (int)(from / target);
                    for (var i = (long)First[j]; i * target < to; i++)
                        weights.Add(Math.Min(to, (i + 1) * target) - Math.Max(from, i * target));
                }
                else
                {
                    // The centre of target pixel j lies at ((2j+1) source - target) / (2 target) source pixels.
                    var center = Math.Clamp((2L * j + 1) * source - target, 0, 2L * target * (source - 1));
                    First[j] = (int)(center / (2L * target));
                    var beyond = center % (2L * target);
                    weights.Add(2L * target - beyond);
                    if (beyond > 0) weights.Add(beyond);
                }
                Count[j] = weights.Count - Start[j];
            }
            Weights = [.. weights];
        }
    }
}
