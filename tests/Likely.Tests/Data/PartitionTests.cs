using Likely.Data;
using Xunit;

namespace Likely.Tests.Data;

public sealed class PartitionTests
{
    static Dataset Open(Samples samples, byte[] content, DataOptions options) =>
        Dataset.Open(samples.File("x-ubyte", Samples.Idx(content, content.Length / 4, 2, 2)), options);

    static HashSet<string> Contents(Split split)
    {
        var contents = new HashSet<string>();
        var symbols = new byte[4];
        for (var i = 0; i < split.Count; i++)
        {
            split.Read(i, symbols);
            contents.Add(Convert.ToHexString(symbols));
        }
        return contents;
    }

    [Fact]
    public void Every_item_is_in_one_split_and_equal_items_are_in_the_same()
    {
        using var samples = new Samples();
        // 1000 items, of which many are copies: content is i mod 1, 2, 7 or unique.
        byte[] content = [.. Enumerable.Range(0, 1000).SelectMany(i => (byte[])[(byte)(i % 4), .. BitConverter.GetBytes((short)((i % 4) switch { 0 => 0, 1 => i % 8, 2 => i % 14, _ => i })), 9])];
        foreach (var seed in (ulong[])[0, 1, 2])
            foreach (var fraction in (double[])[0.05, 0.1, 0.3])
            {
                using var data = Open(samples, content, new DataOptions { Seed = seed, Validation = fraction });
                Assert.Equal(1000, data.Train.Count + data.Validation.Count + data.Test.Count);
                Assert.InRange(data.Validation.Count, 600 * fraction, 1000 * fraction + 1);
                Assert.InRange(data.Test.Count, 600 * fraction, 1000 * fraction + 1);
                HashSet<string> train = Contents(data.Train), validation = Contents(data.Validation), test = Contents(data.Test);
                Assert.False(train.Overlaps(validation) || train.Overlaps(test) || validation.Overlaps(test), $"seed {seed}, fraction {fraction}: a split leaks");
            }
    }

    [Fact]
    public void Splits_depend_on_the_seed_but_not_on_preprocessing_or_limit()
    {
        using var samples = new Samples();
        var content = Samples.RandomBytes(400);
        string[] Names(DataOptions options)
        {
            using var data = Open(samples, content, options);
            return [.. Enumerable.Range(0, data.Test.Count).Select(data.Test.ItemName)];
        }
        var names = Names(DataOptions.Default);
        Assert.Equal(10, names.Length);
        Assert.Equal(names, Names(new DataOptions { Levels = 2, Size = (1, 1), Flip = true }));
        Assert.Equal(names[..3], Names(new DataOptions { Limit = 3 }));
        Assert.NotEqual(names, Names(new DataOptions { Seed = 1 }));
        Assert.Empty(Names(new DataOptions { Validation = 0 }));
    }

    [Fact]
    public void Own_test_files_stay_whole()
    {
        using var samples = new Samples();
        samples.File("train-images-idx3-ubyte", Samples.Idx(Samples.RandomBytes(400), 100, 2, 2));
        samples.File("t10k-images-idx3-ubyte.gz", Samples.Gzip(Samples.Idx(Samples.RandomBytes(80, 1), 20, 2, 2)));
        using var data = Dataset.Open(samples.Folder, DataOptions.Default);
        Assert.Equal((90, 10, 20), (data.Train.Count, data.Validation.Count, data.Test.Count));
        Assert.StartsWith("t10k", data.Test.ItemName(0), StringComparison.Ordinal);
    }

    [Fact]
    public void A_single_item_and_a_heap_of_copies_are_for_training()
    {
        using var samples = new Samples();
        using (var one = Open(samples, [1, 2, 3, 4], DataOptions.Default))
            Assert.Equal((1, 0, 0), (one.Train.Count, one.Validation.Count, one.Test.Count));
        using var copies = Open(samples, new byte[80], DataOptions.Default);
        Assert.Equal((20, 0, 0), (copies.Train.Count, copies.Validation.Count, copies.Test.Count));
    }

    [Fact]
    public void The_fingerprint_covers_content_labels_and_order_but_no_option_and_no_format()
    {
        using var samples = new Samples();
        string Of(string name, DataOptions? options = null)
        {
            using var data = Dataset.Open(Path.Combine(samples.Folder, name), options ?? DataOptions.Default);
            return data.Fingerprint;
        }
        byte[] first = Samples.RandomBytes(12), second = Samples.RandomBytes(12, 1);
        samples.File("a-ubyte", Samples.Idx([.. first, .. second], 2, 3, 4));
        samples.File("gray/1.png", Png.Encode(first, 3, 4, 1));
        samples.File("gray/2.png", Png.Encode(second, 3, 4, 1));
        samples.File("colour/1.png", Png.Encode([.. first.SelectMany(v => (byte[])[v, v, v])], 3, 4, 3));
        samples.File("colour/2.png", Png.Encode(second, 3, 4, 1));
        samples.File("swapped/1.png", Png.Encode(second, 3, 4, 1));
        samples.File("swapped/2.png", Png.Encode(first, 3, 4, 1));
        samples.File("changed/1.png", Png.Encode(first, 3, 4, 1));
        samples.File("changed/2.png", Png.Encode([(byte)(second[0] ^ 1), .. second[1..]], 3, 4, 1));
        samples.File("turned/1.png", Png.Encode(first, 4, 3, 1));
        samples.File("turned/2.png", Png.Encode(second, 4, 3, 1));
        samples.File("labelled/x/1.png", Png.Encode(first, 3, 4, 1));
        samples.File("labelled/y/2.png", Png.Encode(second, 3, 4, 1));
        var own = Of("a-ubyte");
        Assert.Equal(64, own.Length);
        Assert.Equal(own, Of("gray"));
        Assert.Equal(own, Of("colour"));
        Assert.Equal(own, Of("gray", new DataOptions { Limit = 1, Levels = 2, Size = (2, 2), Seed = 5, Validation = 0 }));
        Assert.Equal(5, ((string[])[own, Of("swapped"), Of("changed"), Of("turned"), Of("labelled")]).Distinct().Count());
    }
}
