using Likely.Data;

namespace Likely;

/// <summary>
/// A decoded picture: bytes 0..255, rows from the top, channels side by side within a pixel.
/// One channel is grey, three are red, green, blue.
/// </summary>
public sealed class Image
{
    /// <summary>No picture may hold more bytes than this (256 MiB): a header can claim anything.</summary>
    public const long LargestSize = 1L << 28;

    /// <summary>No picture may be higher or wider: work on a picture takes memory by rows, too.</summary>
    public const int LargestSide = 1 << 20;

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

    /// <summary>Refuses a size that a file claims.</summary>
    /// <exception cref="DataException">if it is empty, or larger than any picture may be</exception>
    internal static void RequireSize(long height, long width, int channels, string name)
    {
        if (height < 1 || width < 1) throw new DataException($"'{name}' claims {height} x {width} pixels, which is no picture; fetch it again.");
        if (height > LargestSide || width > LargestSide)
            throw new DataException($"'{name}' claims {height} x {width} pixels, and no side may be longer than {LargestSide}; fetch it again or make it smaller.");
        if (height * width * channels > LargestSize)
            throw new DataException($"'{name}' claims {height} x {width} pixels of {channels} {(channels == 1 ? "byte" : "bytes")}, more than the {LargestSize} bytes that a picture may have; fetch it again or make it smaller.");
    }

    /// <summary>Writes a PNG picture, the whole file or nothing; what is there is replaced.</summary>
    /// <param name="path">A name that ends in .png; its folder is made.</param>
    /// <exception cref="UsageException">The name promises another format, or the file cannot be written.</exception>
    /// <exception cref="ArgumentException">The picture has neither 1 channel nor 3.</exception>
    public void Save(string path)
    {
        if (!path.EndsWith(".png", StringComparison.OrdinalIgnoreCase)) throw new UsageException($"{path} promises something else than a PNG picture; let its name end in .png");
        Png.Write(path, Pixels, Height, Width, Channels);
    }

    /// <summary>Writes a PNG picture to a stream.</summary>
    /// <exception cref="ArgumentException">The picture has neither 1 channel nor 3.</exception>
    public void Save(Stream stream) => stream.Write(Png.Encode(Pixels, Height, Width, Channels));

    /// <summary>Reads a picture of any known format; formats other than PNG and PNM go through ffmpeg.</summary>
    /// <exception cref="DataException">if the file is missing, damaged or of an unknown kind</exception>
    public static Image Load(string path)
    {
        if (!File.Exists(path)) throw new DataException($"There is no file '{path}'; check the name.");
        return ImageFiles.Read(path);
    }
}
