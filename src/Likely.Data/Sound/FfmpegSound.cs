using System.Globalization;

namespace Likely.Data;

/// <summary>
/// Sound of formats we do not read ourselves, decoded by the ffmpeg program (<see cref="FfmpegProcess"/>) into WAV of floats, as which 24 bits are exact, and held in memory as
/// one channel of 16 bits at its own rate.
/// </summary>
static class FfmpegSound
{
    const string Ending = ".wav";
    const long MostHeld = 1L << 30;

    /// <summary>Takes the WAV file that a file became, from any thread; who takes it disposes of it.</summary>
    public delegate void Taker(int index, ByteStore wav);

    /// <summary>Decodes files.</summary>
    /// <exception cref="DataException">if ffmpeg is missing or cannot read a file; of several the first; or they are too long together</exception>
    public static void Decode(IReadOnlyList<(string Path, FileKind Kind)> files, Taker take, Action<string>? progress, CancellationToken cancellation)
    {
        if (files.Count == 0) return;
        var total = 0L;
        FfmpegProcess.Decode([.. files.Select(file => file.Path)], "sounds", Ending, (first, count, folder, stop) => Run([.. files.Skip(first).Take(count)], folder, stop), (index, output) =>
        {
            var file = ByteStore.OpenPlain(output);
            var header = WavHeader.Of(file);
            using var samples = new SoundStore(file, header, null);
            if (Interlocked.Add(ref total, samples.Length) > MostHeld)
                throw new DataException(string.Create(CultureInfo.InvariantCulture, $"'{files[index].Path}' and the others that ffmpeg reads are longer than {MostHeld / sizeof(short)} samples together; convert them to WAV, which is read from disk."));
            var head = Wav.Header(header.Rate, 16, samples.Length / sizeof(short));
            var wav = new byte[head.Length + samples.Length];
            head.CopyTo(wav, 0);
            samples.Read(0, wav.AsSpan(head.Length), cancellation);
            take(index, ByteStore.OfMemory(files[index].Path, wav));
        }, progress, cancellation);
    }

    static string? Run((string Path, FileKind Kind)[] files, string folder, CancellationToken cancellation)
    {
        var start = FfmpegProcess.Begin();
        foreach (var (path, kind) in files)
            FfmpegProcess.Add(start, "-protocol_whitelist", "file", "-format_whitelist", kind.SoundDemuxer!, "-f", kind.SoundDemuxer!, "-threads", "1", "-flags", "bitexact", "-i", $"file:{Path.GetFullPath(path)}");
        string[] outputs = [.. Enumerable.Range(0, files.Length).Select(i => Path.Combine(folder, $"{i}{Ending}"))];
        for (var i = 0; i < files.Length; i++)
            FfmpegProcess.Add(start, "-map", $"{i}:a:0", "-c:a", "pcm_f32le", "-fs", $"{FfmpegProcess.LargestOutput}", "-f", "wav", $"file:{outputs[i]}");
        return FfmpegProcess.Run(start, outputs, files[0].Path, "WAV", cancellation) is { } complaint ? FfmpegProcess.Reason(complaint) : null;
    }
}
