using System.Buffers.Binary;
using Likely.Data;
using Likely.Files;
using Xunit;

namespace Likely.Tests.Data.Sound;

/// <summary>What is read of WAV files, and what is refused.</summary>
public sealed class WavTests
{
    static int[] Read(byte[] file)
    {
        var bytes = ByteStore.OfMemory("x.wav", file);
        using var store = new SoundStore(bytes, WavHeader.Of(bytes), null);
        var samples = new byte[store.Length];
        store.Read(0, samples);
        return [.. Enumerable.Range(0, samples.Length / 2).Select(i => (int)BinaryPrimitives.ReadInt16LittleEndian(samples.AsSpan(2 * i)))];
    }

    static string Refusal(byte[] file) => Assert.Throws<DataException>(() => Read(file)).Message;

    [Fact]
    public void Whole_numbers_and_floats_become_16_bits()
    {
        int[] expected = [0, 1, -1, 32767, -32768, 1234];
        Assert.Equal(expected, Read(WavFiles.Of(WavFiles.Shorts(expected))));
        Assert.Equal([0, -32768, 32512, 256], Read(WavFiles.Of([128, 0, 255, 129], bits: 8)));
        // Rounded to the nearest, halves upward, and held within the range.
        Assert.Equal([1, 1, 0, -1, 32767], Read(WavFiles.Of([0, 1, 0, 0x80, 0, 0, 0x7F, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], bits: 24)));
        Assert.Equal([256, -32768, 0, 1], Read(WavFiles.Of([.. ((int[])[256 << 16, int.MinValue, 32767, 32768]).SelectMany(BitConverter.GetBytes)], bits: 32)));
        Assert.Equal([16384, -32768, 32767, 32767, -1], Read(WavFiles.Of([.. ((float[])[0.5f, -1, 1, 7, -1f / 32768]).SelectMany(BitConverter.GetBytes)], bits: 32, kind: 3)));
        Assert.Equal([16384, -32768], Read(WavFiles.Of([.. ((double[])[0.5, -3]).SelectMany(BitConverter.GetBytes)], bits: 64, kind: 3)));
        Assert.Equal(expected, Read(WavFiles.Extensible(WavFiles.Shorts(expected), kind: 1, bits: 16)));
        Assert.Equal([16384], Read(WavFiles.Extensible(BitConverter.GetBytes(0.5f), kind: 3, bits: 32)));
        Assert.Equal(expected, Read(WavFiles.Long(WavFiles.Shorts(expected))));
    }

    [Fact]
    public void Channels_become_their_mean()
    {
        Assert.Equal([15, -1, 2], Read(WavFiles.Of(WavFiles.Shorts(10, 20, -3, 1, 1, 2), channels: 2)));
        Assert.Equal([2], Read(WavFiles.Of(WavFiles.Shorts(1, 2, 3), channels: 3)));
    }

    [Fact]
    public void Other_chunks_are_passed_over_each_with_its_pad_byte()
    {
        (string, byte[])[] odd = [("LIST", [1, 2, 3]), ("junk", []), ("bext", new byte[600])];
        Assert.Equal([5, 6, 7], Read(WavFiles.Of(WavFiles.Shorts(5, 6, 7), before: odd, after: [("data", [9, 9]), ("LIST", [1])])));
        Assert.Equal([-32768, 0], Read(WavFiles.Of([0, 128], bits: 8, before: odd)));
        Assert.Equal([0], Read(WavFiles.Of([128], bits: 8, after: odd)));
        // No whole frame at the end.
        Assert.Equal([1], Read(WavFiles.Of([1, 0, 2])));
        Assert.Empty(Read(WavFiles.Of([])));
    }

    [Fact]
    public void Streams_go_on_to_the_end()
    {
        foreach (var (length, riff) in ((uint, uint)[])[(0, 0), (0, uint.MaxValue), (uint.MaxValue, uint.MaxValue), (uint.MaxValue, 40), (0x7FFFF000, 0x7FFFF024)])
            Assert.Equal([5, 6, 7], Read(WavFiles.Of(WavFiles.Shorts(5, 6, 7), length: length, riff: riff)));
        Assert.Empty(Read(WavFiles.Of(WavFiles.Shorts(5, 6, 7), length: 0)));
    }

    [Fact]
    public void Hostile_files_are_refused_in_a_sentence()
    {
        var whole = WavFiles.Of(WavFiles.Shorts(1, 2, 3, 4));
        for (var length = 0; length < whole.Length; length++) Assert.Matches("cut short|no WAV|has no samples|does not say", Refusal(whole[..length]));
        Assert.Contains("promises 1000 bytes of samples and holds 8", Refusal(WavFiles.Of(WavFiles.Shorts(1, 2, 3, 4), length: 1000)));
        Assert.Contains("says that it has 0 channels", Refusal(WavFiles.Of([1, 2], channels: 0, align: 2)));
        Assert.Contains("65 channels", Refusal(WavFiles.Of([1, 2], channels: 65)));
        Assert.Contains("0 samples a second", Refusal(WavFiles.Of([1, 2], rate: 0)));
        Assert.Contains("4294967295 samples a second", Refusal(WavFiles.Of([1, 2], rate: -1)));
        Assert.Contains("contradicts itself: 2 channels of 16 bits are 4 bytes, and it says 2", Refusal(WavFiles.Of([1, 2, 3, 4], channels: 2, align: 2)));
        Assert.Contains("samples of 0 bits", Refusal(WavFiles.Of([1, 2], bits: 0)));
        Assert.Contains("samples of 48 bits", Refusal(WavFiles.Of([1, 2], bits: 48)));
        Assert.Contains("floats of 16 bits", Refusal(WavFiles.Of([1, 2], kind: 3)));
        Assert.Contains("coded in format 85", Refusal(WavFiles.Of([1, 2], kind: 85)));
        Assert.Contains("a value that is no number, at sample 1", Refusal(WavFiles.Of([.. ((float[])[0.5f, float.NaN]).SelectMany(BitConverter.GetBytes)], bits: 32, kind: 3)));
        Assert.Contains("out of any range, at sample 1", Refusal(WavFiles.Of([.. ((double[])[0.5, 1e308]).SelectMany(BitConverter.GetBytes)], bits: 64, kind: 3)));
        Assert.Contains("out of any range, at sample 0", Refusal(WavFiles.Of([.. ((double[])[5e303, 5e303]).SelectMany(BitConverter.GetBytes)], bits: 64, kind: 3, channels: 2)));
        Assert.Contains("no number, at sample 0", Refusal(WavFiles.Of([.. ((double[])[1e308, double.NaN]).SelectMany(BitConverter.GetBytes)], bits: 64, kind: 3, channels: 2)));
        Assert.Contains("more than 4096 chunks", Refusal(WavFiles.Of([1, 2], before: [.. Enumerable.Repeat(("junk", Array.Empty<byte>()), 5000)])));
        byte[] late = [.. whole[..12], .. whole[36..], .. whole[12..36]];
        Assert.Contains("before it says what they are", Refusal(late));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 1)]
    public void Any_stretch_reads_as_the_whole_does(int width, int channels)
    {
        var bytes = ByteStore.OfMemory("x.wav", WavFiles.Of(Samples.RandomBytes(width * channels * 3000), bits: 8 * width, channels: channels));
        foreach (var change in (RateChange?[])[null, new RateChange(8000, 5000), new RateChange(8000, 11025)])
        {
            using var store = new SoundStore(bytes, WavHeader.Of(bytes), change);
            var whole = new byte[store.Length];
            store.Read(0, whole);
            for (var at = 0; at < whole.Length; at += 1 + at / 3)
            {
                var part = new byte[Math.Min(1 + at % 37, whole.Length - at)];
                store.Read(at, part);
                Assert.Equal(whole[at..(at + part.Length)], part);
            }
            Assert.Throws<DataException>(() => store.Read(whole.Length - 1, new byte[2]));
        }
    }

    // 64 channels of 8 bytes from 768,000 to 100 a second: each sample is made of 491,520, and a piece of them of more bytes than an int counts.
    [Fact]
    public void The_widest_file_at_the_lowest_rate_takes_little_memory_and_ends_when_asked()
    {
        var file = new Silence(WavFiles.Of([], rate: 768_000, channels: 64, bits: 64, kind: 3, length: uint.MaxValue, riff: uint.MaxValue), 44 + 12_000_000_000);
        using var store = new SoundStore(file, WavHeader.Of(file), new RateChange(768_000, 100));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var samples = new byte[2];
        store.Read(2 * 200, samples);
        Assert.Equal([0, 0], samples);
        using var stop = new CancellationTokenSource();
        file.StopAfter(64 << 20, stop);
        Assert.Throws<OperationCanceledException>(() => store.Read(0, new byte[6000], stop.Token));
        Assert.Equal(0, file.ReadAfterwards);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200L << 20);
    }

    [Theory]
    [InlineData(8, null)]
    [InlineData(16, null)] // read as it lies
    [InlineData(8, 4000)]
    [InlineData(8, 11025)]
    public void Whoever_passes_over_a_long_file_is_stopped_within_a_window(int bits, int? rate)
    {
        var change = rate is { } to ? new RateChange(8000, to) : null;
        foreach (var isOne in (bool[])[false, true])
        {
            var file = new Silence(WavFiles.Of([], bits: bits, length: uint.MaxValue, riff: uint.MaxValue), 3L << 30);
            using var stop = new CancellationTokenSource();
            using var files = new FileSequence("", ["long.wav"], new SamplesOf(file, change), stop.Token);
            var items = isOne ? ByteItems.OfStretches(files, [(0, files.Length)], out _) : ByteItems.OfFiles(files);
            file.StopAfter(4 << 20, stop);
            Assert.Throws<OperationCanceledException>(() => isOne
                ? new TokenItems(items, new SampleTokens(rate ?? 8000, 256, isMuLaw: true), null, [], null, 1, stop.Token).Fingerprint()
                : items.Places(1, stop.Token).ToString());
            Assert.Equal(0, file.ReadAfterwards);
        }
    }

    [Fact]
    public void Whoever_opened_a_file_stops_what_passes_over_it_later()
    {
        using var samples = new Samples();
        var path = samples.File("short.wav", WavFiles.Of(Samples.RandomBytes(2000)));
        using var stop = new CancellationTokenSource();
        using var data = Dataset.Open(path, DataOptions.Default with { Items = ItemRule.Stream }, null, stop.Token);
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => data.Fingerprint);
        Assert.Throws<OperationCanceledException>(() => Dataset.Open(path, DataOptions.Default, null, stop.Token));
    }

    /// <summary>The samples of one file.</summary>
    sealed class SamplesOf(IStoredBytes file, RateChange? change) : FileOpening
    {
        public override bool Stays(int index) => true;
        public override IStoredBytes Open(int index, string path) => new SoundStore(file, WavHeader.Of(file), change);
        public override (long Length, FileStatus Status) Look(int index, string path) => throw new NotSupportedException();
    }

    /// <summary>A file of zeros behind a beginning, that can ask its reader to stop and counts what is read all the same.</summary>
    sealed class Silence(byte[] head, long length) : IStoredBytes
    {
        CancellationTokenSource? _stop;
        long _left, _afterwards;

        /// <summary>Bytes of all reads that began after the wish to stop.</summary>
        public long ReadAfterwards => Interlocked.Read(ref _afterwards);

        public string Path => "silence.wav";
        public long Length => length;
        public FileStatus Status => default;
        public bool HasChanged => false;

        public void Read(long offset, Span<byte> target, CancellationToken cancellation = default)
        {
            if (_stop is { IsCancellationRequested: true }) Interlocked.Add(ref _afterwards, target.Length);
            else if (_stop is not null && Interlocked.Add(ref _left, -target.Length) <= 0) _stop.Cancel();
            target.Clear();
            if (offset < head.Length) head.AsSpan((int)offset, (int)Math.Min(target.Length, head.Length - offset)).CopyTo(target);
        }

        public void StopAfter(long bytes, CancellationTokenSource stop) => (_left, _stop) = (bytes, stop);

        public void Dispose()
        {
        }
    }

    [Theory]
    [InlineData(44100, 8000)]
    [InlineData(8000, 16000)]
    [InlineData(12000, 8000)]
    [InlineData(22050, 16000)]
    public void Another_rate_keeps_what_both_can_hold_and_nothing_else(int from, int to)
    {
        const double Loudness = 12000;
        var (count, low) = (from / 4, Math.Min(from, to));
        double Rest(double frequency, bool isKept)
        {
            var bytes = ByteStore.OfMemory("x.wav", WavFiles.Of(WavFiles.Shorts(WavFiles.Tone(count, frequency, from, Loudness)), rate: from));
            using var store = new SoundStore(bytes, WavHeader.Of(bytes), new RateChange(from, to));
            var made = new byte[store.Length];
            store.Read(0, made);
            Assert.Equal(2 * (((long)count * to + from - 1) / from), store.Length);
            var worst = 0.0;
            for (var i = made.Length / 8; i < made.Length * 3 / 8; i++) // not near the ends
                worst = Math.Max(worst, Math.Abs(BinaryPrimitives.ReadInt16LittleEndian(made.AsSpan(2 * i)) - (isKept ? Loudness * Math.Sin(2 * Math.PI * frequency * i / to) : 0)));
            return worst;
        }
        foreach (var share in (double[])[0.01, 0.1, 0.3, 0.42]) Assert.InRange(Rest(share * low, isKept: true), 0, 3);
        if (to < from) Assert.InRange(Rest(0.54 * to, isKept: false), 0, 3);
    }

    // The same on every machine, as models rest on it.
    [Fact]
    public void Filters_and_levels_have_the_bits_they_always_had()
    {
        using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
        var bytes = ByteStore.OfMemory("x.wav", WavFiles.Of(Samples.RandomBytes(6000), rate: 44_100));
        foreach (var rate in (int[])[8000, 11_025, 16_000, 48_000])
        {
            using var store = new SoundStore(bytes, WavHeader.Of(bytes), new RateChange(44_100, rate));
            var made = new byte[store.Length];
            store.Read(0, made);
            hash.AppendData(made);
        }
        var tokens = new SampleTokens(8000, 256, isMuLaw: true);
        for (var i = 0; i < 65_536; i++) hash.AppendData([(byte)tokens.SymbolOf((short)(i - 32_768))]);
        for (var level = 0; level < 256; level++) hash.AppendData(BitConverter.GetBytes(tokens.ValueOf(level)));
        Assert.StartsWith("ff4ed2813104799bce590e7a32d848c70e52cf38e", Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    [Fact]
    public void Rates_without_a_simple_ratio_are_refused() => Assert.Contains("have no simple ratio", Assert.Throws<DataException>(() => new RateChange(767_999, 8000)).Message);
}
