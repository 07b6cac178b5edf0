using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Likely.Files;

namespace Likely.Data;

/// <summary>
/// Formats we do not read ourselves, decoded by the ffmpeg program into PNG, which is then read as any PNG is: depth, transparency and grey follow
/// one rule. The first bytes of a file decide what may take it apart, so that nothing is guessed from a name and no play list or script is followed;
/// names are taken literally, and only local files are opened. A child process decodes many small files, and as many run as there are processors.
/// </summary>
static class Ffmpeg
{
    const long LargestOutput = 1L << 30, LargestBatch = 8L << 20;
    const int MostInBatch = 32;
    static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(2);

    /// <summary>Takes the pictures of a file as they are decoded, from any thread, one file at a time.</summary>
    /// <param name="index">Which file.</param>
    /// <param name="pictures">The frames asked for.</param>
    /// <param name="hasMore">Whether there are more frames.</param>
    public delegate void Taker(int index, IReadOnlyList<Image> pictures, bool hasMore);

    /// <summary>Decodes files: all their frames, or the first.</summary>
    /// <exception cref="DataException">if ffmpeg is missing or cannot read a file; of several the first</exception>
    public static void Decode(IReadOnlyList<(string Path, FileKind Kind)> files, SampleRule rule, bool firstOnly, Taker take, Action<string>? progress = null, CancellationToken cancellation = default)
    {
        foreach (var (path, kind) in files)
            if (kind.Demuxer is null) throw kind.Refusal(path);
        var batches = Batches(files);
        var clock = Stopwatch.StartNew();
        var (done, said) = (0, 0.0);
        OrderedWork.Run(batches.Count, batch =>
        {
            var (first, count) = batches[batch];
            DecodeBatch(files, first, count, rule, firstOnly, Take, cancellation);
            lock (batches)
            {
                done += count;
                if (done == files.Count || clock.Elapsed.TotalSeconds < said + (said == 0 ? 2 : 10)) return;
                said = clock.Elapsed.TotalSeconds;
                progress?.Invoke(string.Create(CultureInfo.InvariantCulture, $"decoding    {done} of {files.Count} pictures through ffmpeg, {said * (files.Count - done) / done:0} s left"));
            }
        }, cancellation);

        void Take(int index, IReadOnlyList<Image> pictures, bool hasMore)
        {
            lock (batches) take(index, pictures, hasMore);
        }
    }

    static List<(int First, int Count)> Batches(IReadOnlyList<(string Path, FileKind Kind)> files)
    {
        var batches = new List<(int First, int Count)>();
        var (first, bytes) = (0, 0L);
        // A few files are shared among processors.
        var most = Math.Clamp(files.Count / Environment.ProcessorCount, 1, MostInBatch);
        for (var i = 0; i < files.Count; i++)
        {
            var length = new FileInfo(files[i].Path).Length;
            if (i > first && (i - first == most || bytes + length > LargestBatch))
            {
                batches.Add((first, i - first));
                (first, bytes) = (i, 0);
            }
            bytes += length;
        }
        if (files.Count > first) batches.Add((first, files.Count - first));
        return batches;
    }

    static void DecodeBatch(IReadOnlyList<(string Path, FileKind Kind)> files, int first, int count, SampleRule rule, bool firstOnly, Taker take, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("likely-ffmpeg-").FullName;
        try
        {
            var batch = files.Skip(first).Take(count).ToArray();
            var complaint = batch.Any(IsCut) ? " to its end: it is cut short or still being written" : Run(batch, folder, firstOnly, cancellation);
            if (complaint is not null && count > 1)
            {
                // One file that cannot be read spoils the batch; alone, each says for itself.
                for (var i = first; i < first + count; i++) DecodeBatch(files, i, 1, rule, firstOnly, take, cancellation);
                return;
            }
            if (complaint is not null) throw new DataException($"ffmpeg cannot read '{files[first].Path}'{complaint}; convert it to PNG, or leave it out.");
            for (var i = 0; i < count; i++)
            {
                var pictures = Split(Path.Combine(folder, $"{i}.png"), files[first + i].Path, rule, firstOnly, out var hasMore);
                take(first + i, pictures, hasMore);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"'{files[first].Path}' cannot be decoded: {error.Message}", error);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static bool IsCut((string Path, FileKind Kind) file) => file.Kind.Demuxer == "jpeg_pipe" && !Jpeg.IsWhole(ImageFiles.Load(file.Path));

    /// <summary>Decodes files to 0.png, 1.png, ... in a folder; returns the end of a sentence if one cannot be read.</summary>
    static string? Run((string Path, FileKind Kind)[] files, string folder, bool firstOnly, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("ffmpeg") { RedirectStandardError = true, RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false, CreateNoWindow = true };
        void Add(params ReadOnlySpan<string> words)
        {
            foreach (var word in words) start.ArgumentList.Add(word);
        }
        Add("-v", "error", "-nostdin", "-xerror");
        foreach (var (path, kind) in files)
        {
            Add("-protocol_whitelist", "file", "-format_whitelist", kind.Demuxer!, "-f", kind.Demuxer!, "-max_pixels", $"{Image.LargestSize}");
            if (firstOnly) Add("-threads", "1");
            Add("-flags", "bitexact");
            if (kind.Decoder is { } decoder) Add("-c:v", decoder, "-frame_size", $"{new FileInfo(path).Length}");
            Add("-i", $"file:{Path.GetFullPath(path)}");
        }
        for (var i = 0; i < files.Length; i++)
        {
            // V: no cover of a sound file. Frames are counted, not timed, so that none is left out or repeated.
            Add("-map", $"{i}:V:0");
            if (firstOnly) Add("-frames:v", "2", "-threads", "1");
            // Its fast paths give other pixels on another processor, so JPEGs would train another model there.
            Add("-sws_flags", "accurate_rnd+bitexact+full_chroma_int", "-vf", "settb=1/25,setpts=N", "-r", "25", "-c:v", "png", "-compression_level", "1", "-fs", $"{LargestOutput}", "-f", "image2pipe", $"file:{Path.Combine(folder, $"{i}.png")}");
        }
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
            var isMissing = Enumerable.Range(0, files.Length).Any(i => !File.Exists(Path.Combine(folder, $"{i}.png")) || new FileInfo(Path.Combine(folder, $"{i}.png")).Length == 0);
            return process.ExitCode == 0 && !isMissing ? null : Reason(complaint.Result);
        }
        catch (Win32Exception error)
        {
            throw new DataException($"'{files[0].Path}' needs the program ffmpeg, which is not on the path; install it, or convert the file to PNG.", error);
        }
    }

    static List<Image> Split(string output, string path, SampleRule rule, bool firstOnly, out bool hasMore)
    {
        if (new FileInfo(output).Length >= LargestOutput) throw TooLarge(path);
        var pictures = new List<Image>();
        ReadOnlySpan<byte> left = RegularFile.ReadAllBytes(output);
        for (var size = 0L; left.Length > 0;)
        {
            if (firstOnly && pictures.Count > 0) break;
            var decoder = new PngDecoder(left, path, rule);
            pictures.Add(decoder.Decode());
            if ((size += pictures[^1].Pixels.Length) > LargestOutput) throw TooLarge(path);
            left = left[decoder.Length..];
        }
        hasMore = left.Length > 0;
        return pictures;
    }

    static DataException TooLarge(string path) => new($"'{path}' is larger than 1 GiB when decoded; make it smaller or shorter first.");

    static string Reason(string complaint)
    {
        if (complaint.Contains("matches no streams", StringComparison.Ordinal)) return ": it has no pictures, perhaps sound alone";
        var first = complaint.Trim().Split('\n')[0].Trim();
        return first.Length > 0 ? $": {first}" : "";
    }

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
