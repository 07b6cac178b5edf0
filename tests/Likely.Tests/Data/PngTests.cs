using Likely.Data;
using Xunit;

namespace Likely.Tests.Data;

public sealed class PngTests
{
    public static TheoryData<int, int, bool> Kinds()
    {
        var kinds = new TheoryData<int, int, bool>();
        foreach (var (color, depths) in (IEnumerable<(int, int[])>)[(0, [1, 2, 4, 8, 16]), (2, [8, 16]), (3, [1, 2, 4, 8]), (4, [8, 16]), (6, [8, 16])])
            foreach (var depth in depths)
            {
                kinds.Add(color, depth, false);
                kinds.Add(color, depth, true);
            }
        return kinds;
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Every_colour_type_depth_and_interlacing_is_read(int color, int depth, bool interlaced)
    {
        foreach (var (height, width) in (IEnumerable<(int, int)>)[(1, 1), (3, 2), (9, 13), (17, 8), (5, 33)])
        {
            var most = (1 << depth) - 1;
            var palette = Samples.RandomBytes(3 * Math.Min(256, most + 1));
            int Raw(int i, int j, int c) => (color == 4 && c == 1) || (color == 6 && c == 3) ? most : (i * 7919 + j * 104729 + c * 1299709) / 3 & most;
            var image = Png.Decode(Samples.Png(height, width, depth, color, interlaced, Raw, color == 3 ? [("PLTE", palette)] : []), "picture");
            var channels = color is 2 or 3 or 6 ? 3 : 1;
            Assert.Equal((height, width, channels), (image.Height, image.Width, image.Channels));
            for (var i = 0; i < height; i++)
                for (var j = 0; j < width; j++)
                    for (var c = 0; c < channels; c++)
                    {
                        var expected = color == 3 ? palette[3 * Raw(i, j, 0) + c] : depth == 16 ? Raw(i, j, c) >> 8 : Raw(i, j, c) * 255 / most;
                        Assert.True(expected == image.Pixels[(i * width + j) * channels + c], $"{height} x {width}, pixel ({i}, {j}), channel {c}");
                    }
        }
    }

    [Fact]
    public void A_picture_saves_itself_as_png_and_as_nothing_else()
    {
        using var samples = new Samples();
        var image = new Image(2, 3, 3, Samples.RandomBytes(18));
        image.Save(Path.Combine(samples.Folder, "deep", "a.PNG"));
        Assert.Equal(image.Pixels, Image.Load(Path.Combine(samples.Folder, "deep", "a.PNG")).Pixels);
        using var stream = new MemoryStream();
        image.Save(stream);
        Assert.Equal(File.ReadAllBytes(Path.Combine(samples.Folder, "deep", "a.PNG")), stream.ToArray());
        Assert.Contains("end in .png", Assert.Throws<UsageException>(() => image.Save(Path.Combine(samples.Folder, "a.jpg"))).Message);
        Assert.Throws<ArgumentException>(() => new Image(1, 1, 2, [0, 0]).Save(Path.Combine(samples.Folder, "two.png")));
    }

    [Theory, InlineData(1), InlineData(3)]
    public void What_is_written_is_read_back(int channels)
    {
        using var samples = new Samples();
        foreach (var (height, width) in (IEnumerable<(int, int)>)[(1, 1), (28, 28), (31, 7), (200, 150)])
        {
            var noise = Samples.RandomBytes(height * width * channels);
            var slope = noise.Select((_, i) => (byte)(i / 5)).ToArray();
            foreach (var pixels in (IEnumerable<byte[]>)[noise, slope])
            {
                var path = Path.Combine(samples.Folder, "deep", "picture.png");
                Png.Write(path, pixels, height, width, channels);
                var image = Png.Read(path);
                Assert.Equal((height, width, channels), (image.Height, image.Width, image.Channels));
                Assert.Equal(pixels, image.Pixels);
                Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
            }
        }
    }

    [Fact]
    public void Transparency_is_refused_and_opaque_alpha_dropped()
    {
        foreach (var (color, alpha) in (IEnumerable<(int, int)>)[(4, 1), (6, 3)])
            Assert.Contains("transparent", Assert.Throws<DataException>(() =>
                Png.Decode(Samples.Png(4, 4, 8, color, false, (i, j, c) => c == alpha && i == 3 && j == 2 ? 254 : 255), "a.png")).Message);
        (string, byte[]) key = ("tRNS", [0, 9]);
        Assert.Contains("transparent", Assert.Throws<DataException>(() => Png.Decode(Samples.Png(2, 2, 8, 0, false, (i, j, _) => 8 + i * j, key), "a.png")).Message);
        Assert.Equal(4, Png.Decode(Samples.Png(2, 2, 8, 0, false, (_, _, _) => 8, key), "a.png").Pixels.Length);
        (string, byte[]) palette = ("PLTE", [1, 2, 3, 4, 5, 6]), transparent = ("tRNS", [255, 0]);
        Assert.Contains("transparent", Assert.Throws<DataException>(() => Png.Decode(Samples.Png(2, 2, 1, 3, false, (i, _, _) => i, palette, transparent), "a.png")).Message);
        Assert.Equal([1, 2, 3], Png.Decode(Samples.Png(1, 1, 1, 3, false, (_, _, _) => 0, palette, transparent), "a.png").Pixels);
    }

    [Fact]
    public void Transparent_pixels_let_a_background_through()
    {
        using var samples = new Samples();
        byte[] On(string background, byte[] file)
        {
            using var data = Dataset.Open(samples.File("a.png", file), DataOptions.Parse([new("background", background), new("validation", "0")]));
            var symbols = new byte[data.Space.Dimensions];
            data.Train.Read(0, symbols);
            return symbols;
        }
        var grey = Samples.Png(1, 3, 8, 4, false, (_, j, c) => c == 0 ? 100 : j switch { 0 => 255, 1 => 51, _ => 0 });
        Assert.Equal([100, 224, 255], On("white", grey));
        Assert.Equal([100, 20, 0], On("black", grey));
        var colour = Samples.Png(1, 2, 16, 6, true, (_, j, c) => c == 3 ? 65535 * j : 256 * (100 * c + 10));
        Assert.Equal([7, 7, 7, 10, 110, 210], On("7", colour));
        Assert.Equal([9, 9, 9, 4, 5, 6], On("9", Samples.Png(1, 2, 1, 3, false, (_, j, _) => j, ("PLTE", [1, 2, 3, 4, 5, 6]), ("tRNS", [0]))));
        Assert.Equal([50, 1], On("50", Samples.Png(1, 2, 8, 0, false, (_, j, _) => j, ("tRNS", [0, 0]))));
    }

    [Fact]
    public void A_header_that_claims_too_much_takes_no_memory()
    {
        foreach (var (height, width) in (IEnumerable<(int, int)>)[(int.MaxValue, int.MaxValue), (1, int.MaxValue), (16000, 16000), (-1, 5), (0, 3)])
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<DataException>(() => Png.Decode(Samples.PngFile(Samples.PngHeader(height, width, 8, 0, false), Samples.Zlib(new byte[100])), "big.png"));
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20, $"{height} x {width} took too much memory");
        }
    }

    [Fact]
    public void A_cut_file_is_refused_at_every_length()
    {
        var file = Samples.Png(9, 9, 8, 2, false, (i, j, c) => i * 20 + j + c);
        for (var length = 0; length < file.Length; length++)
            Assert.Contains("cut.png", Assert.Throws<DataException>(() => Png.Decode(file.AsSpan(0, length), "cut.png")).Message);
    }

    [DataFact("kodak")]
    public void Photographs_are_read_and_survive_rewriting()
    {
        var image = Png.Read(DataFactAttribute.PathOf("kodak/kodim01.png"));
        Assert.Equal((512, 768, 3), (image.Height, image.Width, image.Channels));
        Assert.Equal(image.Pixels, Png.Decode(Png.Encode(image.Pixels, image.Height, image.Width, 3), "copy").Pixels);
    }

    [Fact]
    public void What_follows_a_picture_is_not_read()
    {
        using var samples = new Samples();
        var path = samples.File("long.png", Samples.Png(3, 4, 8, 0, false, (y, x, _) => y * 10 + x));
        var picture = Png.Read(path).Pixels;
        using (var file = File.OpenWrite(path)) file.SetLength(1L << 31); // holes take no disk
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(picture, Png.Read(path).Pixels);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }
}
