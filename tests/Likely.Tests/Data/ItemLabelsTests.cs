using Likely.Data;
using Xunit;

namespace Likely.Tests.Data;

public sealed class ItemLabelsTests
{
    static (string Names, string Labels) Read(Samples samples, byte[] labels, int count, string images = "x.npy", string file = "x_labels.npy", DataOptions? options = null)
    {
        samples.File(images, Samples.Npy("|u1", $"{count}, 2, 2", new byte[4 * count]));
        samples.File(file, labels);
        using var data = Dataset.Open(Path.Combine(samples.Folder, images), (options ?? DataOptions.Default) with { Validation = 0 });
        return (string.Join(' ', data.ClassNames), string.Join(' ', Enumerable.Range(0, count).Select(i => data.All.Label(i) < 0 ? "-" : data.ClassNames[data.All.Label(i)])));
    }

    [Fact]
    public void Labels_of_every_type_are_the_numbers_that_occur()
    {
        using var samples = new Samples();
        void Check(byte[] labels, string names, string each) => Assert.Equal((names, each), Read(samples, labels, 3));
        Check(Samples.Npy("|u1", "3,", [26, 1, 2]), "1 2 26", "26 1 2");
        Check(Samples.Npy("|i1", "3,", [0xFF, 1, 0xFF]), "-1 1", "-1 1 -1");
        Check(Samples.Npy("|b1", "3,", [1, 0, 1]), "0 1", "1 0 1");
        Check(Samples.Npy("<i8", "3,", [.. ((long[])[5, 100_000_000_000, 7]).SelectMany(BitConverter.GetBytes)]), "5 7 100000000000", "5 100000000000 7");
        Check(Samples.Npy(">i4", "3, 1", [0, 0, 1, 0, 0, 0, 0, 9, 0, 0, 1, 0]), "9 256", "256 9 256");
        Check(Samples.Npy("<u2", "1, 3", [1, 0, 2, 0, 10, 0]), "1 2 10", "1 2 10");
        Check(Samples.Npy("<f4", "3, 1", Samples.Floats(3, 1, 3)), "1 3", "3 1 3");
        Check(Samples.Npy("<f8", "3,", [.. ((double[])[0, 26, 0]).SelectMany(BitConverter.GetBytes)], order: "True"), "0 26", "0 26 0");
        Check(Samples.Idx([9, 8, 9], 3), "8 9", "9 8 9");
        Check(Samples.Npy("<f4", "3,", Samples.Floats(7, float.NaN, 5)), "5 7", "7 - 5");
        Check(Samples.Gzip(Samples.Npy("|u1", "3,", [2, 1, 2])), "1 2", "2 1 2");
    }

    [Fact]
    public void What_is_no_label_for_each_item_is_refused()
    {
        using var samples = new Samples();
        string Refusal(byte[] labels) => Assert.Throws<DataException>(() => Read(samples, labels, 3)).Message;
        Assert.Contains("has 2 labels for 3 images; the two files do not belong together", Refusal(Samples.Npy("|u1", "2,", [1, 2])));
        Assert.Contains("4 labels for 3 images", Refusal(Samples.Npy("|u1", "4,", [1, 2, 3, 4])));
        Assert.Contains("argmax", Refusal(Samples.Npy("|u1", "3, 2", [1, 0, 0, 1, 1, 0])));
        Assert.Contains("1.5 at [1], which is no label", Refusal(Samples.Npy("<f4", "3,", Samples.Floats(1, 1.5f, 2))));
        Assert.Contains("Infinity at [2]", Refusal(Samples.Npy("<f4", "3,", Samples.Floats(1, 2, float.PositiveInfinity))));
        Assert.Contains("no array", Refusal([1, 2, 3]));
    }

    [Fact]
    public void Which_of_two_files_of_labels_was_taken_is_said()
    {
        using var samples = new Samples();
        samples.File("x.npy", Samples.Npy("|u1", "3, 2, 2", Samples.RandomBytes(12)));
        samples.File("y.npy", Samples.Npy("|u1", "3,", [1, 2, 3]));
        string[] Notes(string path)
        {
            using var data = Dataset.Open(path, new DataOptions { Validation = 0 });
            Assert.Equal(3, data.All.Count);
            return [.. data.Notes];
        }
        var images = Path.Combine(samples.Folder, "x.npy");
        Assert.Empty(Notes(images));
        samples.File("x_labels.npy", Samples.Npy("|u1", "3,", [7, 8, 7]));
        Assert.Equal("the labels are those of 'x_labels.npy', and not of 'y.npy'; move away what is not meant", Assert.Single(Notes(images)));
        Assert.Contains(Notes(samples.Folder), note => note.StartsWith("the labels are those of 'x_labels.npy'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("x.npy", "x_labels.npy")]
    [InlineData("x.npy", "x-labels.npy")]
    [InlineData("x.npy", "y.npy")]
    [InlineData("X_train.npy", "y_train.npy")]
    [InlineData("train_x.npy", "train_y.npy")]
    [InlineData("images.npy", "labels.npy")]
    [InlineData("test_images.npy", "test_labels.npy.gz")]
    [InlineData("emnist-letters-train-images-idx3-ubyte", "emnist-letters-train-labels-idx1-ubyte")]
    [InlineData("a-images.idx3", "a-labels.idx1")]
    [InlineData("a.idx", "a-labels.idx")]
    [InlineData("digits_data.npy", "digits_target.npy")]
    public void Labels_are_found_beside_images_by_the_names_in_use(string images, string labels)
    {
        using var samples = new Samples();
        var file = Samples.Npy("|u1", "3,", [26, 1, 2]);
        Assert.Equal("26 1 2", Read(samples, labels.EndsWith(".gz") ? Samples.Gzip(file) : file, 3, images, labels).Labels);
    }

    [Fact]
    public void In_a_folder_labels_that_do_not_fit_are_refused_and_not_dropped()
    {
        using var samples = new Samples();
        samples.File("pictures.npy", Samples.Npy("|u1", "3, 2, 2", new byte[12]));
        samples.File("person.npy", Samples.Npy("<i8", "3, 1", new byte[24]));
        Dataset Open() => Dataset.Open(samples.Folder, DataOptions.Default);
        using (var data = Open()) Assert.Equal(["0"], data.ClassNames);
        samples.File("age.npy", Samples.Npy("<i8", "3,", new byte[24]));
        Assert.Contains("call the labels 'pictures_labels.npy'", Assert.Throws<DataException>(() => Open().Dispose()).Message);
        File.Delete(Path.Combine(samples.Folder, "age.npy"));
        samples.File("person.npy", Samples.Npy("<i8", "4,", new byte[32]));
        Assert.Contains("4 labels for 3 images", Assert.Throws<DataException>(() => Open().Dispose()).Message);
    }

    [Fact]
    public void Arrays_of_parts_each_have_their_labels()
    {
        using var samples = new Samples();
        samples.File("x_train.npy", Samples.Npy("|u1", "3, 2, 2", Samples.RandomBytes(12)));
        samples.File("y_train.npy", Samples.Npy("<i8", "3,", [5, .. new byte[7], 3, .. new byte[7], 5, .. new byte[7]]));
        samples.File("x_test.npy", Samples.Npy("|u1", "2, 2, 2", Samples.RandomBytes(8, 1)));
        samples.File("y_test.npy", Samples.Npy("|u1", "2, 1", [4, 5]));
        samples.File("mean.npy", Samples.Npy("<f4", "4,", new byte[16]));
        using var data = Dataset.Open(samples.Folder, new DataOptions { Validation = 0 });
        Assert.Equal((3, 2), (data.Train.Count, data.Test.Count));
        Assert.Equal(["3", "4", "5"], data.ClassNames);
        Assert.Equal([2, 0, 2, 1, 2], [.. Enumerable.Range(0, 3).Select(data.Train.Label), .. Enumerable.Range(0, 2).Select(data.Test.Label)]);
        Assert.Contains(data.Notes, note => note.Contains("left out: 1 array (mean.npy)"));
    }

    [Fact]
    public void Parts_with_other_labels_share_one_list_of_classes()
    {
        using var samples = new Samples();
        void Write(string part, params byte[] labels)
        {
            samples.File($"{part}-images-idx3-ubyte", Samples.Idx(Samples.RandomBytes(4 * labels.Length, (ulong)part.Length), labels.Length, 2, 2));
            samples.File($"{part}-labels-idx1-ubyte", Samples.Idx(labels, labels.Length));
        }
        Write("train", 2, 10, 2);
        Write("t10k", 1, 10);
        using var data = Dataset.Open(samples.Folder, new DataOptions { Validation = 0 });
        Assert.Equal(["1", "2", "10"], data.ClassNames);
        Assert.Equal([1, 2, 1, 0, 2], Enumerable.Range(0, 5).Select(data.All.Label));
        Assert.Equal([0, 2], Enumerable.Range(0, 2).Select(data.Test.Label));
    }

    [Fact]
    public void Labels_are_counted_as_the_model_counts_them_if_it_knows_them_all()
    {
        using var samples = new Samples();
        var labels = Samples.Npy("|u1", "3,", [26, 1, 2]);
        // A model from before counted a class 0 that did not occur.
        string[] old = [.. Enumerable.Range(0, 27).Select(i => $"{i}")];
        Assert.Equal((string.Join(' ', old), "26 1 2"), Read(samples, labels, 3, options: new DataOptions { ModelClasses = old }));
        Assert.Equal(("1 2 26", "26 1 2"), Read(samples, labels, 3, options: new DataOptions { ModelClasses = ["1", "2"] }));
        string[] letters = [.. Enumerable.Range('a', 27).Select(c => $"{(char)c}")];
        Assert.Equal("{ b c", Read(samples, labels, 3, options: new DataOptions { ModelClasses = letters }).Labels);
    }

    [Fact]
    public void A_class_is_meant_by_its_name_and_by_a_number_only_if_no_name_is_one()
    {
        string[] numbered = ["1", "10", "11", "2"], named = ["cat", "dog"];
        Assert.Equal([0, 3, 2, -1, -1, -1], new[] { "1", "2", "11", "0", "3", "cat" }.Select(text => ClassNames.IndexOf(numbered, text)));
        Assert.Equal([1, 0, 1, -1, -1, -1], new[] { "dog", "0", "1", "2", "-1", "+1" }.Select(text => ClassNames.IndexOf(named, text)));
        Assert.Equal(-1, ClassNames.IndexOf(["cat", "7"], "0"));
    }
}
