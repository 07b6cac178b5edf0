using Likely.Data;
using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Data;
using Likely.Tests.Data.Sound;
using Xunit;

namespace Likely.Tests.Archives;

/// <summary>WAV files in an archive: byte for byte, by the model where its levels are the file's, and else not.</summary>
public sealed class SoundArchiveTests
{
    static Checkpoint Made(SampleTokens tokens, params string[] classes) => Made(tokens, "softmax", classes);

    static Checkpoint Made(SampleTokens tokens, string head, string[] classes)
    {
        var model = new WaveNetConfig { Layers = 3, Stacks = 1, Channels = 4, Skip = 4, Context = 16, Head = head, Conditional = classes.Length > 0 }.Build(Space.Sequence(16, tokens.Size, AlphabetScale.Ordinal), classes.Length, 3);
        Likely.Tests.Models.TwoFaces.Stir(model, 3);
        var options = new DataOptions { As = Modality.Audio, Rate = tokens.Rate, MuLaw = tokens.IsMuLaw, Levels = tokens.IsMuLaw ? null : tokens.Size, Label = classes.Length > 0 ? "LABEL_*" : null };
        return new Checkpoint(model, classes, options.ToCanonical()) { Assets = new SortedDictionary<string, string> { [Checkpoint.Tokens] = tokens.ToText() } };
    }

    static byte[] Eight(int count, ulong address) => WavFiles.Of(Samples.RandomBytes(count, address), bits: 8, before: [("LIST", [1, 2, 3])], after: [("id3 ", [4, 5])]);

    // What comes back, the entries, and what was told.
    static (Samples Back, IReadOnlyList<ArchiveEntry> Entries, List<string> Notes) Trip(Samples samples, Checkpoint model, int threads = 2, int batch = 0)
    {
        var (archive, back, notes) = (Path.Combine(samples.Folder, "..", Path.GetFileName(samples.Folder) + ".lka"), new Samples(), new List<string>());
        try
        {
            Archive.Compress(model, [samples.Folder], archive, new ArchiveOptions { Threads = threads, Batch = batch, Note = notes.Add, Overwrite = true });
            using var reader = ArchiveReader.Open(archive);
            Archive.Decompress(reader, model, back.Folder, new ArchiveOptions { Threads = threads, Batch = batch, Overwrite = true });
            return (back, reader.Entries, notes);
        }
        finally
        {
            File.Delete(archive);
        }
    }

    static void AssertSame(Samples given, Samples back)
    {
        var folder = Path.Combine(back.Folder, Path.GetFileName(given.Folder));
        if (!Directory.Exists(folder)) folder = back.Folder;
        foreach (var path in Directory.GetFiles(given.Folder, "*", SearchOption.AllDirectories))
            Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(Path.Combine(folder, Path.GetRelativePath(given.Folder, path))));
    }

    [Fact]
    public void Files_of_the_models_levels_are_coded_and_come_back_byte_for_byte()
    {
        using var samples = new Samples();
        foreach (var (name, count) in ((string, int)[])[("a.wav", 700), ("b.wav", 701), ("c.wav", 1), ("d.wav", 700), ("odd.wav", 333)]) samples.File(name, Eight(count, (ulong)count));
        samples.File("none.wav", WavFiles.Of([], bits: 8));
        samples.File("sixteen.wav", WavFiles.Of(WavFiles.Shorts(1, 2, 3)));
        samples.File("stereo.wav", WavFiles.Of(Samples.RandomBytes(100), bits: 8, channels: 2));
        samples.File("fast.wav", WavFiles.Of(Samples.RandomBytes(100), bits: 8, rate: 16_000));
        samples.File("cut.wav", Eight(500, 9)[..300]);
        samples.File("prose.txt", "prose"u8.ToArray());
        samples.File("picture.png", Png.Encode(new byte[64], 8, 8, 1));
        var (back, entries, notes) = Trip(samples, Made(new SampleTokens(8000, 256, false)));
        using (back) AssertSame(samples, back);
        Assert.Equal(["a.wav", "b.wav", "c.wav", "d.wav", "odd.wav"], entries.Where(entry => entry.Kind == EntryKind.Items).Select(entry => Path.GetFileName(entry.Name)).Order());
        foreach (var (name, words) in ((string, string)[])[("sixteen.wav", "it has samples of 16 bits, which the model's 256 levels do not tell apart"), ("stereo.wav", "it has 2 channels, and the model one"), ("fast.wav", "it has 16000 samples a second, and the model 8000"), ("cut.wav", "cut short"), ("prose.txt", "it is no WAV sound")])
            Assert.Contains(notes, note => note.Contains(name) && note.Contains(words));
    }

    [Fact]
    public void Levels_that_lose_something_code_nothing()
    {
        using var samples = new Samples();
        samples.File("a.wav", Eight(300, 1));
        samples.File("b.wav", WavFiles.Of(WavFiles.Shorts(WavFiles.Tone(300, 300, 8000))));
        foreach (var (tokens, words) in ((SampleTokens, string)[])[(new(8000, 256, true), "256 mu-law levels"), (new(8000, 40_000, false), "40000 levels do not tell apart"), (new(8000, 100, false), "100 levels")])
        {
            var (back, entries, notes) = Trip(samples, Made(tokens));
            using (back) AssertSame(samples, back);
            Assert.All(entries, entry => Assert.Equal(EntryKind.Bytes, entry.Kind));
            Assert.Contains(notes, note => note.Contains(words));
        }
    }

    [Theory, InlineData("softmax"), InlineData("mixture")]
    public void Sixteen_bits_are_coded_by_models_of_all_their_levels(string head)
    {
        using var samples = new Samples();
        foreach (var (name, count) in ((string, int)[])[("a.wav", 300), ("b.wav", 301), ("c.wav", 1), ("d.wav", 300), ("e.wav", 47)])
            samples.File(name, WavFiles.Of(WavFiles.Shorts([.. Enumerable.Range(0, count).Select(i => i == 5 ? short.MinValue : i == 6 ? short.MaxValue : (short)(900 * (i % 40 - 20) + i))]), before: [("LIST", [1, 2, 3])], after: [("id3 ", [4, 5])]));
        samples.File("noise.wav", WavFiles.Of(Samples.RandomBytes(400)));
        samples.File("eight.wav", Eight(300, 1));
        foreach (var (threads, batch) in new[] { (2, 0), (1, 2) })
        {
            var (back, entries, notes) = Trip(samples, Made(new SampleTokens(8000, 1 << 16, false), head, []), threads, batch);
            using (back) AssertSame(samples, back);
            Assert.Equal(["a.wav", "b.wav", "c.wav", "d.wav", "e.wav", "noise.wav"], entries.Where(entry => entry.Kind == EntryKind.Items && entry.Layout.IsWide).Select(entry => Path.GetFileName(entry.Name)).Order());
            Assert.Contains(notes, note => note.Contains("eight.wav") && note.Contains("it has samples of 8 bits, which the model's 65536 levels are not"));
        }
    }

    [Fact]
    public void Two_bytes_a_symbol_are_no_business_of_a_model_of_256_levels()
    {
        using var samples = new Samples();
        samples.File("a.wav", WavFiles.Of(WavFiles.Shorts(1, 2, 3)));
        var (file, model) = (Path.Combine(samples.Folder, "a.lka"), Made(new SampleTokens(8000, 1 << 16, false), "mixture", []));
        Archive.Compress(model, [Path.Combine(samples.Folder, "a.wav")], file, new ArchiveOptions { Threads = 1 });
        using var reader = ArchiveReader.Open(file);
        Assert.Equal(4, reader.FormatVersion);
        var directory = new ArchiveDirectory(reader.Entries, [], [(true, 9), (false, 9)]);
        Assert.Equal(reader.Entries[0].Layout, ArchiveDirectory.Parse(directory.ToBytes(), 1 << 20, 4).Entries[0].Layout);
        Assert.Throws<ArchiveException>(() => ArchiveDirectory.Parse(directory.ToBytes(), 1 << 20, 3));
    }

    [Fact]
    public void A_model_that_is_told_labels_finds_them_in_names()
    {
        using var samples = new Samples();
        for (var i = 0; i < 6; i++) samples.File($"{(i % 2 == 0 ? "low" : "high")}_{i}.wav", Eight(400 + i / 4, (ulong)i));
        samples.File("strange.wav", Eight(400, 7));
        var model = Made(new SampleTokens(8000, 256, false), "high", "low");
        var (back, entries, notes) = Trip(samples, model, threads: 1, batch: 1);
        using (back) AssertSame(samples, back);
        Assert.Equal(6, entries.Count(entry => entry.Kind == EntryKind.Items));
        Assert.Contains(notes, note => note.Contains("strange.wav") && note.Contains("no labels"));
    }

    [Fact]
    public void Long_files_are_several_items()
    {
        using var samples = new Samples();
        var file = WavFiles.Of([.. Enumerable.Range(0, 600_001).Select(i => (byte)(i / 3000))], bits: 8);
        var layout = PixelLayout.Of(file, file.Length, "x.wav", new DataOptions { As = Modality.Audio, Rate = 8000, Levels = 256 })!.Value;
        Assert.Equal((3, 200_000, 44, 600_044), (layout.Count, layout.Width, layout.Head, layout.End));
        Assert.Null(PixelLayout.Of(file, file.Length, "x.wav", DataOptions.Default));
    }
}
