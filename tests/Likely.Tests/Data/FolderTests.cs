using Likely.Data;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Data;

/// <summary>What a folder means: its parts, its labels, and what strayed in.</summary>
public sealed class FolderTests : IDisposable
{
    readonly Samples _samples = new();

    public void Dispose() => _samples.Dispose();

    void Picture(string name) => _samples.File(name, Png.Encode(Samples.RandomBytes(12, Philox.Hash(name)), 2, 2, 3));

    void Pictures(string prefix, int count)
    {
        for (var i = 0; i < count; i++) Picture($"{prefix}{i:000}.png");
    }

    Dataset Open(params (string Key, string Value)[] settings) => Dataset.Open(_samples.Folder, DataOptions.Parse(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value))));

    string Refusal() => Assert.Throws<DataException>(() => Open().Dispose()).Message;

    static string[] Names(Split split) => [.. Enumerable.Range(0, split.Count).Select(split.ItemName)];

    [Theory]
    [InlineData("train/", "test/", "val/")]
    [InlineData("training_set/", "test_set/", "validation set/")]
    [InlineData("TrainImages/", "TestImages/", "ValImages/")]
    [InlineData("pets-train-", "pets-test-", "pets-dev-")]
    [InlineData("a/deep/train/", "a/test/", "b/val2017/")]
    [InlineData("", "my_test/", "validation/")]
    [InlineData("cats_train/", "cats_test/", "cats_val/")]
    [InlineData("faces-training/", "test/", "faces-val/")]
    public void What_is_called_test_or_validation_never_trains(string train, string test, string validation)
    {
        Pictures(train, 40);
        Pictures(test, 9);
        Pictures(validation, 7);
        using var data = Open();
        Assert.Equal((40, 7, 9), (data.Train.Count, data.Validation.Count, data.Test.Count));
        Assert.All(Names(data.Test), name => Assert.StartsWith(test, name, StringComparison.Ordinal));
        Assert.Contains("parts by their names: train 40, validation 7, test 9", data.Notes[0]);
        if (train.Length == 0) return; // then sub-folders without a meaning are left out beside the pictures
        using var ignored = Open(("parts", "none"));
        Assert.Equal(56, ignored.All.Count);
        Assert.Empty(ignored.Notes);
    }

    [Fact]
    public void Test_files_of_arrays_never_train()
    {
        byte[] record = [3, .. Samples.RandomBytes(3072)], other = [4, .. Samples.RandomBytes(3072, 1)];
        _samples.File("cifar-train-batch.bin", [.. record, .. record, .. record]);
        _samples.File("cifar-test-batch.bin", other);
        using (var cifar = Open()) Assert.Equal((3, 1), (cifar.Train.Count + cifar.Validation.Count, cifar.Test.Count));
        foreach (var file in Directory.GetFiles(_samples.Folder)) File.Delete(file);
        _samples.File("emnist-letters-train-images-idx3-ubyte", Samples.Idx(Samples.RandomBytes(400), 100, 2, 2));
        _samples.File("emnist-letters-train-labels-idx1-ubyte", Samples.Idx([.. Enumerable.Range(0, 100).Select(i => (byte)(i % 3))], 100));
        _samples.File("emnist-letters-test-images-idx3-ubyte.gz", Samples.Gzip(Samples.Idx(Samples.RandomBytes(40, 1), 10, 2, 2)));
        using (var letters = Open())
        {
            Assert.Equal((100, 10), (letters.Train.Count + letters.Validation.Count, letters.Test.Count));
            Assert.StartsWith("emnist-letters-test", letters.Test.ItemName(0), StringComparison.Ordinal);
        }
        using var all = Open(("parts", "none"));
        Assert.Equal(110, all.Train.Count + all.Validation.Count + all.Test.Count);
    }

    [Fact]
    public void The_outermost_name_decides_the_part_and_the_first_other_folder_the_label()
    {
        Pictures("train/test_tube/", 5);
        Pictures("train/flask/", 5);
        Pictures("test/test_tube/", 4);
        Pictures("test/flask/train-of-thought/", 4);
        Pictures("burner_val/", 3);
        using var data = Open();
        Assert.Equal((10, 3, 8), (data.Train.Count, data.Validation.Count, data.Test.Count));
        Assert.Equal(["burner", "flask", "test_tube"], data.ClassNames);
        Assert.Equal([1, 1, 1, 1, 2, 2, 2, 2], Enumerable.Range(0, 8).Select(data.Test.Label).Order());
        Assert.Equal(0, data.Validation.Label(0));
    }

    [Fact]
    public void What_strays_among_pictures_does_not_displace_them_and_is_named_once()
    {
        Pictures("", 12);
        _samples.File("weights.npy", Samples.Npy("|u1", "500, 28, 28", new byte[500 * 784]));
        _samples.File("record.bin", [1, .. new byte[3072]]);
        _samples.File("Thumbs.db", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);
        _samples.File("x-images-idx3-ubyte", Samples.Idx(new byte[400], 100, 2, 2));
        _samples.File("notes.txt", "about these"u8.ToArray());
        _samples.File(".DS_Store", [1, 2, 3]);
        using var data = Open();
        Assert.Equal((12, 3), (data.All.Count, data.Space.Symbols));
        Assert.Equal("left out: 5 other files (Thumbs.db, notes.txt, record.bin, ...)", Assert.Single(data.Notes));
    }

    [Fact]
    public void Pictures_that_stray_among_arrays_or_labelled_folders_do_not_displace_them()
    {
        _samples.File("faces.npy", Samples.Npy("|u1", "20, 2, 2", Samples.RandomBytes(80)));
        _samples.File("person.npy", Samples.Npy("|u1", "20,", [.. Enumerable.Range(0, 20).Select(i => (byte)(i % 2))]));
        Picture("preview.png");
        using (var faces = Open())
        {
            Assert.Equal((20, 2), (faces.All.Count, faces.ClassNames.Count));
            Assert.Contains("1 other file (preview.png)", Assert.Single(faces.Notes));
        }
        Picture("second.png");
        Assert.Contains("2 pictures (preview.png, second.png) and 2 NumPy arrays (faces.npy, person.npy), and nothing says which are the data", Refusal());
        Pictures("a/", 3);
        Pictures("b/", 3);
        using var labelled = Open();
        Assert.Equal((6, 2), (labelled.All.Count, labelled.ClassNames.Count));
        Assert.Contains("left out: 2 pictures (preview.png, second.png) beside the sub-folders", labelled.Notes[0]);
        Assert.Contains("each counts in the folder of its label, such as LABEL/preview.png", labelled.Notes[0]);
        Pictures("", 10);
        using var plain = Open();
        Assert.Equal((12, 0), (plain.All.Count, plain.ClassNames.Count));
        Assert.Contains("left out: 6 pictures (a/000.png, a/001.png, a/002.png, ...) in sub-folders", plain.Notes[0]);
    }

    [Fact]
    public void Pictures_of_a_part_without_labels_are_told_where_they_would_have_one()
    {
        Pictures("a/", 8);
        Pictures("b/", 8);
        Pictures("test_set/", 4);
        using (var data = Open()) Assert.Contains(data.Notes, note => note.Contains("4 pictures") && note.EndsWith("such as test_set/LABEL/000.png", StringComparison.Ordinal));
        Directory.CreateDirectory(Path.Combine(_samples.Folder, "test_set/b"));
        foreach (var file in Directory.GetFiles(Path.Combine(_samples.Folder, "test_set"))) File.Move(file, file.Replace("test_set", "test_set/b"));
        using var labelled = Open();
        Assert.Equal((4, 20), (labelled.Test.Count, labelled.All.Count));
    }

    [Fact]
    public void Grey_pictures_among_coloured_ones_are_counted()
    {
        Pictures("", 5);
        for (var i = 0; i < 3; i++) _samples.File($"grey{i}.png", Png.Encode(Samples.RandomBytes(4, (ulong)i), 2, 2, 1));
        using (var mixed = Open())
            Assert.Equal((3, "3 of 8 pictures, such as 'grey0.png', are grey among coloured ones, and get three equal channels; gray=true makes all grey"), (mixed.Space.Symbols, Assert.Single(mixed.Notes)));
        using var grey = Open(("gray", "true"));
        Assert.Empty(grey.Notes);
    }

    [Fact]
    public void Why_nothing_is_left_to_train_on_is_known()
    {
        Pictures("test-", 6);
        using (var data = Open()) Assert.Equal(["parts by their names: train 0, validation 0, test 6 (parts=none ignores names)"], data.PartNotes);
        foreach (var file in Directory.GetFiles(_samples.Folder)) File.Copy(file, file.Replace("test-", "train-"));
        using var twins = Open();
        Assert.Equal(0, twins.Train.Count);
        Assert.Equal("all 6 training items also lie in the test or validation part, and are not trained on", twins.PartNotes[1]);
    }

    [Fact]
    public void Pictures_that_are_held_out_have_no_say_in_whether_labels_are_meant()
    {
        Pictures("cat/", 20);
        Pictures("contest/", 20);
        foreach (var part in (string[])["Test/", "test set/", "eval/"]) Pictures(part, 20);
        using (var data = Open())
        {
            Assert.Equal(["cat", "contest"], data.ClassNames);
            Assert.Equal(40, data.All.Count);
            Assert.Contains("left out: 60 pictures (Test/000.png, Test/001.png, Test/002.png, ...) beside the sub-folders", data.Notes[0]);
        }
        Pictures("", 41);
        using var plain = Open();
        Assert.Equal((101, 60, 0), (plain.All.Count, plain.Test.Count, plain.ClassNames.Count));
    }

    [Fact]
    public void What_a_training_wrote_is_no_part_of_the_data_and_named_once()
    {
        Pictures("cat/", 12);
        Pictures("dog/", 12);
        Pictures("marathon.run/", 2); // a folder of a person, whatever it is called
        Pictures("m.run/samples-", 3);
        _samples.File("m.run/metrics.jsonl", "{}"u8.ToArray());
        Pictures("runs/drawn", 3);
        using (var both = Open()) Assert.Equal(["cat", "dog", "marathon.run", "runs"], both.ClassNames);
        _samples.File("runs/m.likely", [1]);
        using var data = Open();
        Assert.Equal(["cat", "dog", "marathon.run"], data.ClassNames);
        Assert.Equal("left out, as a training wrote what is in there: 2 folders (m.run, runs)", Assert.Single(data.Notes));
        foreach (var folder in (string[])["cat", "dog", "marathon.run"]) Directory.Delete(Path.Combine(_samples.Folder, folder), recursive: true);
        Assert.Contains("has no pictures but 2 folders (m.run, runs) that a training wrote", Refusal());
    }

    [Fact]
    public void Content_decides_what_is_a_picture_and_a_false_one_is_refused_by_name()
    {
        Pictures("", 3);
        File.Move(Path.Combine(_samples.Folder, "000.png"), Path.Combine(_samples.Folder, "scan"));
        File.Move(Path.Combine(_samples.Folder, "001.png"), Path.Combine(_samples.Folder, "photo.jpg"));
        using (var data = Open()) Assert.Equal(["002.png", "photo.jpg", "scan"], Names(data.All));
        _samples.File("false.jpg", "once upon a time"u8.ToArray());
        Assert.Contains("false.jpg' is text", Refusal());
    }

    [Fact]
    public void A_folder_without_pictures_says_what_it_holds()
    {
        _samples.File("notes.zip", "PK\x3\x4"u8.ToArray());
        Assert.Contains("has no pictures but 1 other file (notes.zip)", Refusal());
    }

    [UnixFact]
    public void Links_to_folders_are_not_followed_and_what_is_no_file_is_not_opened()
    {
        Pictures("real/", 3);
        Directory.CreateDirectory(Path.Combine(_samples.Folder, "real/deeper"));
        Directory.CreateSymbolicLink(Path.Combine(_samples.Folder, "real/deeper/loop"), _samples.Folder);
        Directory.CreateSymbolicLink(Path.Combine(_samples.Folder, "again"), Path.Combine(_samples.Folder, "real"));
        File.CreateSymbolicLink(Path.Combine(_samples.Folder, "real/linked.png"), Path.Combine(_samples.Folder, "real/000.png"));
        File.CreateSymbolicLink(Path.Combine(_samples.Folder, "real/broken.png"), Path.Combine(_samples.Folder, "nowhere.png"));
        File.CreateSymbolicLink(Path.Combine(_samples.Folder, "real/circle.png"), Path.Combine(_samples.Folder, "real/circle.png"));
        File.CreateSymbolicLink(Path.Combine(_samples.Folder, "real/device.png"), "/dev/zero");
        using (var pipe = System.Diagnostics.Process.Start("mkfifo", Path.Combine(_samples.Folder, "real/pipe.png"))) pipe.WaitForExit();
        using var data = Open();
        Assert.Equal(4, data.All.Count);
        Assert.Contains(data.Notes, note => note.Contains("4 other files (real/broken.png, real/circle.png, real/device.png, ...)"));
        Assert.Contains(data.Notes, note => note.Contains("links to folders are not followed: 2 links (again, real/deeper/loop)"));
        // A link that is named is what was meant.
        using var named = Dataset.Open(Path.Combine(_samples.Folder, "again"), DataOptions.Default);
        Assert.Equal(4, named.All.Count);
    }

    void Deep(string name, int most)
    {
        byte[] png = Samples.Png(4, 4, 16, 0, false, (i, j, _) => (4 * i + j) * most / 15), rows = [.. Enumerable.Range(0, 16).SelectMany(i => (byte[])[(byte)(i * most / 15 >> 8), (byte)(i * most / 15)])];
        _samples.File(name, name.EndsWith(".png", StringComparison.Ordinal) ? png : [.. "P5 4 4 65535\n"u8, .. rows]);
    }

    byte[] Symbols(int index, params (string Key, string Value)[] settings)
    {
        using var data = Open(settings);
        var symbols = new byte[data.Space.Dimensions];
        data.All.Read(index, symbols);
        return symbols;
    }

    [Fact]
    public void Samples_of_16_bits_have_the_whole_range_or_the_one_that_is_set()
    {
        Deep("a.png", 65535);
        Deep("b.pgm", 60000);
        Deep("c.png", 4095);
        using (var data = Open())
        {
            Assert.Contains("3 of 3 pictures, such as 'a.png', have samples of 16 bits, taken as range=0:65535", data.Notes);
            Assert.Contains("range=0:65535", data.Preprocessing);
            using var dark = Dataset.Open(Path.Combine(_samples.Folder, "c.png"), DataOptions.FromCanonical(data.Preprocessing)); // the scale of a model holds for what it scores
            Assert.Empty(dark.Notes);
        }
        Assert.Equal((255, 15), (Symbols(0)[15], Symbols(2)[15]));
        Assert.Equal(Symbols(0), Symbols(0, ("range", "0:65535")));
        Assert.Contains("'a.png' has a value of 4369, outside range=0:4095", Assert.Throws<DataException>(() => Symbols(0, ("range", "0:4095"), ("validation", "0"))).Message.Replace(_samples.Folder + "/", ""));

        File.Delete(Path.Combine(_samples.Folder, "a.png"));
        File.Delete(Path.Combine(_samples.Folder, "b.pgm"));
        Assert.Contains("'c.png' has samples of 16 bits, but none above 4095: set range=0:4095 if that is white, or range=0:65535", Refusal());
        Deep("d.pgm", 4095);
        Assert.Contains("'c.png' and 1 other pictures have samples", Refusal());
        var bright = Symbols(0, ("range", "0:4095"));
        Assert.Equal((0, 255), (bright[0], bright[15]));
        Assert.Equal(bright, Symbols(1, ("range", "0:4095")));
        Assert.Equal(15, Symbols(0, ("range", "0:65535"))[15]);
        foreach (var (most, range) in (IEnumerable<(int, string)>)[(255, "0:255"), (256, "0:1023"), (1023, "0:1023"), (1024, "0:4095"), (4096, "0:16383"), (16383, "0:16383")])
        {
            Deep("c.png", most);
            Deep("d.pgm", most);
            Assert.Contains($"set range={range} if", Refusal());
            Assert.Equal(0, Symbols(0, ("range", range))[0]);
        }
    }
}
