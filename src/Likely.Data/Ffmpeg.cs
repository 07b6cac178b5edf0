using System.ComponentModel;
using System.Diagnostics;
using Likely.Files;

namespace Likely.Data;

/// <summary>
/// Formats we do not read ourselves, decoded by the ffmpeg program in a child process that writes PPM pictures to a pipe.
/// Bounded in time and in output; only local files, so that a play list cannot make it open an address.
/// </summary>
static class Ffmpeg
{
    const long LargestOutput = 1L << 30;
    static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(2);

    /// <summary>All pictures of a file (the frames of a video), or just the first.</summary>
    /// <exception cref="DataException">if ffmpeg is missing or cannot read the file</exception>
    public static IReadOnlyList<Image> Decode(string path, bool firstOnly)
    {
        var start = new ProcessStartInfo("ffmpeg")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        foreach (var word in (string[])["-v", "error", "-nostdin", "-protocol_whitelist", "file,pipe", "-i", Path.GetFullPath(path)]) start.ArgumentList.Add(word);
        if (firstOnly) foreach (var word in (string[])["-frames:v", "1"]) start.ArgumentList.Add(word);
        foreach (var word in (string[])["-f", "image2pipe", "-c:v", "ppm", "-"]) start.ArgumentList.Add(word);
        try
        {
            RegularFile.Require(path);
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            using var timer = new Timer(_ => Kill(process), null, TimeLimit, Timeout.InfiniteTimeSpan);
            var complaint = process.StandardError.ReadToEndAsync();
            using var output = new MemoryStream();
            if (!CopyBounded(process.StandardOutput.BaseStream, output))
            {
                Kill(process);
                throw new DataException($"'{path}' is larger than 1 GiB when decoded; make it smaller or shorter first.");
            }
            process.WaitForExit();
            var pictures = Split(output.GetBuffer().AsSpan(0, (int)output.Length), path);
            if (process.ExitCode != 0 || pictures.Count == 0)
                throw new DataException($"ffmpeg cannot read '{path}'{FirstLine(complaint.Result)}; convert it to PNG.");
            return pictures;
        }
        catch (Win32Exception error)
        {
            throw new DataException($"'{path}' needs the program ffmpeg, which is not on the path; install it, or convert the file to PNG.", error);
        }
        catch (IOException error)
        {
            throw new DataException($"ffmpeg cannot read '{path}': {error.Message}", error);
        }
    }

    static List<Image> Split(ReadOnlySpan<byte> output, string path)
    {
        var pictures = new List<Image>();
        while (output.Length > 0)
        {
            pictures.Add(Pnm.Decode(output, path, out var length));
            output = output[length..];
        }
        return pictures;
    }

    static bool CopyBounded(Stream source, MemoryStream target)
    {
        var buffer = new byte[1 << 16];
        for (int count; (count = source.Read(buffer)) > 0;)
        {
            if (target.Length + count > LargestOutput) return false;
            target.Write(buffer, 0, count);
        }
        return true;
    }

    static string FirstLine(string complaint) =>
        complaint.Trim() is { Length: > 0 } text ? $": {text.Split('\n')[0].Trim()}" : "";

    static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }
}
