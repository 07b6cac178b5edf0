using Likely.Data;
using Xunit;

namespace Likely.Tests.Data;

public sealed class PreprocessingTests
{
    static Dataset Open(Samples samples, byte[] content, int height, int width, DataOptions options) =>
        Dataset.Open(samples.File("x-ubyte", Samples.Idx(content, content.Length / (height * width), height, width)), options with { Validation = 0 });

    static byte[] Item(Split split, int index, ulong epoch = 0)
    {
        var symbols = new byte[split.Space.Dimensions];
        split.Read(index, symbols, epoch);
        return symbols;
    }

    [Fact]
    public void Levels_are_equal_steps_and_spread_over_the_display()
    {
        using var samples = new Samples();
        byte[] all = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        foreach (var levels in (int[])[2, 3, 5, 8, 16, 255, 256])
        {
            using var data = Open(samples, all, 16, 16, new DataOptions { Levels = levels });
            Assert.Equal(all.Select(v => (byte)(v * levels / 256)), Item(data.Train, 0));
            for (var symbol = 0; symbol < levels; symbol++)
                Assert.Equal((byte)Math.Round(symbol * 255.0 / (levels - 1), MidpointRounding.AwayFromZero), data.Space.ToDisplay((byte)symbol));
        }
    }

    [Fact]
    public void Threshold_cuts_above_127()
    {
        using var samples = new Samples();
        using var data = Open(samples, [0, 127, 128, 255], 2, 2, new DataOptions { Binarize = Binarization.Threshold });
        Assert.Equal([0, 0, 1, 1], Item(data.Train, 0));
        Assert.Equal(2, data.Space.Levels);
    }

    [Fact]
    public void Static_draws_stay_and_dynamic_draws_change_with_the_epoch_in_training_only()
    {
        using var samples = new Samples();
        byte[] content = [.. Enumerable.Repeat((byte)64, 4000), .. Enumerable.Repeat((byte)0, 1000), .. Enumerable.Repeat((byte)255, 1000)];
        using var fixedDraw = Open(samples, content, 60, 100, new DataOptions { Binarize = Binarization.Static });
        using var otherSeed = Open(samples, content, 60, 100, new DataOptions { Binarize = Binarization.Static, Seed = 5 });
        using var dynamic = Open(samples, content, 60, 100, new DataOptions { Binarize = Binarization.Dynamic });
        var drawn = Item(fixedDraw.Train, 0);
        Assert.InRange(drawn[..4000].Count(v => v == 1), 910, 1100); // 4000 * 64 / 255 = 1004, deviation 27
        Assert.All(drawn[4000..5000], v => Assert.Equal(0, v));
        Assert.All(drawn[5000..], v => Assert.Equal(1, v));
        Assert.Equal(drawn, Item(fixedDraw.Train, 0, 9));
        Assert.Equal(drawn, Item(otherSeed.Train, 0));
        Assert.Equal(drawn, Item(dynamic.Train, 0));
        Assert.Equal(drawn, Item(dynamic.All, 0, 1));
        Assert.NotEqual(drawn, Item(dynamic.Train, 0, 1));
        Assert.NotEqual(Item(dynamic.Train, 0, 2), Item(dynamic.Train, 0, 1));
        Assert.Equal(Item(dynamic.Train, 0, 2), Item(dynamic.Train, 0, 2));
    }

    [Fact]
    public void A_static_draw_belongs_to_the_picture_wherever_it_lies()
    {
        using var samples = new Samples();
        var options = new DataOptions { Binarize = Binarization.Static, Validation = 0 };
        byte[] first = Samples.RandomBytes(3 * 64, 1), second = Samples.RandomBytes(2 * 64, 2);
        byte[][] Items(string name)
        {
            using var data = Dataset.Open(Path.Combine(samples.Folder, name), options);
            return [.. Enumerable.Range(0, data.All.Count).Select(i => Item(data.All, i))];
        }
        samples.File("set/train-images-idx3-ubyte", Samples.Idx(first, 3, 8, 8));
        samples.File("set/test-images-idx3-ubyte", Samples.Idx(second, 2, 8, 8));
        var (joined, alone) = (Items("set"), Items("set/test-images-idx3-ubyte"));
        Assert.Equal(joined[3..], alone);
        // Packed, as an array, among others, in another order, as a picture.
        samples.File("packed.gz", Samples.Gzip(Samples.Idx(second, 2, 8, 8)));
        samples.File("array.npy", Samples.Npy("|u1", "5, 8, 8", [.. second, .. first]));
        samples.File("pictures/b.png", Png.Encode(second.AsSpan(0, 64), 8, 8, 1));
        Assert.Equal(alone, Items("packed.gz"));
        Assert.Equal([.. alone, .. joined[..3]], Items("array.npy"));
        Assert.Equal([alone[0]], Items("pictures"));
        samples.File("pictures/a.png", Png.Encode(first.AsSpan(0, 64), 8, 8, 1));
        samples.File("pictures/c.png", Png.Encode(second.AsSpan(0, 64), 8, 8, 1));
        Assert.Equal([joined[0], alone[0], alone[0]], Items("pictures"));
        Assert.Equal([alone[0]], Items("pictures/b.png"));
        // Equal items of one file are several draws from the same greys.
        samples.File("equal.npy", Samples.Npy("|u1", "4000, 1, 1", [.. Enumerable.Repeat((byte)64, 4000)]));
        Assert.InRange(Items("equal.npy").Count(item => item[0] == 1), 910, 1100); // 4000 * 64 / 255 = 1004, deviation 27
    }

    [Fact]
    public void Half_of_the_training_items_are_mirrored_in_each_epoch()
    {
        using var samples = new Samples();
        using var data = Open(samples, [.. Enumerable.Range(0, 400).SelectMany(_ => (byte[])[1, 2, 3])], 1, 3, new DataOptions { Flip = true });
        foreach (var epoch in (ulong[])[0, 1])
        {
            var mirrored = Enumerable.Range(0, 400).Count(i => Item(data.Train, i, epoch) is [3, 2, 1]);
            Assert.InRange(mirrored, 150, 250);
        }
        Assert.All(Enumerable.Range(0, 400), i => Assert.Equal([1, 2, 3], Item(data.All, i)));
        Assert.Contains(Enumerable.Range(0, 400), i => Item(data.Train, i, 0)[0] != Item(data.Train, i, 1)[0]);
    }

    [Fact]
    public void A_share_of_the_training_symbols_is_replaced_by_others_in_each_epoch()
    {
        using var samples = new Samples();
        using var data = Open(samples, [.. Enumerable.Range(0, 3 * 400).Select(i => (byte)(i % 3))], 1, 3, new DataOptions { Mutate = 0.2, Levels = 4 });
        foreach (var epoch in (ulong[])[0, 1])
        {
            byte[] symbols = [.. Enumerable.Range(0, data.Train.Count).SelectMany(i => Item(data.Train, i, epoch))];
            Assert.InRange(symbols.Count(symbol => symbol != 0), 0.12 * symbols.Length, 0.18 * symbols.Length); // of four levels three are others
            Assert.Equal<byte>([0, 1, 2, 3], [.. symbols.Distinct().Order()]);
        }
        Assert.All(Enumerable.Range(0, data.All.Count), i => Assert.Equal([0, 0, 0], Item(data.All, i)));
        Assert.Equal("levels=4 hold_out=content mutate=0.2", data.Options.ToCanonical().Replace("validation=0 ", ""));
    }

    [Fact]
    public void Crop_then_gray_then_size()
    {
        using var samples = new Samples();
        var path = samples.File("p.png", Png.Encode([.. Enumerable.Range(0, 4 * 6 * 3).Select(i => (byte)(3 * i))], 4, 6, 3));
        using var gray = Dataset.Open(path, new DataOptions { Crop = (2, 2), Gray = true });
        int Gray(int i, int j) => (299 * 9 * (i * 6 + j) + 587 * (9 * (i * 6 + j) + 3) + 114 * (9 * (i * 6 + j) + 6) + 500) / 1000;
        Assert.Equal([(byte)Gray(1, 2), (byte)Gray(1, 3), (byte)Gray(2, 2), (byte)Gray(2, 3)], Item(gray.All, 0));
        using var small = Dataset.Open(path, new DataOptions { Crop = (2, 2), Gray = true, Size = (1, 1) });
        Assert.Equal((byte)((Gray(1, 2) + Gray(1, 3) + Gray(2, 2) + Gray(2, 3) + 2) / 4), Item(small.All, 0)[0]);
    }

    [Fact]
    public void Resizing_averages_areas_and_interpolates_between_centres()
    {
        byte[] Resize(byte[] source, int height, int width, int newHeight, int newWidth, int channels = 1)
        {
            var target = new byte[newHeight * newWidth * channels];
            Resampling.Resize(source, height, width, channels, target, newHeight, newWidth);
            return target;
        }
        Assert.Equal([5, 20], Resize([0, 10, 20, 20], 1, 4, 1, 2));
        Assert.Equal([3, 17], Resize([0, 10, 20], 1, 3, 1, 2)); // (0 + 5) / 1.5 and (5 + 20) / 1.5
        Assert.Equal([0, 25, 75, 100], Resize([0, 100], 1, 2, 1, 4));
        Assert.Equal([1, 2, 3, 4, 5, 6], Resize([1, 2, 3, 4, 5, 6], 2, 1, 2, 1, 3));
        foreach (var (newHeight, newWidth) in (IEnumerable<(int, int)>)[(3, 5), (11, 2), (20, 20), (1, 1)])
            Assert.All(Resize([.. Enumerable.Repeat((byte)77, 7 * 9)], 7, 9, newHeight, newWidth), v => Assert.Equal(77, v));
    }
}
