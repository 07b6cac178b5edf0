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
        foreach (var (seed, fraction, rule) in from seed in (ulong[])[0, 1, 2] from fraction in (double[])[0.05, 0.1, 0.3] from rule in Enum.GetValues<HoldOut>() select (seed, fraction, rule))
        {
            using var data = Open(samples, content, new DataOptions { Seed = seed, Validation = fraction, HoldOut = rule });
            Assert.Equal(1000, data.Train.Count + data.Validation.Count + data.Test.Count);
            // By content the sizes are binomial, and the copies of one item go together.
            var (least, most) = rule == HoldOut.Content ? (3, 2500 * fraction) : (600 * fraction, 1000 * fraction + 1);
            Assert.InRange(data.Validation.Count, least, most);
            Assert.InRange(data.Test.Count, least, most);
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
        Assert.InRange(names.Length, 4, 18);
        Assert.Equal(names, Names(new DataOptions { Levels = 2, Size = (1, 1), Flip = true }));
        var three = Names(new DataOptions { Limit = 3 });
        Assert.Equal(3, three.Length);
        Assert.Equal(three, names.Where(three.Contains));
        Assert.Equal(10, Names(new DataOptions { HoldOut = HoldOut.Permutation }).Length);
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
        Assert.Equal((100, 20), (data.Train.Count + data.Validation.Count, data.Test.Count));
        Assert.InRange(data.Validation.Count, 4, 18);
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
    public void A_file_more_moves_no_other()
    {
        using var samples = new Samples();
        for (var i = 0; i < 100; i++) samples.File($"picture-{i:000}.png", Png.Encode(Samples.RandomBytes(12, (ulong)i), 2, 2, 3));
        Dictionary<string, string> Parts(ulong seed)
        {
            using var data = Dataset.Open(samples.Folder, new DataOptions { Seed = seed, AnySize = true });
            var parts = new Dictionary<string, string>();
            foreach (var split in (Split[])[data.Train, data.Validation, data.Test])
                for (var i = 0; i < split.Count; i++) parts.Add(split.ItemName(i), split.Name);
            return parts;
        }
        Dictionary<string, string>[] before = [Parts(0), Parts(1)];
        samples.File("a-first.png", Png.Encode(Samples.RandomBytes(27, 200), 3, 3, 3));
        samples.File("between/x.png", [1]);
        File.Copy(Path.Combine(samples.Folder, "picture-050.png"), Path.Combine(samples.Folder, "picture-050-again.png"));
        Dictionary<string, string>[] after = [Parts(0), Parts(1)];
        for (var seed = 0; seed < 2; seed++)
        {
            foreach (var (name, part) in before[seed]) Assert.Equal(part, after[seed][name]);
            Assert.Equal(after[seed]["picture-050.png"], after[seed]["picture-050-again.png"]);
            Assert.Equal(before[seed].Count + 2, after[seed].Count);
            foreach (var part in (string[])["validation", "test"]) Assert.InRange(before[seed].Values.Count(other => other == part), 3, 20);
        }
        Assert.NotEqual(before[0], before[1]);
    }

    [Fact]
    public void No_part_of_small_data_is_empty()
    {
        using var samples = new Samples();
        for (var count = 1; count <= 14; count++)
            for (ulong seed = 0; seed < 10; seed++)
                foreach (var fraction in (double[])[0.01, 0.1, 0.45])
                {
                    using var data = Open(samples, Samples.RandomBytes(4 * count, (ulong)count), new DataOptions { Seed = seed, Validation = fraction });
                    Assert.True(data.Train.Count > 0);
                    Assert.Equal(count, data.All.Count);
                    Assert.Equal(count, data.Train.Count + data.Validation.Count + data.Test.Count);
                    Assert.Equal(count > 2, data.Validation.Count > 0 && data.Test.Count > 0);
                }
    }

    [Fact]
    public void Limits_draw_evenly_over_all_classes()
    {
        using var samples = new Samples();
        for (var i = 0; i < 120; i++) samples.File($"{"abc"[i / 40]}/{i:000}.png", Png.Encode(Samples.RandomBytes(12, (ulong)i), 2, 2, 3));
        using var data = Dataset.Open(samples.Folder, new DataOptions { Limit = 30, Validation = 0.3 });
        foreach (var split in (Split[])[data.Train, data.Validation, data.Test, data.All.Sample(20)])
        {
            Assert.InRange(split.Count, 15, 30);
            Assert.Equal(3, Enumerable.Range(0, split.Count).Select(split.Label).Distinct().Count());
            Assert.Equal(Enumerable.Range(0, split.Count).Select(split.ItemName), Enumerable.Range(0, split.Count).Select(split.ItemName).Order(StringComparer.Ordinal));
        }
        using var whole = Dataset.Open(samples.Folder, new DataOptions { Validation = 0 });
        Split sample = whole.Train.Sample(20), smaller = sample.Sample(5);
        for (var i = 0; i < 20; i++) Assert.Equal(whole.Train.ItemName(sample.Number(i)), sample.ItemName(i));
        for (var i = 0; i < 5; i++) Assert.Equal(whole.Train.ItemName(smaller.Number(i)), smaller.ItemName(i));
        Assert.Same(sample, sample.Sample(20));
        using var strokes = Dataset.Open("strokes", DataOptions.Default);
        Assert.Equal("strokes/test[7]", strokes.Test.Sample(8).ItemName(7)); // shuffled as published: the first are as good as any
    }

    [Fact]
    public void Items_that_are_also_in_other_data_are_counted()
    {
        using var samples = new Samples();
        var content = Samples.RandomBytes(4000);
        using var one = Open(samples, content, new DataOptions { Validation = 0 });
        using var other = Dataset.Open(samples.File("other-ubyte", Samples.Idx([.. Samples.RandomBytes(400, 1), .. content[^80..], .. content[..80]], 140, 2, 2)), new DataOptions { Validation = 0 });
        Assert.Equal(40, other.All.CountIn(one.Train));
        Assert.Equal(40, one.Train.CountIn(other.All));
    }

    [Fact]
    public void Items_of_two_parts_are_counted_aloud_and_not_trained_on()
    {
        using var samples = new Samples();
        for (var i = 0; i < 10; i++) samples.File($"train/{i}.png", Png.Encode(Samples.RandomBytes(12, (ulong)i), 2, 2, 3));
        for (var i = 8; i < 14; i++) samples.File($"test/{i}.png", Png.Encode(Samples.RandomBytes(12, (ulong)i), 2, 2, 3));
        using (var data = Dataset.Open(samples.Folder, new DataOptions { Validation = 0 }))
        {
            Assert.Equal((8, 6), (data.Train.Count, data.Test.Count));
            Assert.Contains(data.Notes, note => note.Contains("2 of 10 training items also lie in the test"));
            Assert.Contains("2 of 10", data.Describe());
        }
        for (var i = 8; i < 10; i++) File.Delete(Path.Combine(samples.Folder, $"train/{i}.png"));
        samples.File("validation/1.png", Png.Encode(Samples.RandomBytes(12, 9), 2, 2, 3));
        using (var data = Dataset.Open(samples.Folder, DataOptions.Default)) Assert.Contains(data.Notes, note => note.Contains("1 of 1 validation items"));
        Directory.Delete(Path.Combine(samples.Folder, "train"), recursive: true);
        samples.File("train/1.png", Png.Encode(Samples.RandomBytes(12, 9), 2, 2, 3));
        using var tested = Dataset.Open(samples.Folder, DataOptions.Default);
        Assert.Contains(tested.Notes, note => note.Contains("all 1 training items also lie in the test"));
        Assert.Equal((0, tested.Test.Count + 2), (tested.Train.Count, tested.All.Count));
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
