using Likely.Data;
using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Laws;
using Xunit;

namespace Likely.Tests.Archives;

/// <summary>Large pictures in stripes, what the third version of the format can tell: each stripe is a stream of its own, so that threads and lanes share a picture.</summary>
public sealed class StripesTests
{
    static readonly string[] _names = ["gated-pixelcnn: RGB mixture", "gated-pixelcnn: RGB mixture linear", "gated-pixelcnn: grey mixture", "gated-pixelcnn: binary", "gated-pixelcnn: RGB of 4 levels", "gated-pixelcnn: conditional", "pixelcnn: RGB mixture"];

    public static TheoryData<string> Cases => [.. _names];

    static byte[] Pixels(LawCase law, int height, int width)
    {
        var image = law.Space with { Height = height, Width = width };
        return [.. new LawCase(law.Name, law.Config, image, law.Classes, false).Examples(1)[0].Select(symbol => image.ToDisplay(symbol))];
    }

    static string Picture(TemporaryFolder folder, LawCase law, int height, int width, string name = "a")
    {
        var folderOfLabel = law.Classes > 0 ? folder["1"] : folder.Path;
        Directory.CreateDirectory(folderOfLabel);
        var path = Path.Combine(folderOfLabel, $"{name}-{height}.{(law.Space.Symbols == 3 ? "ppm" : "pgm")}");
        File.WriteAllBytes(path, [.. System.Text.Encoding.ASCII.GetBytes($"P{(law.Space.Symbols == 3 ? 6 : 5)} {width} {height} 255\n"), .. Pixels(law, height, width)]);
        return path;
    }

    [Theory, MemberData(nameof(Cases))]
    public void Stripes_come_back_and_no_byte_depends_on_threads_or_lanes(string name)
    {
        var law = LawCases.Find(name);
        var model = IdxFiles.Checkpoint(law);
        using var folder = new TemporaryFolder();
        // One stripe, even ones, a last one of less, of one row.
        foreach (var (height, width, rows) in new[] { (4, 3, 4), (12, 3, 4), (11, 5, 4), (9, 4, 4), (5, 1, 1), (7, 6, 2) })
        {
            var input = Picture(folder, law, height, width);
            byte[]? expected = null;
            foreach (var (threads, batch) in new[] { (1, 0), (2, 0), (1, 1), (3, 2) })
            {
                var options = new ArchiveOptions { Threads = threads, Batch = batch, StripeRows = rows, Strict = true, Overwrite = true };
                Assert.Equal(1, Archive.Compress(model, [input], folder["a.lka"], options).Items);
                expected ??= File.ReadAllBytes(folder["a.lka"]);
                Assert.Equal(expected, File.ReadAllBytes(folder["a.lka"]));
                using var archive = ArchiveReader.Open(folder["a.lka"]);
                Assert.Equal(rows < height ? (3, (height + rows - 1) / rows) : (1, 1), (archive.FormatVersion, (int)archive.ItemBlocks.Count));
                Assert.Equal((height, width, law.Space.Symbols), Assert.Single(archive.Sizes));
                var target = folder[$"out-{height}-{threads}-{batch}"];
                Archive.Decompress(archive, model, target, options);
                Assert.Equal(File.ReadAllBytes(input), File.ReadAllBytes(Directory.GetFiles(target, "*", SearchOption.AllDirectories).Single()));
            }
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_striped_picture_is_as_long_as_the_scores_of_its_stripes_say(string name)
    {
        var law = LawCases.Find(name);
        var model = IdxFiles.Checkpoint(law);
        const int Height = 22, Width = 6, Rows = 5;
        using var folder = new TemporaryFolder();
        Archive.Compress(model, [Picture(folder, law, Height, Width)], folder["a.lka"], new ArchiveOptions { StripeRows = Rows, Strict = true });
        using var archive = ArchiveReader.Open(folder["a.lka"]);
        var symbols = new LawCase(law.Name, law.Config, law.Space with { Height = Height, Width = Width }, law.Classes, false).Examples(1)[0];
        var (bytes, row) = (0.0, Width * law.Space.Symbols);
        for (var top = 0; top < Height; top += Rows)
        {
            var stripe = law.Space with { Height = Math.Min(Rows, Height - top), Width = Width };
            var nats = new Scorer(model.Density, 1, stripe).Score([symbols[(top * row)..((top + stripe.Height) * row)]], law.Classes > 0 ? [1] : [])[0];
            // Or as equally likely symbols.
            bytes += Math.Min(nats / Math.Log(2) / 8 * 1.0005, stripe.Dimensions) + 16;
        }
        Assert.True(archive.ItemBlocks.Bytes <= bytes, $"{law}: {archive.ItemBlocks.Bytes} bytes, the scores say {bytes:F1}");
    }

    [Fact]
    public void Pictures_and_arrays_beside_each_other_come_back_whole_and_one_by_one()
    {
        var law = LawCases.Find("gated-pixelcnn: grey mixture");
        var model = IdxFiles.Checkpoint(law);
        using var folder = new TemporaryFolder();
        var inputs = new List<string> { Picture(folder, law, 9, 5, "a"), Picture(folder, law, 12, 5, "b"), Picture(folder, law, 3, 5, "c"), Picture(folder, law, 12, 5, "d") };
        File.WriteAllBytes(folder["e.npy"], Likely.Tests.Data.Samples.Npy("|u1", "(6, 7, 5)", [.. Enumerable.Range(0, 6).SelectMany(_ => Pixels(law, 7, 5))]));
        File.WriteAllText(folder["f.txt"], "and no picture");
        inputs.AddRange([folder["e.npy"], folder["f.txt"]]);
        var options = new ArchiveOptions { StripeRows = 3 };
        Assert.Equal(10, Archive.Compress(model, inputs, folder["a.lka"], options).Items);
        using var archive = ArchiveReader.Open(folder["a.lka"]);
        Assert.Equal((3, 10L, 3 + 4 + 1 + 4 + 6 * 3L), (archive.FormatVersion, archive.Items, archive.ItemBlocks.Count));
        foreach (var threads in new[] { 1, 4 })
        {
            Archive.Decompress(archive, model, folder[$"out{threads}"], options with { Threads = threads });
            foreach (var input in inputs) Assert.Equal(File.ReadAllBytes(input), File.ReadAllBytes(folder[$"out{threads}/{Path.GetFileName(input)}"]));
        }
        Archive.Decompress(archive, model, folder["one"], only: "d-12.pgm");
        Assert.Equal(File.ReadAllBytes(inputs[3]), File.ReadAllBytes(folder["one/d-12.pgm"]));
        Archive.Decompress(archive, model, folder["item"], only: "e.npy[4]");
        Assert.Equal(Pixels(law, 7, 5), Png.Decode(File.ReadAllBytes(Directory.GetFiles(folder["item"]).Single()), "item").Pixels);
    }

    [Fact]
    public void Large_pictures_are_striped_unless_told_otherwise()
    {
        var options = new ArchiveOptions();
        Assert.Equal((0, 0, 128, 130, 250), (options.StripesOf(28, 28, 1), options.StripesOf(250, 900, 3), options.StripesOf(512, 768, 3), options.StripesOf(520, 510, 1), options.StripesOf(4000, 6000, 3)));
        Assert.Equal((0, 100, 0), ((options with { StripeRows = 0 }).StripesOf(4000, 6000, 3), (options with { StripeRows = 100 }).StripesOf(4000, 6000, 3), (options with { StripeRows = 100 }).StripesOf(100, 6000, 3)));
    }

    [Fact]
    public void Stripes_that_make_no_sense_are_refused()
    {
        var (plain, layout) = (ArchiveEntry.OfBytes("a", 0), new PixelLayout(5, 2, 3, 1, 0, 0, false));
        var picture = new ArchiveEntry("b", EntryKind.Picture, 30, layout, true, []);
        foreach (var entry in (ArchiveEntry[])[plain with { StripeRows = 1 }, picture with { StripeRows = 5 }, picture with { StripeRows = 1 << 30 }])
            Assert.Throws<ArchiveException>(() => ArchiveDirectory.Parse(new ArchiveDirectory([entry], [], []).ToBytes(), 1000, 3));
        var sound = new ArchiveDirectory([plain, picture with { StripeRows = 2 }, picture with { Name = "c" }, picture with { Name = "d", StripeRows = 4 }], [], []);
        Assert.Equal(3, sound.Version);
        Assert.Equal([0, 2, 0, 4], ArchiveDirectory.Parse(sound.ToBytes(), 1000, 3).Entries.Select(entry => entry.StripeRows));
        Assert.Throws<ArchiveException>(() => ArchiveDirectory.Parse(sound.ToBytes(), 1000, 2));
        // Billions of stripes that no block bears out.
        var many = new ArchiveEntry("m", EntryKind.Items, int.MaxValue * 3L, new PixelLayout(3, 1, 1, int.MaxValue, 0, 0, false), true, []) { StripeRows = 2 };
        Assert.Throws<ArchiveException>(() => new BlockPlan([many], 100, BytesCode.None));
    }
}
