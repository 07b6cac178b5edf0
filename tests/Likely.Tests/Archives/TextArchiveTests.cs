using System.Text;
using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Data;
using Likely.Tests.Data.Text;
using Likely.Tests.Models;
using Xunit;

namespace Likely.Tests.Archives;

/// <summary>Archives whose code is a model of text: any file goes in and comes back byte for byte, whatever the threads; its length is the score's.</summary>
public sealed class TextArchiveTests
{
    static Checkpoint Model(string kind)
    {
        var tokens = kind == "bytes" ? Tokens.Bytes : kind == "pairs" ? PairTokensTests.Small : Tokens.Characters([.. "0123456789 é\n".EnumerateRunes().Select(rune => rune.Value)]);
        var model = new CharRnnConfig { Hidden = 10, Layers = 1, Context = 8 }.Build(Space.Sequence(8, tokens.Size), 0, 5);
        TwoFaces.Stir(model, 3);
        return new Checkpoint(model, [], "") { Assets = new SortedDictionary<string, string> { [Checkpoint.Tokens] = tokens.ToText() } };
    }

    static string Numbers(int count) => string.Concat(Enumerable.Range(0, count).Select(i => $"{(long)i * i % 9973} é\n"));

    [Theory, InlineData("bytes"), InlineData("characters"), InlineData("pairs")]
    public void Files_of_any_kind_come_back_byte_for_byte_and_no_byte_depends_on_threads(string kind)
    {
        var model = Model(kind);
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["in"]);
        var contents = new Dictionary<string, byte[]>
        {
            ["a.txt"] = Encoding.UTF8.GetBytes(Numbers(20_000)), // a full block ends within a number, another within a letter
            ["b.txt"] = [],
            ["c.bin"] = [0, 255, 0xC3, 0xE2, 0x82],
            ["d.png"] = Likely.Data.Png.Encode(new byte[64], 8, 8, 1), // a picture is a file like others here
            ["e.txt.gz"] = [0x1F, 0x8B, 1, 2, 3],
        };
        foreach (var (name, bytes) in contents) File.WriteAllBytes(Path.Combine(folder["in"], name), bytes);
        byte[]? expected = null;
        foreach (var threads in new[] { 1, 2, 3 })
        {
            var made = Archive.Compress(model, [folder["in"]], folder["a.lka"], new ArchiveOptions { Threads = threads, Overwrite = true, Verify = threads == 1 });
            expected ??= File.ReadAllBytes(folder["a.lka"]);
            Assert.Equal(expected, File.ReadAllBytes(folder["a.lka"]));
            Assert.Equal(contents.Values.Sum(bytes => bytes.Length), made.Symbols);
            Assert.Equal(0, made.PlainBytes);
        }
        using var archive = ArchiveReader.Open(folder["a.lka"]);
        Assert.Equal(3, archive.FormatVersion);
        Assert.True(archive.ModelsBytes);
        foreach (var threads in new[] { 1, 3 })
        {
            Archive.Decompress(archive, model, folder["out"], new ArchiveOptions { Threads = threads, Overwrite = true });
            foreach (var (name, bytes) in contents) Assert.Equal(bytes, File.ReadAllBytes(Path.Combine(folder["out"], "in", name)));
        }
        Archive.Decompress(archive, model, folder["one"], only: "in/c.bin");
        Assert.Equal(contents["c.bin"], File.ReadAllBytes(folder["one/in/c.bin"]));
    }

    [Fact]
    public void What_is_stored_wholly_without_the_model_comes_back_without_it()
    {
        using var folder = new TemporaryFolder();
        var noise = Samples.RandomBytes(5000);
        File.WriteAllBytes(folder["noise.bin"], noise);
        var model = Model("bytes");
        Archive.Compress(model, [folder["noise.bin"]], folder["n.lka"], new ArchiveOptions { Threads = 1 });
        using var archive = ArchiveReader.Open(folder["n.lka"]);
        Assert.True(archive.ModelsBytes);
        Assert.False(archive.NeedsModel);
        Archive.Decompress(archive, null, folder["out"]);
        Assert.Equal(noise, File.ReadAllBytes(folder["out/noise.bin"]));
    }

    [Fact]
    public void An_archive_is_as_long_as_the_score_says()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["x.txt"], Numbers(3000));
        using var data = Dataset.Open(folder["x.txt"], new DataOptions { Gap = 0, Validation = 0.1 });
        var model = new Trainer(new CharRnnConfig { Hidden = 24, Layers = 1, Context = 16 }, data, new TrainingOptions { Steps = 300, Batch = 16, LearningRate = 1e-2, Average = 0.9 }).Run();
        File.WriteAllText(folder["y.txt"], Numbers(6000)[10_000..]);
        var bits = Evaluation.Score(model.Density, [Tokens.Bytes.Encode(File.ReadAllBytes(folder["y.txt"]))], [])[0] / Math.Log(2);
        Archive.Compress(model, [folder["y.txt"]], folder["y.lka"]);
        using var archive = ArchiveReader.Open(folder["y.lka"]);
        Assert.True(archive.NeedsModel);
        Assert.Throws<ArchiveException>(() => Archive.Verify(archive, null));
        Assert.Throws<ArchiveException>(() => Archive.Verify(archive, Model("bytes")));
        Assert.InRange(archive.ByteBlocks.Bytes, bits / 8 - 1, bits / 8 * 1.0005 + 16);
        Assert.True(archive.ByteBlocks.Bytes < 0.6 * new FileInfo(folder["y.txt"]).Length);
        var stored = new List<ArchivedFile>();
        Archive.Compress(model, [folder["y.txt"], folder["x.txt"]], folder["z.lka"], new ArchiveOptions { File = stored.Add });
        Assert.All(stored, file => Assert.Null(file.Reason));
        Assert.InRange(stored.Sum(file => file.Bytes), 1, new FileInfo(folder["z.lka"]).Length);
    }

    [Fact]
    public void A_damaged_archive_is_refused_in_a_sentence()
    {
        var model = Model("characters");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["x.txt"], Numbers(200));
        Archive.Compress(model, [folder["x.txt"]], folder["x.lka"]);
        var whole = File.ReadAllBytes(folder["x.lka"]);
        var random = new Philox(3, RandomPurpose.Test);
        for (var i = 0UL; i < 300; i++)
        {
            byte[] bad = [.. whole];
            bad[random.Below(i, 0, bad.Length)] ^= (byte)(1 + random.Below(i, 1, 255));
            Assert.ThrowsAny<ArchiveException>(() =>
            {
                using var archive = ArchiveReader.Open(bad, "x");
                Archive.Verify(archive, model);
            });
        }
    }
}
