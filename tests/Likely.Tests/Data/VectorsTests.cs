using System.Text;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Data;

/// <summary>Rows of real numbers, of every width and order in which they are stored.</summary>
public sealed class VectorsTests : IDisposable
{
    readonly Samples _samples = new();

    public void Dispose() => _samples.Dispose();

    static readonly DataOptions AsVectors = new() { As = Modality.Vectors };

    static string Refusal(string path, DataOptions? options = null) => Assert.Throws<DataException>(() => Dataset.Open(path, options ?? AsVectors).Dispose()).Message;

    static double Number(int row, int column) => (row * 7 + column * 3) % 11 - 4.5;

    // 6 rows of 5 columns.
    byte[] Array(string type, bool fortran)
    {
        var raw = new List<byte>();
        for (var i = 0; i < 30; i++)
        {
            var value = fortran ? Number(i % 6, i / 6) : Number(i / 5, i % 5);
            byte[] bytes = type[1..] switch { "f2" => BitConverter.GetBytes((Half)value), "f4" => BitConverter.GetBytes((float)value), _ => BitConverter.GetBytes(value) };
            raw.AddRange(type[0] == '>' ? bytes.Reverse() : bytes);
        }
        return Samples.Npy(type, "6, 5", [.. raw], order: fortran ? "True" : "False");
    }

    [Theory]
    [InlineData("<f2")]
    [InlineData(">f2")]
    [InlineData("<f4")]
    [InlineData(">f4")]
    [InlineData("<f8")]
    [InlineData(">f8")]
    public void Every_width_and_order_gives_the_same_rows(string type)
    {
        foreach (var fortran in (bool[])[false, true])
        {
            using var data = Dataset.Open(_samples.File($"x-{fortran}.npy", Array(type, fortran)), AsVectors);
            Assert.Equal((Modality.Vectors, 6, new Extent(1, 1, 5)), (data.Modality, data.All.Count, data.Space.Extent));
            var row = new float[5];
            var part = new float[2];
            for (var i = 0; i < 6; i++)
            {
                data.All.ReadValues(i, 0, row);
                Assert.Equal(Enumerable.Range(0, 5).Select(column => (float)Number(i, column)), row);
                data.All.ReadValues(i, 3, part);
                Assert.Equal(row[3..], part);
            }
            Assert.Throws<ArgumentException>(() => data.All.ReadValues(0, 4, part));
            Assert.Throws<ArgumentException>(() => data.All.ReadValues(0, -1, part));
            Assert.Equal("hold_out=content as=vectors", data.Preprocessing);
            Assert.Equal(6, data.Train.Count + data.Validation.Count + data.Test.Count);
        }
    }

    [Fact]
    public void They_are_described_and_shown()
    {
        float[] values = [1, 2, 3, 4, float.NaN, float.PositiveInfinity, -2, 0];
        using var data = Dataset.Open(_samples.File("x.npy", Samples.Npy("<f4", "4, 2", Samples.Floats(values))), new DataOptions { As = Modality.Vectors, Validation = 0 });
        var words = data.Describe();
        Assert.Contains("shape   4 rows of 2 columns", words);
        Assert.Contains("values  range -2 to 4, mean 1.33333, deviation 1.97203, NaN 1, infinite 1", words);
        Assert.Contains("float32 of shape (4, 2)", words);
        Assert.Equal("1,2\n3,4\nNaN,Infinity\n-2,0\n", Encoding.UTF8.GetString(data.Modality.Preview(data.All, null).Content).Replace("\u221E", "Infinity"));
        using var same = Dataset.Open(_samples.File("y.npy", Samples.Npy("<f4", "4, 2", Samples.Floats(values))), AsVectors);
        Assert.Equal(data.Fingerprint, same.Fingerprint);
        Assert.Equal(4, data.All.CountIn(same.All));
    }

    [Fact]
    public void Labels_lie_beside_and_equal_rows_stay_together()
    {
        var rows = Enumerable.Range(0, 400).SelectMany(i => new float[] { i % 150, 0.5f }).ToArray();
        _samples.File("x.npy", Samples.Npy("<f4", "400, 2", Samples.Floats(rows)));
        _samples.File("x_labels.npy", Samples.Npy("|u1", "400,", [.. Enumerable.Range(0, 400).Select(i => (byte)(i % 3))]));
        using var data = Dataset.Open(Path.Combine(_samples.Folder, "x.npy"), AsVectors);
        Assert.Equal(["0", "1", "2"], data.ClassNames);
        Assert.Equal(2, data.All.Label(5));
        HashSet<float> Of(Split split)
        {
            var value = new float[1];
            return [.. Enumerable.Range(0, split.Count).Select(i =>
            {
                split.ReadValues(i, 0, value);
                return value[0];
            })];
        }
        HashSet<float> train = Of(data.Train), validation = Of(data.Validation), test = Of(data.Test);
        Assert.True(validation.Count > 0 && test.Count > 0);
        Assert.False(train.Overlaps(validation) || train.Overlaps(test) || validation.Overlaps(test));
    }

    [Fact]
    public void What_is_none_is_refused_and_so_is_a_model_of_them()
    {
        Assert.Contains("has shape (2, 2, 2)", Refusal(_samples.File("cube.npy", Samples.Npy("<f4", "2, 2, 2", Samples.Floats(1, 2, 3, 4, 5, 6, 7, 8)))));
        Assert.Contains("is text, and no table: vectors are the rows of an array", Refusal(_samples.File("x.csv", "prose\nof lines\n"u8.ToArray())));
        Assert.Contains("is a folder", Refusal(_samples.Folder));
        var path = _samples.File("x.npy", Samples.Npy("<f4", "4, 9", Samples.Floats([.. Enumerable.Range(0, 36).Select(i => i * 0.7f - 9)])));
        // Without a word they are pictures, or refused as such, with the way out.
        Assert.EndsWith("or as=vectors if its rows are no pictures.", Refusal(path, DataOptions.Default));
        Assert.Contains("flip is a key of images", Refusal(path, AsVectors with { Flip = true }));
        Assert.Contains("the model is one of symbols", Refusal(path, AsVectors with { ModelLevels = 2 }));
        using var data = Dataset.Open(path, AsVectors);
        const string words = "holds rows of real numbers, and no density of symbols takes those";
        Assert.Contains(words, Assert.Throws<DataException>(() => new Trainer(new NadeConfig(), data, new TrainingOptions { Steps = 1 })).Message);
        Assert.Contains(words, Assert.Throws<DataException>(() => TrainingForecast.Measure(new NadeConfig(), data, new TrainingOptions { Steps = 1 })).Message);
        Assert.Contains("no model yet", Assert.Throws<DataException>(() => data.All.Read(0, new int[9])).Message);
        using var pictures = Dataset.Open(_samples.File("p.npy", Samples.Npy("|u1", "4, 9", Samples.RandomBytes(36))), DataOptions.Default);
        Assert.Equal(Modality.Image, pictures.Modality);
        Assert.Throws<NotSupportedException>(() => pictures.All.ReadValues(0, 0, new float[1]));
    }
}
