using System.Buffers.Binary;
using Likely.Files;
using Likely.Tensors;

namespace Likely.Data;

/// <summary>Picture files by what they hold: PNG and PNM are read here, any other known format goes through ffmpeg.</summary>
static class ImageFiles
{
    const long LargestFile = 1L << 29;

    // Bytes, packed or not, from which on pictures are taken one at a time, whatever the number of threads: together they would take too much memory.
    const long Large = 1L << 25;
    static readonly Lock _oneLarge = new();

    static readonly HashSet<string> Own = new(StringComparer.OrdinalIgnoreCase) { ".png", ".pgm", ".ppm", ".pbm", ".pnm" };

    static readonly HashSet<string> Foreign = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".tga", ".avif", ".heic", ".jxl", ".jp2",
    };

    /// <summary>Whether a file is called a packed picture, or a picture.</summary>
    public static bool HasPackedPictureName(string path) => HasPictureName(path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path);

    /// <summary>Whether a file is called a picture.</summary>
    public static bool HasPictureName(string path) => Own.Contains(Path.GetExtension(path)) || Foreign.Contains(Path.GetExtension(path));

    /// <summary>The content of a file to its end, whatever its claimed length.</summary>
    /// <exception cref="DataException">if it cannot be read or is too large for one picture</exception>
    public static byte[] Load(string path)
    {
        try
        {
            using var file = RegularFile.OpenRead(path);
            var bytes = new byte[Math.Min(file.Length, LargestFile) + 1]; // one more, to see the end
            for (var count = 0; ;)
            {
                var read = file.Read(bytes, count, bytes.Length - count);
                if (read == 0) return bytes[..count];
                if ((count += read) > LargestFile) throw new DataException($"'{path}' has more than {LargestFile} bytes, too many for one picture.");
                if (count == bytes.Length) Array.Resize(ref bytes, (int)Math.Min(2L * count + 4096, LargestFile + 1));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"'{path}' cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The content of a PNG file up to the picture's end, and one byte more if it goes on.</summary>
    /// <exception cref="DataException">if it cannot be read or is too large for one picture</exception>
    public static byte[] LoadPng(string path)
    {
        try
        {
            using var file = RegularFile.OpenRead(path);
            var end = PngDecoder.EndOf(file);
            if (end > LargestFile) throw new DataException($"'{path}' has more than {LargestFile} bytes, too many for one picture.");
            file.Position = 0;
            var bytes = new byte[end + 1];
            return bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"'{path}' cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The picture of a file; of several frames the first.</summary>
    /// <exception cref="DataException">if it is no picture or a damaged one</exception>
    public static Image Read(string path, SampleRule rule = default)
    {
        var kind = FileKind.Of(path);
        if (IsOwn(kind))
        {
            if (new FileInfo(path).Length > Large || ReadSpace(path).Space.Dimensions > Large)
                lock (_oneLarge) return ReadOwn(path, kind, rule);
            return ReadOwn(path, kind, rule);
        }
        Image? picture = null;
        Ffmpeg.Decode([(path, kind)], rule, firstOnly: true, (_, pictures, _) => picture = pictures[0]);
        return picture!;
    }

    static Image ReadOwn(string path, FileKind kind, SampleRule rule) =>
        kind.Format == FileFormat.Png ? new PngDecoder(LoadPng(path), path, rule).Decode() : Pnm.Decode(Load(path), path, rule);

    /// <summary>Whether a format is read here, without ffmpeg.</summary>
    public static bool IsOwn(FileKind kind) => kind.Format is FileFormat.Png or FileFormat.Pnm;

    /// <summary>Whether a PNG, PNM or TIFF file holds more frames than the one that is read.</summary>
    /// <exception cref="DataException">if it cannot be read</exception>
    public static bool HasMoreFrames(string path, FileKind kind)
    {
        try
        {
            using var file = RegularFile.OpenRead(path);
            return kind.Format switch
            {
                FileFormat.Png => PngDecoder.IsAnimated(file),
                FileFormat.Pnm => Pnm.IsFollowed(file, path),
                _ => kind.Demuxer == "tiff_pipe" && HasSecondPage(file),
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"'{path}' cannot be read: {error.Message}", error);
        }
    }

    // A TIFF file is a list of directories, one a page, each with the place of the next behind its entries of 12 bytes; ffmpeg reads the first.
    static bool HasSecondPage(FileStream file)
    {
        Span<byte> bytes = stackalloc byte[8];
        file.ReadExactly(bytes);
        var little = bytes[0] == 'I';
        file.Position = Number(bytes[4..], little);
        if (file.ReadAtLeast(bytes[..2], 2, throwOnEndOfStream: false) < 2) return false;
        file.Position += 12 * (little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes));
        return file.ReadAtLeast(bytes[..4], 4, throwOnEndOfStream: false) == 4 && Number(bytes, little) != 0;

        static uint Number(ReadOnlySpan<byte> bytes, bool little) => little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    /// <summary>Size and channels of a PNG or PNM file from its first bytes, and whether its samples have 16 bits.</summary>
    public static (Space Space, bool IsDeep) ReadSpace(string path)
    {
        try
        {
            var head = Head(path);
            if (IsPnm(head))
            {
                var pnm = Pnm.ParseHeader(head, path);
                return (Space.Image(pnm.Height, pnm.Width, pnm.Channels, 256), pnm.Maximum == SampleRule.Deepest);
            }
            var png = PngDecoder.ParseHeader(head, path);
            return (Space.Image(png.Height, png.Width, PngDecoder.ChannelsOf(png.Color), 256), png.Depth == 16);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"'{path}' cannot be read: {error.Message}", error);
        }
    }

    static byte[] Head(string path)
    {
        var head = new byte[1024];
        using var file = RegularFile.OpenRead(path);
        return head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
    }

    static bool IsPnm(ReadOnlySpan<byte> head) => head.Length > 2 && head[0] == 'P' && head[1] is >= (byte)'1' and <= (byte)'6';
}
