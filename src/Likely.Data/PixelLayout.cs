namespace Likely.Data;

/// <summary>
/// Which bytes of a file are pixels: a head, then <paramref name="Count"/> items of <paramref name="Gap"/> other bytes and
/// Height x Width x Channels pixels of one byte each, then a tail. IDX, npy of bytes, binary PGM and PPM, and CIFAR are of this form,
/// so such a file is its pixels and a few bytes more.
/// </summary>
/// <param name="Planar">Each item's channels lie one after the other, not side by side.</param>
public readonly record struct PixelLayout(int Height, int Width, int Channels, int Count, int Head, int Gap, bool Planar)
{
    const int MostChannels = 16, CifarSide = 32, CifarRecord = 1 + 3 * CifarSide * CifarSide;
    internal const int HeadLength = 12 + (1 << 16);

    /// <summary>Pixels times channels of one item.</summary>
    public long ItemLength => (long)Height * Width * Channels;

    /// <summary>Where the tail begins.</summary>
    public long End => Head + Count * (Gap + ItemLength);

    /// <summary>The layout of a file from its first bytes (64 KiB and a little), its length and its name; null for a file of another kind.</summary>
    internal static PixelLayout? Of(ReadOnlySpan<byte> head, long length, string name)
    {
        try
        {
            var layout = head switch
            {
                [0, 0, 8, >= 2 and <= 4, ..] => OfIdx(Idx.Parse(head, name)),
                [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', ..] => OfNpy(Npy.Parse(head, name)),
                [(byte)'P', (byte)'5' or (byte)'6', ..] => OfPnm(head, name),
                _ when name.EndsWith(".bin", StringComparison.OrdinalIgnoreCase) && length % CifarRecord == 0 && length / CifarRecord <= int.MaxValue && head[0] < 10 =>
                    new PixelLayout(CifarSide, CifarSide, 3, (int)(length / CifarRecord), 0, 1, true),
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

    static PixelLayout OfIdx(Idx idx) => idx.ItemShape switch
    {
        [var width] => new(1, width, 1, idx.Count, idx.HeaderLength, 0, false),
        [var height, var width] => new(height, width, 1, idx.Count, idx.HeaderLength, 0, false),
        [var height, var width, <= MostChannels and var channels] => new(height, width, channels, idx.Count, idx.HeaderLength, 0, false),
        _ => default,
    };

    static PixelLayout OfNpy(Npy npy) => npy.ElementLength != 1 || npy.Shape.Length is < 2 or > 4 || Array.Exists(npy.Shape, extent => extent > int.MaxValue) ? default : npy.Shape switch
    {
        [var count, var width] => new(1, (int)width, 1, (int)count, npy.HeaderLength, 0, false),
        [var count, var height, var width] when height * width <= Image.LargestSize => new((int)height, (int)width, 1, (int)count, npy.HeaderLength, 0, false),
        [var count, var height, var width, <= MostChannels and var channels] when height * width <= Image.LargestSize =>
            new((int)height, (int)width, (int)channels, (int)count, npy.HeaderLength, 0, false),
        _ => default,
    };

    static PixelLayout OfPnm(ReadOnlySpan<byte> head, string name)
    {
        var (height, width, channels, maximum, start) = Pnm.ParseHeader(head, name);
        return maximum > 255 ? default : new(height, width, channels, 1, start, 0, false);
    }
}
