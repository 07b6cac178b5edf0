using Likely.Files;

namespace Likely.Data;

/// <summary>Picture files by what they hold: PNG and PNM are read here, any other known extension goes through ffmpeg.</summary>
static class ImageFiles
{
    const long LargestFile = 1L << 29;

    static readonly HashSet<string> Own = new(StringComparer.OrdinalIgnoreCase) { ".png", ".pgm", ".ppm", ".pbm", ".pnm" };

    static readonly HashSet<string> Foreign = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".tga", ".avif", ".heic", ".jxl", ".jp2",
    };

    /// <summary>Whether a file is called a picture.</summary>
    public static bool HasPictureName(string path) => Own.Contains(Path.GetExtension(path)) || Foreign.Contains(Path.GetExtension(path));

    public static byte[] Load(string path)
    {
        try
        {
            using var file = RegularFile.OpenRead(path);
            if (file.Length > LargestFile) throw new DataException($"'{path}' has {file.Length} bytes, too many for one picture.");
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"'{path}' cannot be read: {error.Message}", error);
        }
    }

    public static Image Read(string path)
    {
        var kind = FileKind.Of(path);
        return kind.Format switch
        {
            FileFormat.Png => Png.Decode(Load(path), path),
            FileFormat.Pnm => Pnm.Decode(Load(path), path),
            FileFormat.Picture or FileFormat.Video => Ffmpeg.Decode(path, firstOnly: true)[0],
            // Some formats of pictures have no signature.
            FileFormat.Unknown when !Own.Contains(Path.GetExtension(path)) => Ffmpeg.Decode(path, firstOnly: true)[0],
            FileFormat.Unknown => throw new DataException($"'{path}' is no picture, whatever its name says; leave it out."),
            _ => throw kind.Refusal(path),
        };
    }

    /// <summary>Whether a file is a picture that is read here, without ffmpeg, whatever its name is.</summary>
    public static bool IsOwn(string path) => FileKind.Of(path).Format is FileFormat.Png or FileFormat.Pnm;

    /// <summary>Size and channels of a PNG or PNM file from its first bytes.</summary>
    public static ImageGeometry ReadGeometry(string path)
    {
        try
        {
            var head = Head(path);
            if (IsPnm(head))
            {
                var pnm = Pnm.ParseHeader(head, path);
                return new ImageGeometry(pnm.Height, pnm.Width, pnm.Channels, 256);
            }
            var png = PngDecoder.ParseHeader(head, path);
            return new ImageGeometry(png.Height, png.Width, PngDecoder.ChannelsOf(png.Color), 256);
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
