namespace Likely.Data;

/// <summary>
/// Which bytes of a file are pixels: a head, then <paramref name="Count"/> items of <paramref name="Gap"/> other bytes and
/// Height x Width x Channels pixels of one byte each, then a tail. IDX, npy of bytes, binary PGM and PPM, CIFAR, and WAV of one byte a sample, or of two, are of this form,
/// so such a file is its pixels, or samples, and a few bytes more.
/// </summary>
/// <param name="Planar">Each item's channels lie one after the other, not side by side.</param>
public readonly record struct PixelLayout(int Height, int Width, int Channels, int Count, int Head, int Gap, bool Planar)
{
    const int CifarSide = 32, LongestSound = 1 << 18;
    internal const int HeadLength = Npy.LargestHead;

    /// <summary>Whether a pixel is two bytes and not one: a sample of 16 bits, low byte first, from -32,768 on.</summary>
    public bool IsWide { get; init; }

    /// <summary>Bytes of a pixel's channel.</summary>
    public int Bytes => IsWide ? 2 : 1;

    /// <summary>Bytes of one item: its pixels times channels, of one byte or two.</summary>
    public long ItemLength => (long)Height * Width * Channels * Bytes;

    /// <summary>Where the tail begins.</summary>
    public long End => Head + Count * (Gap + ItemLength);

    /// <summary>The layout of a file from its first bytes (64 KiB and a little), its length and its name; null for a file of another kind.</summary>
    /// <param name="options">What is known of arrays: their axes, and the size that rows make.</param>
    internal static PixelLayout? Of(ReadOnlySpan<byte> head, long length, string name, DataOptions options)
    {
        try
        {
            var layout = FileKind.Of(head, length, Path.GetFileName(name)).Format switch
            {
                FileFormat.Wav when options.As == Modality.Audio => OfSound(head, length, name, options),
                _ when options.As == Modality.Audio => default,
                FileFormat.Idx => OfArray(Idx.Parse(head, name), name, options),
                FileFormat.Npy => OfArray(Npy.Parse(head, name), name, options),
                FileFormat.Pnm when head[1] is (byte)'5' or (byte)'6' => OfPnm(head, name),
                FileFormat.Cifar10 => OfCifar(length, 1),
                FileFormat.Cifar100 => OfCifar(length, 2),
                _ => default,
            };
            return layout.Count > 0 && layout.ItemLength <= Image.LargestSize && layout.End <= length ? layout : null;
        }
        catch (DataException)
        {
            return null; // looks like a format of ours and is not
        }
    }

    /// <summary>Brings an item's stored bytes into the order row, column, channel.</summary>
    public void ToPixels(ReadOnlySpan<byte> stored, Span<byte> pixels)
    {
        if (!Planar) stored.CopyTo(pixels);
        else
            for (int i = 0, positions = Height * Width; i < positions; i++)
                for (var c = 0; c < Channels; c++) pixels[Channels * i + c] = stored[c * positions + i];
    }

    /// <summary>The inverse of <see cref="ToPixels"/>.</summary>
    public void ToStored(ReadOnlySpan<byte> pixels, Span<byte> stored)
    {
        if (!Planar) pixels.CopyTo(stored);
        else
            for (int i = 0, positions = Height * Width; i < positions; i++)
                for (var c = 0; c < Channels; c++) stored[c * positions + i] = pixels[Channels * i + c];
    }

    static PixelLayout OfArray(ArrayHeader array, string name, DataOptions options)
    {
        if (array.Element is not (ArrayElement.UInt8 or ArrayElement.Boolean) || array.FortranOrder) return default;
        // Rows that do not make pictures of that size are pictures one pixel high.
        var item = array.ElementCount / array.Shape[0];
        if (options.Size is var (height, width) && item != (long)height * width && (item != 3L * height * width || options.Axes is null)) options = options with { Size = null };
        var items = ArrayItems.Of(array, options, name, settle: true);
        return new(items.Height, items.Width, items.Channels, items.Count, array.HeaderLength, 0, items.Planar);
    }

    /// <summary>Why a WAV file's samples are not coded by a model of sound; null if they are.</summary>
    internal static string? Refusal(WavHeader sound, DataOptions options) =>
        sound.Rate != options.Rate ? $"it has {sound.Rate} samples a second, and the model {options.Rate}"
        : sound.Channels > 1 ? $"it has {sound.Channels} channels, and the model one"
        : options.MuLaw || (sound.Bits, options.Levels) is not ((8, 256) or (16, 1 << 16)) ? $"it has samples of {sound.Bits} bits, which the model's {(options.MuLaw ? "256 mu-law" : options.Levels)} levels {(sound.Bits == 8 ? "are not" : "do not tell apart")}" : null;

    // A long sound is several items, as equal as can be, which are decoded side by side; the few samples that are left belong to the tail.
    static PixelLayout OfSound(ReadOnlySpan<byte> head, long length, string name, DataOptions options)
    {
        var sound = WavHeader.Of(head, length, name);
        if (sound.Frames == 0 || sound.Start > int.MaxValue || Refusal(sound, options) is not null) return default;
        var count = (sound.Frames + LongestSound - 1) / LongestSound;
        return count > int.MaxValue ? default : new(1, (int)(sound.Frames / count), 1, (int)count, (int)sound.Start, 0, false) { IsWide = sound.Bits > 8 };
    }

    static PixelLayout OfCifar(long length, int gap)
    {
        var count = length / (gap + 3 * CifarSide * CifarSide);
        return count > int.MaxValue ? default : new(CifarSide, CifarSide, 3, (int)count, 0, gap, true);
    }

    static PixelLayout OfPnm(ReadOnlySpan<byte> head, string name)
    {
        var (height, width, channels, maximum, start) = Pnm.ParseHeader(head, name);
        return maximum > 255 ? default : new(height, width, channels, 1, start, 0, false);
    }
}
