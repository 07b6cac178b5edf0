using Likely.Files;

namespace Likely.Data;

/// <summary>
/// Pictures of formats we do not read ourselves, decoded by the ffmpeg program (<see cref="FfmpegProcess"/>) into PNG, which is then read as any PNG is: depth, transparency
/// and grey follow one rule.
/// </summary>
static class Ffmpeg
{
    const string Ending = ".png";

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
        var one = new Lock();
        FfmpegProcess.Decode([.. files.Select(file => file.Path)], "pictures", Ending, (first, count, folder, stop) =>
        {
            var batch = files.Skip(first).Take(count).ToArray();
            return batch.Any(IsCut) ? " to its end: it is cut short or still being written" : Run(batch, folder, firstOnly, stop);
        }, (index, output) =>
        {
            var pictures = Split(output, files[index].Path, rule, firstOnly, out var hasMore);
            lock (one) take(index, pictures, hasMore);
        }, progress, cancellation);
    }

    static bool IsCut((string Path, FileKind Kind) file) => file.Kind.Demuxer == "jpeg_pipe" && !Jpeg.IsWhole(ImageFiles.Load(file.Path));

    static string? Run((string Path, FileKind Kind)[] files, string folder, bool firstOnly, CancellationToken cancellation)
    {
        var start = FfmpegProcess.Begin();
        void Add(params ReadOnlySpan<string> words) => FfmpegProcess.Add(start, words);
        foreach (var (path, kind) in files)
        {
            Add("-protocol_whitelist", "file", "-format_whitelist", kind.Demuxer!, "-f", kind.Demuxer!, "-max_pixels", $"{Image.LargestSize}");
            if (firstOnly) Add("-threads", "1");
            Add("-flags", "bitexact");
            if (kind.Decoder is { } decoder) Add("-c:v", decoder, "-frame_size", $"{new FileInfo(path).Length}");
            Add("-i", $"file:{Path.GetFullPath(path)}");
        }
        string[] outputs = [.. Enumerable.Range(0, files.Length).Select(i => Path.Combine(folder, $"{i}{Ending}"))];
        for (var i = 0; i < files.Length; i++)
        {
            // V: no cover of a sound file. Frames are counted, not timed, so that none is left out or repeated.
            Add("-map", $"{i}:V:0");
            if (firstOnly) Add("-frames:v", "2", "-threads", "1");
            // Its fast paths give other pixels on another processor, so JPEGs would train another model there.
            Add("-sws_flags", "accurate_rnd+bitexact+full_chroma_int", "-vf", "settb=1/25,setpts=N", "-r", "25", "-c:v", "png", "-compression_level", "1", "-fs", $"{FfmpegProcess.LargestOutput}", "-f", "image2pipe", $"file:{outputs[i]}");
        }
        return FfmpegProcess.Run(start, outputs, files[0].Path, "PNG", cancellation) is not { } complaint ? null
            : complaint.Contains("matches no streams", StringComparison.Ordinal) ? ": it has no pictures, perhaps sound alone" : FfmpegProcess.Reason(complaint);
    }

    static List<Image> Split(string output, string path, SampleRule rule, bool firstOnly, out bool hasMore)
    {
        var pictures = new List<Image>();
        ReadOnlySpan<byte> left = RegularFile.ReadAllBytes(output);
        for (var size = 0L; left.Length > 0;)
        {
            if (firstOnly && pictures.Count > 0) break;
            var decoder = new PngDecoder(left, path, rule);
            pictures.Add(decoder.Decode());
            if ((size += pictures[^1].Pixels.Length) > FfmpegProcess.LargestOutput) throw FfmpegProcess.TooLarge(path);
            left = left[decoder.Length..];
        }
        hasMore = left.Length > 0;
        return pictures;
    }
}
