using System.Text;
using Likely.Data;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Data.Text;

public sealed class TextBaselinesTests
{
    static Baselines Of(Dataset data) => Baselines.Measure(data, data.Validation, threads: 1);

    [Fact]
    public void They_are_bits_a_byte_whatever_the_symbols_are()
    {
        using var samples = new Samples();
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 4000).Select(i => $"Süße {(i * 7919 % 100)} Äpfel; ")));
        using var bytes = Dataset.Open(samples.File("a.txt", text), DataOptions.Default);
        using var characters = Dataset.Open(samples.File("b.txt", text), new DataOptions { Tokens = TokenRule.Characters });
        var (one, other) = (Of(bytes), Of(characters));
        Assert.Equal(["uniform", "frequencies", "gzip", "trigram"], one.All.Select(baseline => baseline.Key));
        Assert.Equal(("bits/byte", 1.0, 8.0), (one.Unit, one.Dimensions, one.Uniform));
        Assert.Equal(one.All.Select(baseline => baseline.Bits), other.All.Select(baseline => baseline.Bits));
        Assert.InRange(other.Dimensions, 0.7, 0.9);
        Assert.Equal(other.Dimensions, other.Of(1));
        Assert.True(one["trigram"] < one["frequencies"] && one["frequencies"] < 8 && one["gzip"] < one["frequencies"]);
        Assert.Null(one["png"]);
    }

    [Fact]
    public void Frequencies_are_those_of_the_training_part()
    {
        using var samples = new Samples();
        var text = new byte[40_000];
        for (var i = 0; i < text.Length; i++) text[i] = (byte)(i % 4 == 0 ? 'a' : 'b');
        using var data = Dataset.Open(samples.File("a.txt", text), DataOptions.Default);
        var trained = data.Train.SpaceOf(0).Width;
        var (a, b) = ((trained / 4 + 0.5) / (trained + 128.0), (trained - trained / 4 + 0.5) / (trained + 128.0));
        Assert.Equal(-(ExactMath.Log(a) / 4 + 3 * ExactMath.Log(b) / 4) / Math.Log(2), Of(data)["frequencies"]!.Value, 1e-4);
        Assert.InRange(Of(data)["trigram"]!.Value, 0, 0.01);
        Assert.Empty(Of(data).Warnings);
        using var few = Dataset.Open(samples.File("b.txt", "aaaa"u8.ToArray()), DataOptions.Default);
        Assert.Equal(["there are only 4 bytes to train on", "all bytes of the training part are the same"], Of(few).Warnings);
        Assert.True(double.IsFinite(Of(few)["trigram"]!.Value));
    }

    [Fact]
    public void A_key_of_another_kind_of_data_is_refused_by_name()
    {
        using var samples = new Samples();
        var path = samples.File("a.txt", "prose"u8.ToArray());
        string Refusal(string source, params (string, string)[] settings) =>
            Assert.Throws<DataException>(() => Dataset.Open(source, DataOptions.Parse(settings.Select(setting => KeyValuePair.Create(setting.Item1, setting.Item2)))).Dispose()).Message;
        Assert.Equal($"flip is a key of images, and '{path}' is text; leave it out, or set as=image if that is what it is.", Refusal(path, ("flip", "true")));
        Assert.Equal($"size is a key of images, and '{path}' is bytes; leave it out.", Refusal(path, ("size", "2x2"), ("as", "bytes")));
        Assert.StartsWith("tokens is a key of text, bytes and pairs, and 'strokes' is images", Refusal("strokes", ("tokens", "characters")));
        var picture = samples.File("a.png", Png.Encode(new byte[6], 2, 3, 1));
        Assert.Contains("items is a key of sound, bags of words, text and bytes, and", Refusal(picture, ("items", "lines")));
        // Every key is somebody's, or everybody's.
        foreach (var key in Modality.All.SelectMany(modality => modality.Keys)) Assert.Contains(DataOptions.Keys, line => line.Name == key);
        using var data = Dataset.Open(path, DataOptions.Default);
        var words = data.Describe();
        foreach (var line in (string[])["symbols train 5", "tokens  bytes", "excerpt prose", "simple  uniform 8.0000", "there are only"]) Assert.Contains(line, words);
    }
}
