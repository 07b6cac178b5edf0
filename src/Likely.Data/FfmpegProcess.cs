using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Likely.Data;

/// <summary>
/// Runs the ffmpeg program on files of a kind that is not read here. The first bytes of a file decide what may take it apart, so that nothing is guessed from a name and no
/// play list or script is followed; names are taken literally, and only local files are opened. A child process decodes many small files, and as many run as there are processors.
/// </summary>
static partial class FfmpegProcess
{
    /// <summary>No file may be larger when decoded.</summary>
    public const long LargestOutput = 1L << 30;

    const long LargestBatch = 8L << 20;
    const int MostInBatch = 32;
    static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(2);

    /// <summary>Decodes some files that follow each other into files of a folder, called 0, 1, ... and how outputs end; returns the end of a sentence if one cannot be read.</summary>
    public delegate string? Decoder(int first, int count, string folder, CancellationToken cancellation);

    /// <summary>Decodes files in batches.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="what">What they are: "pictures".</param>
    /// <param name="ending">How outputs end: ".png".</param>
    /// <param name="decode">Decodes some.</param>
    /// <param name="take">Takes the output of each; from any thread.</param>
    /// <param name="progress">Told how many are done.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="DataException">if ffmpeg is missing or cannot read a file; of several the first</exception>
    public static void Decode(IReadOnlyList<string> paths, string what, string ending, Decoder decode, Action<int, string> take, Action<string>? progress, CancellationToken cancellation)
    {
        var batches = Batches(paths);
        var clock = Stopwatch.StartNew();
        var (done, said) = (0, 0.0);
        OrderedWork.Run(batches.Count, batch =>
        {
            var (first, count) = batches[batch];
            DecodeBatch(paths, first, count, ending, decode, take, cancellation);
            lock (batches)
            {
                done += count;
                if (done == paths.Count || clock.Elapsed.TotalSeconds < said + (said == 0 ? 2 : 10)) return;
                said = clock.Elapsed.TotalSeconds;
                progress?.Invoke(string.Create(CultureInfo.InvariantCulture, $"decoding    {done} of {paths.Count} {what} through ffmpeg, {said * (paths.Count - done) / done:0} s left"));
            }
        }, cancellation);
    }

    /// <summary>A call of ffmpeg without its files.</summary>
    public static ProcessStartInfo Begin()
    {
        var start = new ProcessStartInfo("ffmpeg") { RedirectStandardError = true, RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false, CreateNoWindow = true };
        Add(start, "-v", "error", "-nostdin", "-xerror");
        return start;
    }

    public static void Add(ProcessStartInfo start, params ReadOnlySpan<string> words)
    {
        foreach (var word in words) start.ArgumentList.Add(word);
    }

    /// <summary>Runs it; returns what it complained of, null if all outputs are there.</summary>
    /// <exception cref="DataException">if there is no such program</exception>
    public static string? Run(ProcessStartInfo start, IReadOnlyList<string> outputs, string path, string better, CancellationToken cancellation)
    {
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var late = false;
            using var timer = new Timer(_ => Kill(process, ref late), null, TimeLimit, Timeout.InfiniteTimeSpan);
            var stopped = false;
            using var stop = cancellation.Register(() => Kill(process, ref stopped));
            var complaint = process.StandardError.ReadToEndAsync();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            // A signal reaches the child as well, perhaps first.
            if (process.ExitCode > 128 || process.ExitCode < 0) cancellation.WaitHandle.WaitOne(200);
            cancellation.ThrowIfCancellationRequested();
            if (late) return $" within {TimeLimit.TotalMinutes:0} minutes";
            var isMissing = outputs.Any(output => !File.Exists(output) || new FileInfo(output).Length == 0);
            return process.ExitCode == 0 && !isMissing ? null : complaint.Result;
        }
        catch (Win32Exception error)
        {
            throw new DataException($"'{path}' needs the program ffmpeg, which is not on the path; install it, or convert the file to {better}.", error);
        }
    }

    /// <summary>The first line of a complaint, as the end of a sentence, without where in memory its part of ffmpeg lay.</summary>
    public static string Reason(string complaint)
    {
        if (complaint.StartsWith(' ')) return complaint;
        var first = Addresses().Replace(complaint.Trim().Split('\n')[0].Trim(), "");
        return first.Length > 0 ? $": {first}" : "";
    }

    // "[mp3float @ 0x558d2c1b7e40] Header missing"
    [GeneratedRegex(@" @ (0x)?[0-9A-Fa-f]+(?=\])")]
    private static partial Regex Addresses();

    static List<(int First, int Count)> Batches(IReadOnlyList<string> paths)
    {
        var batches = new List<(int First, int Count)>();
        var (first, bytes) = (0, 0L);
        // A few files are shared among processors.
        var most = Math.Clamp(paths.Count / Environment.ProcessorCount, 1, MostInBatch);
        for (var i = 0; i < paths.Count; i++)
        {
            var length = new FileInfo(paths[i]).Length;
            if (i > first && (i - first == most || bytes + length > LargestBatch))
            {
                batches.Add((first, i - first));
                (first, bytes) = (i, 0);
            }
            bytes += length;
        }
        if (paths.Count > first) batches.Add((first, paths.Count - first));
        return batches;
    }

    static void DecodeBatch(IReadOnlyList<string> paths, int first, int count, string ending, Decoder decode, Action<int, string> take, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("likely-ffmpeg-").FullName;
        try
        {
            var complaint = decode(first, count, folder, cancellation);
            if (complaint is not null && count > 1)
            {
                // One file that cannot be read spoils the batch; alone, each says for itself.
                for (var i = first; i < first + count; i++) DecodeBatch(paths, i, 1, ending, decode, take, cancellation);
                return;
            }
            if (complaint is not null) throw new DataException($"ffmpeg cannot read '{paths[first]}'{complaint}; convert it to {ending[1..].ToUpperInvariant()}, or leave it out.");
            for (var i = 0; i < count; i++)
            {
                var output = Path.Combine(folder, $"{i}{ending}");
                if (new FileInfo(output).Length >= LargestOutput) throw TooLarge(paths[first + i]);
                take(first + i, output);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"'{paths[first]}' cannot be decoded: {error.Message}", error);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What is said of a file that is too large when decoded.</summary>
    public static DataException TooLarge(string path) => new($"'{path}' is larger than 1 GiB when decoded; make it smaller or shorter first.");

    static void Kill(Process process, ref bool mark)
    {
        mark = true;
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
