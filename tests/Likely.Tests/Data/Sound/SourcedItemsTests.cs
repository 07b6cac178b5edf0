using System.Text;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Data.Sound;

/// <summary>Sounds that are given the bytes of the files beside them: which those are, what they are part of, and what is refused.</summary>
public sealed class SourcedItemsTests
{
    static DataOptions With(params string[] settings) => DataOptions.Parse(settings.Select(setting => KeyValuePair.Create(setting.Split('=')[0], setting.Split('=', 2)[1])));

    static byte[] Clip(int length, int shift = 0) => WavFiles.Of(WavFiles.Shorts([.. Enumerable.Range(0, length).Select(i => (i * 37 + shift) % 30_000 - 15_000)]));

    static Samples Twelve(string ending = "txt", string end = "")
    {
        var samples = new Samples();
        for (var i = 0; i < 12; i++)
        {
            samples.File($"{i:00}.wav", Clip(400 + 10 * i, i));
            samples.File($"{i:00}.{ending}", Encoding.Latin1.GetBytes(new string((char)('a' + i), 40 + i) + end));
        }
        return samples;
    }

    static string Refusal(string path, params string[] settings) => Assert.Throws<DataException>(() => Dataset.Open(path, With(settings)).Dispose()).Message;

    [Fact]
    public void Each_sound_is_given_the_bytes_beside_it_and_stays_where_it_was()
    {
        using var samples = Twelve("frames1", "\r\n");
        samples.File("notes.txt", "no sound"u8.ToArray());
        for (var i = 0; i < 20; i++) samples.File($"more{i}.txt", "more text than sound"u8.ToArray());
        using var plain = Dataset.Open(samples.Folder, With("as=audio"));
        using var data = Dataset.Open(samples.Folder, With("beside=frames1"));
        Assert.Equal((Modality.Audio, 12), (data.Modality, data.All.Count));
        Assert.Equal(plain.Space with { Source = 51 }, data.Space);
        Assert.Equal(256, data.Space.SourceLevels);
        Assert.Equal("levels=mulaw hold_out=content as=audio rate=8000 beside=frames1", data.Preprocessing);
        Assert.Contains("beside=frames1", data.Effects);
        for (var i = 0; i < 12; i++)
        {
            Assert.Equal([.. Enumerable.Repeat('a' + i, 40 + i)], data.All.Source(i));
            var (one, other) = (new int[400 + 10 * i], new int[400 + 10 * i]);
            data.All.Read(i, one);
            plain.All.Read(i, other);
            Assert.Equal(other, one);
            Assert.Equal(51, data.All.SpaceOf(i).Source);
            Assert.NotEqual(plain.All.ContentOf(i), data.All.ContentOf(i));
        }
        string[] Names(Split split) => [.. Enumerable.Range(0, split.Count).Select(split.ItemName)];
        Assert.Equal(Names(plain.Test), Names(data.Test));
        Assert.Equal(Names(plain.Validation), Names(data.Validation));
        Assert.Contains(data.Notes, note => note.StartsWith("left out: 21 other files", StringComparison.Ordinal));
        Assert.Contains("12 of 40 to 51 symbols", data.Describe());
        Assert.DoesNotContain("before or behind", data.Describe());
        using var alone = Dataset.Open(Path.Combine(samples.Folder, "03.wav"), data.Options);
        Assert.Equal((1, 43), (alone.All.Count, alone.All.Source(0).Length));
    }

    [Fact]
    public void What_lies_beside_is_part_of_what_the_data_are_and_of_no_likeness_of_sounds()
    {
        using var samples = Twelve();
        using var data = Dataset.Open(samples.Folder, With("beside=txt"));
        var (fingerprint, content, sketch) = (data.Fingerprint, data.All.ContentOf(3), data.All.Sketch());
        samples.File("03.txt", "another"u8.ToArray());
        using var other = Dataset.Open(samples.Folder, With("beside=txt"));
        Assert.NotEqual(fingerprint, other.Fingerprint);
        Assert.NotEqual(content, other.All.ContentOf(3));
        Assert.Equal((12, 12), other.All.Compare(sketch));
        Assert.Contains("1 of 12 sounds end more than two symbols before or behind", other.Describe());
    }

    [Fact]
    public void What_is_missing_empty_long_or_no_ending_is_refused_in_a_sentence()
    {
        using var samples = Twelve();
        File.Delete(Path.Combine(samples.Folder, "05.txt"));
        Assert.Contains("05.txt' beside '", Refusal(samples.Folder, "beside=txt"));
        samples.File("05.txt", "\n"u8.ToArray());
        Assert.Contains("05.txt' is empty", Refusal(samples.Folder, "beside=txt"));
        samples.File("05.txt", []);
        Assert.Contains("05.txt' is empty", Refusal(samples.Folder, "beside=txt"));
        samples.File("05.txt", new byte[Space.LongestSource + 1]);
        Assert.Contains($"05.txt' has {Space.LongestSource + 1} symbols", Refusal(samples.Folder, "beside=txt"));
        samples.File("05.txt", new byte[Space.LongestSource + 100]);
        Assert.Contains("05.txt' has", Refusal(samples.Folder, "beside=txt"));
        File.Delete(Path.Combine(samples.Folder, "05.txt"));
        Directory.CreateDirectory(Path.Combine(samples.Folder, "05.txt"));
        Assert.Contains("05.txt", Refusal(samples.Folder, "beside=txt"));
        Assert.Contains("has no audio that does not end with .wav", Refusal(samples.Folder, "as=audio", "beside=wav"));
        Assert.Contains("is the ending of", Refusal(Path.Combine(samples.Folder, "00.wav"), "beside=wav"));
        foreach (var ending in (string[])["../txt", "a/b", ".txt", "", "abcdefghijklmnopq", "t t"]) Assert.Contains("is not allowed", Refusal(samples.Folder, $"beside={ending}"));
        Assert.Contains("contradict each other", Refusal(samples.Folder, "beside=txt", "items=stream"));
        Assert.Contains("beside is a key of sound", Refusal(Path.Combine(samples.Folder, "00.txt"), "beside=txt"));
    }

    [Fact]
    public void A_source_lasts_as_long_as_its_model_says_or_as_the_longest_do()
    {
        var space = Space.Sequence(10_504, 256, AlphabetScale.Ordinal) with { Source = 132 };
        DensityConfig Fitted(Space space, int stretch = 0) => new WaveNetConfig { Layers = 2, Channels = 8, Skip = 8, Stretch = stretch }.Outline(space, 0).Config;
        Assert.Equal(80 * 20, Fitted(space).Lasts(20));
        Assert.Equal(77 * 20, Fitted(space, 77).Lasts(20));
        Assert.Equal(20, Fitted(space with { Source = 10_504 }).Lasts(20));
        var pairs = Space.Sequence(90, 256) with { Source = 30 };
        Assert.Equal(20, Fitted(pairs).Lasts(20));
        // 1 was the default once, and models that say so are the same models.
        Assert.Equal(ModelRegistry.ToJson(Fitted(pairs)), ModelRegistry.ToJson(Fitted(pairs, 1)));
        Assert.Equal(ModelRegistry.ToJson(Fitted(space with { Source = 0 })), ModelRegistry.ToJson(Fitted(space with { Source = 0 }, 1)));
        Assert.Contains("wavenet does", Assert.Throws<ModelException>(() => new ByteNetConfig().Build(space, 0, 1)).Message);
    }
}
