using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// From stored pixels to a model's symbols: transpose, crop, grey, resize, cut a window, mirror, recolour, then binarise or floor(value levels / 256), and in training mutate.
/// A drawn binary pixel is u &lt; value / 255 with u of 24 bits, compared in whole numbers. For the static binarisation, which epoch 0 has as well, u is addressed by
/// (a fixed seed; what the item holds, dimension), see <see cref="StaticDraw"/>; in later epochs of training by (seed, epoch; index, dimension).
/// Cropped and resized pictures that are slow to decode are kept, up to 256 MiB, or 1 GiB where windows are cut from them again and again.
/// </summary>
sealed class Preprocessing(DataOptions options, StaticDraw staticDraw)
{
    const ulong StaticSeed = 20_160_128;
    const long MostKept = 256L << 20;
    const int LargestKept = 16 << 20; // a photograph that is scored is read once

    // Beside the addresses of windows, which begin at 1; 0 is for mirroring whole items.
    const ulong ColorAddress = 1UL << 32, MutationAddress = 2UL << 32;

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
            if (source.IsSlow && symbols.Length <= LargestKept) Keep(index, symbols, MostKept);
        }
        var random = new Philox(options.Seed, RandomPurpose.Augmentation, epoch);
        if (training && options.Flip && (random.UInt32(source.Address(index), 0) & 1) != 0) Mirror(symbols, space);
        if (training) Recolor(symbols, space, random, source.Address(index), 0);
        if (options.Binarize is Binarization.Static or Binarization.Dynamic)
        {
            var dynamic = training && options.Binarize == Binarization.Dynamic && epoch != 0;
            if (dynamic) Draw(symbols, new Philox(options.Seed, RandomPurpose.Binarization, epoch), source.Address(index));
            else Draw(symbols, new Philox(StaticSeed, RandomPurpose.Binarization, 0), staticDraw[index]);
        }
        else Quantise(symbols, space);
        if (training && options.Mutate > 0) Mutate(symbols, space.Levels, random, source.Address(index), 0);
    }

    /// <summary>Reads a window of an item: in training one that is drawn anew in every epoch, else one of a fixed grid.</summary>
    /// <param name="source">Where the item lies.</param>
    /// <param name="index">Which item.</param>
    /// <param name="number">Which of its windows.</param>
    /// <param name="symbols">Receives the window.</param>
    /// <param name="whole">The item's own space.</param>
    /// <param name="space">The window's.</param>
    /// <param name="epoch">Addresses what is drawn.</param>
    /// <param name="training">Whether it is drawn.</param>
    public void ReadWindow(ItemSource source, int index, int number, Span<byte> symbols, Space whole, Space space, ulong epoch, bool training)
    {
        if (!_kept.TryGetValue(index, out var pixels))
        {
            ReadPixels(source, index, pixels = new byte[whole.Dimensions], whole);
            Keep(index, pixels, PatchSize.MostKept);
        }
        var size = new PatchSize(space.Height, space.Width);
        var random = new Philox(options.Seed, RandomPurpose.Augmentation, epoch);
        var (vertical, horizontal, mirrored, _) = random.Block(source.Address(index), 1 + (ulong)number);
        var (top, left) = training ? size.Draw(whole, vertical, horizontal) : size.Place(whole, number);
        var row = space.Width * space.Symbols;
        for (var i = 0; i < space.Height; i++)
            pixels.AsSpan(((top + i) * whole.Width + left) * whole.Symbols, row).CopyTo(symbols[(i * row)..]);
        if (training && options.Flip && (mirrored & 1) != 0) Mirror(symbols, space);
        if (training) Recolor(symbols, space, random, source.Address(index), (ulong)number);
        Quantise(symbols, space);
        if (training && options.Mutate > 0) Mutate(symbols, space.Levels, random, source.Address(index), (ulong)number);
    }

    // Copies: what is given may be longer or shorter lived.
    void Keep(int index, ReadOnlySpan<byte> pixels, long most)
    {
        if (Interlocked.Add(ref _keptBytes, pixels.Length) > most || !_kept.TryAdd(index, pixels.ToArray())) Interlocked.Add(ref _keptBytes, -pixels.Length);
    }

    void Quantise(Span<byte> symbols, Space space)
    {
        if (options.Binarize != Binarization.None)
        {
            var eights = MemoryMarshal.Cast<byte, ulong>(symbols);
            foreach (ref var eight in eights) eight = eight >> 7 & 0x0101010101010101;
            foreach (ref var symbol in symbols[(eights.Length * sizeof(ulong))..]) symbol >>= 7;
        }
        else if (space.Levels < 256)
            foreach (ref var symbol in symbols) symbol = (byte)(symbol * space.Levels >> 8);
    }

    void Mutate(Span<byte> symbols, int levels, Philox random, ulong address, ulong number)
    {
        var bound = (ulong)(options.Mutate * (1UL << 32));
        for (var i = 0; i < symbols.Length; i++)
            if (random.Block(address, MutationAddress + (number << 32) + (ulong)i) is var (chance, symbol, _, _) && chance < bound) symbols[i] = (byte)((ulong)symbol * (ulong)levels >> 32);
    }

    void Recolor(Span<byte> pixels, Space space, Philox random, ulong address, ulong number)
    {
        if (options.Recolor == Recoloring.None) return;
        var (choice, first, second, third) = random.Block(address, ColorAddress + number);
        if (options.Recolor.HasFlag(Recoloring.Swap) && space.Symbols == 3) Swap(pixels, (int)((ulong)choice * 6 >> 32));
        if (!options.Recolor.HasFlag(Recoloring.Shift) || (choice & 1) == 0) return;
        for (var c = 0; c < space.Symbols; c++) Shift(pixels, c, space.Symbols, c switch { 0 => first, 1 => second, _ => third });
    }

    // One of the six orders of three channels.
    static void Swap(Span<byte> pixels, int order)
    {
        var (first, odd) = (order / 2, order % 2 == 1);
        var (second, third) = ((first + (odd ? 2 : 1)) % 3, (first + (odd ? 1 : 2)) % 3);
        for (var i = 0; i + 2 < pixels.Length; i += 3) (pixels[i], pixels[i + 1], pixels[i + 2]) = (pixels[i + first], pixels[i + second], pixels[i + third]);
    }

    static void Shift(Span<byte> pixels, int channel, int channels, uint random)
    {
        var (low, high) = (255, 0);
        for (var i = channel; i < pixels.Length; i += channels) (low, high) = (Math.Min(low, pixels[i]), Math.Max(high, pixels[i]));
        var by = (int)((ulong)random * (uint)(255 - high + low + 1) >> 32) - low;
        for (var i = channel; i < pixels.Length; i += channels) pixels[i] = (byte)(pixels[i] + by);
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
