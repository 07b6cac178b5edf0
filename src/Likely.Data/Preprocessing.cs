using System.Buffers;
using System.Collections.Concurrent;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// From stored pixels to a model's symbols: transpose, crop, grey, resize, mirror, then binarise or floor(value levels / 256).
/// A drawn binary pixel is u &lt; value / 255 with u of 24 bits, compared in whole numbers. For the static binarisation, which epoch 0 has as well, u is addressed by
/// (a fixed seed; what the item holds, dimension), see <see cref="StaticDraw"/>; in later epochs of training by (seed, epoch; index, dimension).
/// Cropped and resized pictures that are slow to decode are kept, up to 256 MiB.
/// </summary>
sealed class Preprocessing(DataOptions options, StaticDraw staticDraw)
{
    const ulong StaticSeed = 20_160_128;
    const long MostKept = 256L << 20;

    readonly ConcurrentDictionary<int, byte[]> _kept = new();
    long _keptBytes;

    public DataOptions Options => options;

    /// <summary>The space a stored image gets; throws if it cannot be cropped.</summary>
    public Space SpaceOf(Space stored, Func<string> name)
    {
        var (height, width, channels, levels) = stored;
        if (options.Transpose) (height, width) = (width, height);
        if (options.Crop is var (cropHeight, cropWidth))
        {
            if (height < cropHeight || width < cropWidth)
                throw new DataException($"'{name()}' has {height} x {width} pixels, too few for crop={cropHeight}x{cropWidth}; make the crop smaller or leave the file out.");
            (height, width) = (cropHeight, cropWidth);
        }
        if (options.Size is var (newHeight, newWidth)) (height, width) = (newHeight, newWidth);
        if (options.Gray && channels is not (1 or 3))
            throw new DataException($"'{name()}' has {channels} channels; gray=true needs 3.");
        if (options.Gray) channels = 1;
        if (options.Binarize != Binarization.None) levels = 2;
        else if (options.Levels is { } wanted) levels = wanted;
        if ((long)height * width * channels > Image.LargestSize)
            throw new DataException($"'{name()}' would have {height} x {width} pixels of {channels} channels, more than the {Image.LargestSize} values that an item may have; make the size smaller.");
        return Space.Image(height, width, channels, levels);
    }

    /// <summary>Reads item <paramref name="index"/> of a source; <paramref name="training"/> turns on what varies with the epoch.</summary>
    public void Read(ItemSource source, int index, Span<byte> symbols, Space space, ulong epoch, bool training)
    {
        if (_kept.TryGetValue(index, out var kept)) kept.CopyTo(symbols);
        else
        {
            ReadPixels(source, index, symbols, space);
            if (source.IsSlow && Interlocked.Add(ref _keptBytes, symbols.Length) <= MostKept) _kept[index] = symbols.ToArray();
        }
        if (training && options.Flip && (new Philox(options.Seed, RandomPurpose.Augmentation, epoch).UInt32(source.Address(index), 0) & 1) != 0)
            Mirror(symbols, space);
        if (options.Binarize == Binarization.Threshold)
            for (var i = 0; i < symbols.Length; i++) symbols[i] = (byte)(symbols[i] >> 7);
        else if (options.Binarize != Binarization.None)
        {
            var dynamic = training && options.Binarize == Binarization.Dynamic && epoch != 0;
            if (dynamic) Draw(symbols, new Philox(options.Seed, RandomPurpose.Binarization, epoch), source.Address(index));
            else Draw(symbols, new Philox(StaticSeed, RandomPurpose.Binarization, 0), staticDraw[index]);
        }
        else if (space.Levels < 256)
            for (var i = 0; i < symbols.Length; i++) symbols[i] = (byte)(symbols[i] * space.Levels >> 8);
    }

    void ReadPixels(ItemSource source, int index, Span<byte> target, Space space)
    {
        var stored = source.SpaceOf(index);
        if ((stored.Height, stored.Width, stored.Symbols) == (space.Height, space.Width, space.Symbols) && !options.Transpose)
        {
            source.Read(index, target);
            return;
        }
        var (height, width, channels, _) = stored;
        var buffer = ArrayPool<byte>.Shared.Rent(stored.Dimensions);
        var pixels = buffer.AsSpan(0, stored.Dimensions);
        source.Read(index, pixels);
        if (options.Transpose)
        {
            Resampling.Transpose(pixels, height, width, channels);
            (height, width) = (width, height);
        }
        if (options.Crop is var (cropHeight, cropWidth) && (height, width) != (cropHeight, cropWidth))
        {
            // Target rows never lie behind the source rows they come from, so the copy can be made in place.
            Resampling.CropCenter(pixels, height, width, channels, pixels, cropHeight, cropWidth);
            (height, width) = (cropHeight, cropWidth);
        }
        if (options.Gray && channels == 3)
        {
            Resampling.ToGray(pixels, pixels, height * width);
            channels = 1;
        }
        if ((height, width) == (space.Height, space.Width)) pixels[..target.Length].CopyTo(target);
        else Resampling.Resize(pixels, height, width, channels, target, space.Height, space.Width);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    static void Mirror(Span<byte> symbols, Space space)
    {
        var (_, width, channels, _) = space;
        for (var row = 0; row < symbols.Length; row += width * channels)
            for (int left = 0, right = width - 1; left < right; left++, right--)
                for (var c = 0; c < channels; c++)
                {
                    ref var a = ref symbols[row + left * channels + c];
                    ref var b = ref symbols[row + right * channels + c];
                    (a, b) = (b, a);
                }
    }

    static void Draw(Span<byte> symbols, Philox random, ulong address)
    {
        for (var i = 0; i < symbols.Length; i += 4)
        {
            var (a, b, c, d) = random.Block(address, (ulong)i / 4);
            symbols[i] = IsOne(a, symbols[i]);
            if (i + 1 < symbols.Length) symbols[i + 1] = IsOne(b, symbols[i + 1]);
            if (i + 2 < symbols.Length) symbols[i + 2] = IsOne(c, symbols[i + 2]);
            if (i + 3 < symbols.Length) symbols[i + 3] = IsOne(d, symbols[i + 3]);
        }
    }

    static byte IsOne(uint random, byte value) => (ulong)(random >> 8) * 255 < (ulong)value << 24 ? (byte)1 : (byte)0;
}
