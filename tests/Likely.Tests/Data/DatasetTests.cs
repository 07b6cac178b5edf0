using Likely.Data;
using Xunit;
using Likely.Tensors;

namespace Likely.Tests.Data;

public sealed class DatasetTests
{
    static string Refusal(string path, DataOptions? options = null) =>
        Assert.Throws<DataException>(() => Dataset.Open(path, options ?? DataOptions.Default).Dispose()).Message;

    static byte[] Item(Split split, int index, ulong epoch = 0)
    {
        var symbols = new byte[split.SpaceOf(index).Dimensions];
        split.Read(index, symbols, epoch);
        return symbols;
    }

    [Fact]
    public void Idx_files_packed_or_not_give_the_same_items_and_labels()
    {
        using var samples = new Samples();
        var content = Samples.RandomBytes(40 * 6);
        samples.File("x-images-idx3-ubyte", Samples.Idx(content, 40, 2, 3));
        samples.File("x-labels-idx1-ubyte", Samples.Idx([.. Enumerable.Range(0, 40).Select(i => (byte)(i % 4))], 40));
        samples.File("y-images-idx3-ubyte.gz", Samples.Gzip(Samples.Idx(content, 40, 2, 3)));
        using var plain = Dataset.Open(Path.Combine(samples.Folder, "x-images-idx3-ubyte"), DataOptions.Default);
        using var packed = Dataset.Open(Path.Combine(samples.Folder, "y-images-idx3-ubyte.gz"), DataOptions.Default);
        Assert.Equal(Space.Image(2, 3, 1, 256), plain.Space);
        Assert.Equal(["0", "1", "2", "3"], plain.ClassNames);
        Assert.Empty(packed.ClassNames);
        Assert.Equal(40, plain.Train.Count + plain.Validation.Count + plain.Test.Count);
        Assert.Equal((plain.Train.Count, plain.Validation.Count, plain.Test.Count), (packed.Train.Count, packed.Validation.Count, packed.Test.Count));
        for (var i = 0; i < 40; i++)
        {
            Assert.Equal(content[(i * 6)..(i * 6 + 6)], Item(plain.All, i));
            Assert.Equal(Item(plain.All, i), Item(packed.All, i));
            Assert.Equal((i % 4, -1), (plain.All.Label(i), packed.All.Label(i)));
        }
    }

    [Fact]
    public void Damaged_idx_files_are_refused_by_name()
    {
        using var samples = new Samples();
        var good = Samples.Idx(new byte[12], 3, 2, 2);
        Assert.Contains("but has 27", Refusal(samples.File("cut-ubyte", good[..^1])));
        Assert.Contains("ends early", Refusal(samples.File("cut-ubyte.gz", Samples.Gzip(good[..^1]))));
        Assert.Contains("longer", Refusal(samples.File("long-ubyte.gz", Samples.Gzip([.. good, 0]))));
        Assert.Contains("header", Refusal(samples.File("wrong-ubyte", [1, 2, 3, 4, 5, 6, 7, 8, 9])));
        Assert.Contains("too short", Refusal(samples.File("bomb-ubyte.gz", Samples.Gzip(Samples.Idx([], 500_000, 28, 28)))));
        Assert.Contains("896 MiB", Refusal(samples.File("huge-ubyte.gz", Samples.Gzip(Samples.Idx(new byte[9 << 20], int.MaxValue, 28, 28)))));
        Assert.Contains("gzip", Refusal(samples.File("none-ubyte.gz", Samples.Gzip(good)[..9])));
        Assert.Contains("labels", Refusal(samples.File("one-ubyte", Samples.Idx([1, 2], 2))));
        samples.File("few-labels-idx1-ubyte", Samples.Idx([1], 1));
        Assert.Contains("do not belong together", Refusal(samples.File("few-images-idx3-ubyte", good)));
        Assert.Contains("CIFAR", Refusal(samples.File("odd.bin", new byte[3072])));
        Assert.Contains("label 11", Refusal(samples.File("label.bin", [11, .. new byte[3072]])));
        Assert.Contains("no file or folder", Refusal(Path.Combine(samples.Folder, "absent")));
        Assert.Contains("mnist", Refusal("absent-name"));
    }

    [Fact]
    public void Cifar_planes_become_pixels()
    {
        using var samples = new Samples();
        var record = Samples.RandomBytes(3073);
        record[0] = 6;
        using var data = Dataset.Open(samples.File("train.bin", record), DataOptions.Default);
        Assert.Equal(Space.Image(32, 32, 3, 256), data.Space);
        Assert.Equal("frog", data.ClassNames[data.Train.Label(0)]);
        var item = Item(data.Train, 0);
        for (var i = 0; i < 1024; i++)
            for (var c = 0; c < 3; c++) Assert.Equal(record[1 + c * 1024 + i], item[3 * i + c]);
    }

    [Fact]
    public void A_length_that_fits_both_kinds_of_Cifar_is_decided_by_labels_then_by_the_name_and_never_guessed()
    {
        using var samples = new Samples();
        byte[] ten = Samples.RandomBytes(3073 * 3074), hundred = Samples.RandomBytes(3073 * 3074, 1);
        for (var i = 0; i < 3074; i++) ten[i * 3073] %= 10;
        for (var i = 0; i < 3073; i++) (hundred[i * 3074], hundred[i * 3074 + 1]) = ((byte)(i % 20), (byte)(i % 100));
        (ten[0], ten[1]) = (3, 4); // the beginning of either fits both
        (hundred[0], hundred[1]) = (3, 4);
        int Classes(string name, byte[] bytes)
        {
            using var data = Dataset.Open(samples.File(name, bytes), DataOptions.Default);
            return data.ClassNames.Count;
        }
        Assert.Equal((10, 100), (Classes("a.bin", ten), Classes("b.bin", hundred)));
        var even = new byte[3073 * 3074];
        Assert.Contains("could be a CIFAR-10 or a CIFAR-100 file", Refusal(samples.File("c.bin", even)));
        Assert.Equal((10, 100), (Classes("cifar-10.bin", even), Classes("cifar-100-binary/train.bin", even)));
    }

    [Fact]
    public void Cifar_100_has_two_labels_and_the_fine_one_counts()
    {
        using var samples = new Samples();
        byte[] record = [11, 98, .. Samples.RandomBytes(3072)];
        var path = samples.File("cifar/train.bin", [.. record, 0, 0, .. Samples.RandomBytes(3072, 1)]);
        using var data = Dataset.Open(path, new DataOptions { Validation = 0 });
        Assert.Equal((2, Space.Image(32, 32, 3, 256), 100), (data.All.Count, data.Space, data.ClassNames.Count));
        Assert.Equal(["woman", "apple"], [data.ClassNames[data.All.Label(0)], data.ClassNames[data.All.Label(1)]]);
        var item = Item(data.All, 0);
        for (var i = 0; i < 1024; i++)
            for (var c = 0; c < 3; c++) Assert.Equal(record[2 + c * 1024 + i], item[3 * i + c]);
        Assert.Contains("label 100", Refusal(samples.File("label.bin", [.. record, 1, 100, .. new byte[3072]])));
    }

    [Fact]
    public void Npy_arrays_of_every_kind_are_read()
    {
        using var samples = new Samples();
        Space Open(string type, string shape, byte[] content, byte[] expected, int version = 1)
        {
            using var data = Dataset.Open(samples.File("a.npy", Samples.Npy(type, shape, content, version)), new DataOptions { Validation = 0 });
            Assert.Equal(expected, Item(data.Train, data.Train.Count - 1));
            return data.Space;
        }
        Assert.Equal(Space.Image(2, 2, 1, 256), Open("|u1", "2, 2, 2", [1, 2, 3, 4, 5, 6, 7, 8], [5, 6, 7, 8]));
        Assert.Equal(Space.Image(2, 1, 3, 256), Open("|u1", "1, 2, 1, 3", [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], 2));
        Assert.Equal(Space.Image(1, 3, 1, 2), Open("|u1", "1, 3", [0, 1, 1], [0, 1, 1], 3));
        Assert.Equal(Space.Image(1, 3, 1, 2), Open("|b1", "1, 3", [1, 0, 1], [1, 0, 1]));
        Assert.Equal(Space.Image(1, 3, 1, 256), Open("<f4", "1, 3", Samples.Floats(0, 0.5f, 1), [0, 128, 255]));
        Assert.Equal(Space.Image(1, 3, 1, 256), Open("<f4", "1, 3", Samples.Floats(0, 254.6f, 1), [0, 255, 1]));
        Assert.Equal(Space.Image(1, 2, 1, 2), Open("<f8", "1, 2", [.. BitConverter.GetBytes(1.0), .. BitConverter.GetBytes(0.0)], [1, 0]));
        Assert.Equal(Space.Image(1, 2, 1, 256), Open(">f4", "1, 2", [.. Samples.Floats(0.25f).Reverse(), .. Samples.Floats(1).Reverse()], [64, 255]));
    }

    [Fact]
    public void Npy_arrays_that_cannot_be_images_are_refused()
    {
        using var samples = new Samples();
        string Refused(byte[] file) => Refusal(samples.File("a.npy", file));
        Assert.Contains("NaN at [1, 0, 1]", Refused(Samples.Npy("<f4", "2, 1, 2", Samples.Floats(0, 1, 0, float.NaN))));
        Assert.Contains("-0.5 at [0, 1]", Refused(Samples.Npy("<f4", "1, 2", Samples.Floats(0, -0.5f))));
        Assert.Contains("300 at [0, 0]", Refused(Samples.Npy("<f4", "1, 1", Samples.Floats(300))));
        Assert.Contains("'<c8'", Refused(Samples.Npy("<c8", "2, 2", new byte[32])));
        Assert.Contains("an infinite number at [0, 1]", Refused(Samples.Npy("<f4", "1, 2", Samples.Floats(0, float.NegativeInfinity))));
        Assert.Contains("should have", Refused(Samples.Npy("|u1", "2, 2, 2", new byte[7])));
        Assert.Contains("should have", Refused(Samples.Npy("|u1", "2000000000, 20, 20", new byte[7])));
        Assert.Contains("shape (4)", Refused(Samples.Npy("|u1", "4,", new byte[4])));
        Assert.Contains("transpose", Refused(Samples.Npy("|u1", "1, 5, 4, 32", new byte[640])));
        Assert.Contains("signature", Refused([1, 2, 3]));
    }

    [Fact]
    public void Sub_folders_are_labels_in_ordinal_order()
    {
        using var samples = new Samples();
        foreach (var (name, value) in (IEnumerable<(string, int)>)[("b/1.png", 1), ("B/2.png", 2), ("a/3.png", 3), ("a/deep/4.png", 4), (".hidden/5.png", 5)])
            samples.File(name, Png.Encode([(byte)value, 0], 1, 2, 1));
        samples.File("c/note.txt", "no picture"u8.ToArray());
        using var data = Dataset.Open(samples.Folder, new DataOptions { Validation = 0 });
        Assert.Equal(["B", "a", "b"], data.ClassNames);
        Assert.Equal([0, 1, 1, 2], Enumerable.Range(0, 4).Select(data.Train.Label));
        Assert.Equal([2, 3, 4, 1], Enumerable.Range(0, 4).Select(i => (int)Item(data.Train, i)[0]));
        Assert.Equal("a/deep/4.png", data.Train.ItemName(2));
        Assert.Contains("3: B, a, b", data.Describe());
    }

    [Fact]
    public void Folders_named_for_splits_are_the_splits()
    {
        using var samples = new Samples();
        samples.File("train/x/1.png", Png.Encode([1], 1, 1, 1));
        samples.File("train/y/2.pgm", [.. "P5 1 1 255\n"u8, 2]);
        samples.File("val/y/3.png", Png.Encode([3], 1, 1, 1));
        samples.File("test/z/4.png", Png.Encode([4], 1, 1, 1));
        using var data = Dataset.Open(samples.Folder, DataOptions.Default);
        Assert.Equal((2, 1, 1), (data.Train.Count, data.Validation.Count, data.Test.Count));
        Assert.Equal(["x", "y", "z"], data.ClassNames);
        Assert.Equal((1, 2), (data.Validation.Label(0), data.Test.Label(0)));
        Assert.Equal(4, Item(data.Test, 0)[0]);
    }

    [Fact]
    public void Unequal_sizes_name_two_files_and_a_way_out()
    {
        using var samples = new Samples();
        samples.File("1.png", Png.Encode(new byte[12], 3, 4, 1));
        samples.File("2.png", Png.Encode(Samples.RandomBytes(60), 5, 4, 3));
        var message = Refusal(samples.Folder);
        Assert.Contains("1.png", message);
        Assert.Contains("2.png", message);
        Assert.Contains("crop=3x4", message);
        using var cropped = Dataset.Open(samples.Folder, new DataOptions { Crop = (3, 4), Validation = 0 });
        Assert.Equal(Space.Image(3, 4, 3, 256), cropped.Space);
        using var mixed = Dataset.Open(samples.Folder, new DataOptions { AnySize = true, Validation = 0 });
        Assert.Equal((3, 5), (mixed.All.SpaceOf(0).Height, mixed.All.SpaceOf(1).Height));
        Assert.Equal(60, Item(mixed.All, 1).Length);
        Assert.Contains("too few for crop", Refusal(samples.Folder, new DataOptions { Crop = (4, 4) }));
    }

    [Fact]
    public void Folders_without_pictures_and_false_pictures_are_refused()
    {
        using var samples = new Samples();
        Assert.Contains("no pictures", Refusal(samples.Folder));
        samples.File("odd.png", "hello"u8.ToArray());
        Assert.Contains("odd.png", Refusal(samples.Folder));
    }

    [Fact]
    public void Reading_from_many_threads_gives_the_same_symbols()
    {
        using var samples = new Samples();
        using var data = Dataset.Open(samples.File("x-ubyte", Samples.Idx(Samples.RandomBytes(64 * 35), 64, 5, 7)),
            new DataOptions { Binarize = Binarization.Dynamic, Size = (6, 4), Flip = true });
        var alone = Enumerable.Range(0, data.Train.Count).Select(i => Item(data.Train, i, 3)).ToArray();
        Parallel.For(0, 4 * alone.Length, i => Assert.Equal(alone[i % alone.Length], Item(data.Train, i % alone.Length, 3)));
    }
}
