using System.Text;
using Likely.Models;

namespace Likely.Cli;

/// <summary>Tells from its first bytes what a file seems to be.</summary>
static class FileKind
{
    /// <summary>A few words, or null if the file should be read as a model.</summary>
    /// <exception cref="UsageException">The file cannot be read.</exception>
    public static string? Of(string path)
    {
        byte[] head;
        try
        {
            using var file = File.OpenRead(path);
            head = new byte[512];
            head = head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be read: {fault.Message}");
        }
        if (head.Length == 0) return "an empty file";
        if (IsSafetensors(head)) return OfSafetensors(path);
        return head switch
        {
            [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => "a PNG picture",
            _ when ArchiveReader.IsArchive(head) => "an archive of Likely",
            [0xFF, 0xD8, 0xFF, ..] => "a JPEG picture (read through ffmpeg)",
            [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => "a GIF picture (read through ffmpeg)",
            [(byte)'P', >= (byte)'1' and <= (byte)'6', (byte)'\n' or (byte)' ', ..] => "a PBM, PGM or PPM picture",
            [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', ..] => "a NumPy array (.npy)",
            [0, 0, >= 8 and <= 14, >= 1 and <= 4, ..] => "IDX data, as MNIST comes in",
            [0x1F, 0x8B, ..] => "a gzip file; if it holds IDX or CIFAR data, it can be used as it is",
            [(byte)'P', (byte)'K', 3, 4, ..] => "a zip archive; unpack it first",
            [(byte)'R', (byte)'I', (byte)'F', (byte)'F', ..] => "a RIFF file, such as WAV sound",
            _ => IsText(head) ? "text" : "bytes of no kind that is known here",
        };
    }

    static string? OfSafetensors(string path)
    {
        var metadata = Safetensors.Read(path).Metadata;
        return metadata.ContainsKey("likely") ? null : metadata.ContainsKey("likely_resume")
            ? "an interrupted training; the command that began it goes on with --resume" : "a safetensors file that is not a Likely model";
    }

    static bool IsSafetensors(byte[] head) => head.Length > 9 && head[8] == '{' && head[4] == 0 && head[5] == 0 && head[6] == 0 && head[7] == 0;

    static bool IsText(byte[] head)
    {
        foreach (var rune in Encoding.UTF8.GetString(head).EnumerateRunes())
            if (rune.Value < 32 && rune.Value is not (9 or 10 or 12 or 13)) return false;
        return Encoding.UTF8.GetString(head, 0, Math.Max(1, head.Length - 3)).Contains('\uFFFD') is false;
    }
}
