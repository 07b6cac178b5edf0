namespace Likely.Data;

/// <summary>
/// A decoded picture: bytes 0..255, rows from the top, channels side by side within a pixel.
/// One channel is grey, three are red, green, blue.
/// </summary>
public sealed class Image
{
    /// <summary>No picture may hold more bytes than this (256 MiB): a header can claim anything.</summary>
    public const long LargestSize = 1L << 28;

    /// <exception cref="ArgumentException">if the number of pixels does not fit the size</exception>
    public Image(int height, int width, int channels, byte[] pixels)
    {
        if (height < 1 || width < 1 || channels < 1 || (long)height * width * channels != pixels.Length)
            throw new ArgumentException($"An image of {height} x {width} x {channels} cannot have {pixels.Length} bytes.");
        (Height, Width, Channels, Pixels) = (height, width, channels, pixels);
    }

    public int Height { get; }
    public int Width { get; }
    public int Channels { get; }

    /// <summary>The largest sample the file has, if they are of 16 bits.</summary>
    internal int? LargestSample { get; init; }

    /// <summary>[Height, Width, Channels]</summary>
    public byte[] Pixels { get; }

    /// <summary>Reads a picture of any known format; formats other than PNG and PNM go through ffmpeg.</summary>
    /// <exception cref="DataException">if the file is missing, damaged or of an unknown kind</exception>
    public static Image Read(string path)
    {
        if (!File.Exists(path)) throw new DataException($"There is no file '{path}'; check the name.");
        return ImageFiles.Read(path);
    }
}
