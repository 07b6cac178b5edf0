using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Likely.Data;
using Xunit;
using Likely.Tensors;

namespace Likely.Tests.Data;

public sealed class RealDataTests
{
    [DataFact("mnist")]
    public void Mnist_has_its_usual_splits_mean_and_labels()
    {
        using var data = Dataset.Open("mnist", DataOptions.Default);
        Assert.Equal((50_000, 10_000, 10_000), (data.Train.Count, data.Validation.Count, data.Test.Count));
        using (var whole = Dataset.Open("mnist", new DataOptions { Validation = 0 })) Assert.Equal((60_000, 0, 10_000), (whole.Train.Count, whole.Validation.Count, whole.Test.Count));
        Assert.Equal(Space.Image(28, 28, 1, 256), data.Space);
        var counts = new int[10];
        long sum = 0;
        var symbols = new byte[784];
        foreach (var split in (Split[])[data.Train, data.Validation])
            for (var i = 0; i < split.Count; i++)
            {
                split.Read(i, symbols);
                foreach (var symbol in symbols) sum += symbol;
                counts[split.Label(i)]++;
            }
        Assert.Equal([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949], counts);
        Assert.Equal(0.1307, sum / (60_000.0 * 784 * 255), 4);
        Assert.Equal((5, 0, 7), (data.Train.Label(0), data.Train.Label(1), data.Test.Label(0)));
    }

    [DataFact("mnist")]
    public void Static_mnist_has_as_much_ink_as_grey_mnist()
    {
        using var data = Dataset.Open("mnist", new DataOptions { Binarize = Binarization.Static, Limit = 2000 });
        using var gray = Dataset.Open("mnist", new DataOptions { Limit = 2000 });
        double ones = 0, ink = 0;
        var symbols = new byte[784];
        for (var i = 0; i < data.Test.Count; i++)
        {
            data.Test.Read(i, symbols);
            foreach (var symbol in symbols) ones += symbol;
            gray.Test.Read(i, symbols);
            foreach (var symbol in symbols) ink += symbol / 255.0;
        }
        Assert.Equal((2000, 2000), (data.Train.Count, data.Test.Count));
        Assert.InRange(ones / ink, 0.995, 1.005);
    }

    // The published figures on static MNIST are those of this draw.
    [DataFact("mnist")]
    public void Static_mnist_is_one_draw_by_name_by_folder_by_file_and_in_another_format()
    {
        var options = new DataOptions { Binarize = Binarization.Static };
        using var known = Dataset.Open("mnist", options);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] symbols = new byte[784], others = new byte[784];
        for (var i = 0; i < known.All.Count; i++)
        {
            known.All.Read(i, symbols);
            hash.AppendData(symbols);
        }
        Assert.Equal("cc395ef69185b350a38f38070e34d1b69c1ffd8b9c1a89fffb917dd9643e25f5", Convert.ToHexStringLower(hash.GetHashAndReset()));

        void SameAs(string path, Split split)
        {
            using var data = Dataset.Open(path, options);
            Assert.Equal(split.Count, data.All.Count);
            for (var i = 0; i < split.Count; i += 7)
            {
                split.Read(i, symbols);
                data.All.Read(i, others);
                Assert.Equal(symbols, others);
            }
        }
        var folder = DataFactAttribute.PathOf("mnist");
        SameAs(folder, known.All);
        SameAs(Path.Combine(folder, "t10k-images-idx3-ubyte.gz"), known.Test);
        using var samples = new Samples();
        using var gray = Dataset.Open("mnist", DataOptions.Default);
        var floats = new float[10_000 * 784];
        for (var i = 0; i < 10_000; i++)
        {
            gray.Test.Read(i, symbols);
            for (var d = 0; d < 784; d++) floats[784 * i + d] = symbols[d] / 255f;
        }
        SameAs(samples.File("x_test.npy", Samples.Npy("<f4", "10000, 1, 28, 28", MemoryMarshal.AsBytes(floats.AsSpan()).ToArray())), known.Test);
    }

    [DataFact("cifar10")]
    public void Cifar10_is_read_with_its_labels()
    {
        using var data = Dataset.Open("cifar10", DataOptions.Default);
        Assert.Equal(Space.Image(32, 32, 3, 256), data.Space);
        Assert.Equal("frog", data.ClassNames[data.All.Label(0)]); // the well-known first training image
        Assert.Equal("cat", data.ClassNames[data.Test.Label(0)]);
        Assert.True(data.Train.Count > data.Validation.Count && data.Validation.Count > 0 && data.Test.Count > 0);
        var symbols = new byte[data.Space.Dimensions];
        data.All.Read(0, symbols);
        Assert.Equal([59, 62, 63], symbols[..3]);
    }

    [DataFact("olivetti", "frey", "bsds_gray", "kodak", "notmnist", "fashion_mnist")]
    public void The_other_known_sets_are_read()
    {
        using (var olivetti = Dataset.Open("olivetti", DataOptions.Default))
        {
            Assert.Equal((320, 40, 40, 40), (olivetti.Train.Count, olivetti.Validation.Count, olivetti.Test.Count, olivetti.ClassNames.Count));
            Assert.Equal((64, 64), (olivetti.Space.Height, olivetti.Space.Width));
            Assert.Equal(39, olivetti.All.Label(399));
        }
        using (var frey = Dataset.Open("frey", DataOptions.Default))
            Assert.Equal((1965, 28, 20), (frey.All.Count, frey.Space.Height, frey.Space.Width));
        using (var natural = Dataset.Open("bsds_gray", new DataOptions { Crop = (64, 64), Size = (16, 16) }))
            Assert.Equal((60, Space.Image(16, 16, 1, 256)), (natural.All.Count, natural.Space));
        using (var kodak = Dataset.Open(DataFactAttribute.PathOf("kodak"), new DataOptions { AnySize = true, Validation = 0 }))
            Assert.Equal((12, 3), (kodak.Train.Count, kodak.Space.Symbols));
        using (var letters = Dataset.Open("notmnist", DataOptions.Default))
            Assert.Equal((10_000, "J"), (letters.Test.Count, letters.ClassNames[9]));
        using var clothes = Dataset.Open("fashion_mnist", DataOptions.Default);
        Assert.Equal(1000, clothes.Test.Count);
    }
}
