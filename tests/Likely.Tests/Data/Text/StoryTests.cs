using System.Text;
using Likely.Data;
using Xunit;

namespace Likely.Tests.Data.Text;

/// <summary>Reuters-21578: stories in SGML with their split and topics, in files, packed files and archives.</summary>
public sealed class StoryTests : IDisposable
{
    readonly Samples _samples = new();

    public void Dispose() => _samples.Dispose();

    static readonly DataOptions AsWords = new() { As = Modality.Words, Minimum = 1, Validation = 0 };

    string Refusal(string name, byte[] content) => Assert.Throws<DataException>(() => Dataset.Open(_samples.File(name, content), AsWords).Dispose()).Message;

    [Fact]
    public void Stories_have_a_split_and_topics()
    {
        using var data = Dataset.Open(_samples.File("reut2-000.sgm", StorySamples.Dozen), AsWords with { As = null });
        Assert.Equal((Modality.Words, 8, 3, 11), (data.Modality, data.Train.Count, data.Test.Count, data.All.Count));
        Assert.Equal(["crude", "gold", "grain", "ship"], data.ClassNames);
        Assert.Equal([[2], [0, 3], [1], [2], [0, 3], [], [2], [0, 3]], Enumerable.Range(0, 8).Select(data.Train.Labels));
        Assert.Equal([2, 0, 1, 2, 0, -1, 2, 0], Enumerable.Range(0, 8).Select(data.Train.Label));
        Assert.Equal(["reut2-000.sgm#9", "reut2-000.sgm#10", "reut2-000.sgm#11"], Enumerable.Range(0, 3).Select(data.Test.ItemName));
        // Tags, places and numbers are no words; what stands for a bracket is none either, and letters are Latin-1.
        Assert.Contains("café", data.Words!.Words);
        foreach (var none in (string[])["lt", "usa", "body", "london", "reuters", "title0"]) Assert.DoesNotContain(none, data.Words.Words);
        Assert.Contains(data.Notes, note => note == "split ModApte: 8 stories for training and 3 for test; 1 others are left out");
        using var held = Dataset.Open(Path.Combine(_samples.Folder, "reut2-000.sgm"), AsWords with { Validation = 0.25, Parts = PartRule.None });
        Assert.Equal(11, held.Train.Count + held.Validation.Count + held.Test.Count);
    }

    [Fact]
    public void A_folder_a_packed_file_and_an_archive_hold_the_same()
    {
        var (plain, packed, folder) = (_samples.File("plain/reut2-000.sgm", StorySamples.Dozen), _samples.File("packed/reut2-000.sgm.gz", Samples.Gzip(StorySamples.Dozen)), Path.Combine(_samples.Folder, "plain"));
        _samples.File("plain/README.txt", "About these stories."u8.ToArray());
        var archive = _samples.File("archive/reuters.tar.gz", Samples.Gzip(StorySamples.Tar(("reuters/README.txt", "About"u8.ToArray()), ("reuters/reut2-000.sgm", StorySamples.Dozen))));
        using var expected = Dataset.Open(plain, AsWords);
        foreach (var path in (string[])[packed, folder, archive, Path.GetDirectoryName(archive)!])
        {
            using var data = Dataset.Open(path, AsWords);
            Assert.Equal((expected.Fingerprint, expected.Words!.ToText(), expected.Test.ItemName(0).Replace(".gz", "")), (data.Fingerprint, data.Words!.ToText(), data.Test.ItemName(0).Replace(".gz", "")));
        }
    }

    [Fact]
    public void Text_without_a_body_is_all_that_is_there_and_copies_in_the_test_part_are_not_trained_on()
    {
        using var brief = Dataset.Open(_samples.File("brief.sgm", StorySamples.File(("TRAIN", "YES", "a b a", ""), ("TRAIN", "YES", "a", "some words"), ("TEST", "YES", "a", "else"))), AsWords);
        Assert.Contains("london", brief.Words!.Words);
        Assert.Equal([0, 1], brief.Train.Labels(0));
        var story = ("TRAIN", "YES", "a", "the same");
        var twice = Encoding.Latin1.GetString(StorySamples.File(story, story, story with { Item1 = "TEST" })).Replace("Title 2", "Title 1", StringComparison.Ordinal);
        using var data = Dataset.Open(_samples.File("twice.sgm", Encoding.Latin1.GetBytes(twice)), AsWords);
        Assert.Equal((1, 1), (data.Train.Count, data.Test.Count));
        Assert.Contains(data.Notes, note => note.StartsWith("1 of 2 training stories also lie in the test part", StringComparison.Ordinal));
    }

    [Fact]
    public void Stories_longer_than_a_window_apart_are_found()
    {
        var long1 = StorySamples.File(("TRAIN", "YES", "a", string.Concat(Enumerable.Repeat("filler ", 60_000))), ("TRAIN", "YES", "a", string.Concat(Enumerable.Repeat("other ", 120_000))), ("TEST", "YES", "a", "end"));
        using var data = Dataset.Open(_samples.File("long.sgm", long1), AsWords);
        Assert.Equal((2, 1), (data.Train.Count, data.Test.Count));
        Assert.Contains("is none of Reuters-21578", Refusal("huge.sgm", StorySamples.File(("TRAIN", "YES", "a", new string('x', 1 << 20)))), StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_files_are_refused_in_a_sentence()
    {
        var whole = StorySamples.Dozen;
        Assert.Contains("has no end", Refusal("cut.sgm", whole[..^20]), StringComparison.Ordinal);
        Assert.Contains("does not say its split", Refusal("split.sgm", Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(whole).Replace("LEWISSPLIT=\"TEST\"", "", StringComparison.Ordinal))), StringComparison.Ordinal);
        Assert.Contains("has no text", Refusal("text.sgm", Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(whole).Replace("</TEXT>", "", StringComparison.Ordinal))), StringComparison.Ordinal);
        Assert.Contains("has no stories", Refusal("none.sgm", "<!DOCTYPE lewis SYSTEM \"lewis.dtd\">\n"u8.ToArray()), StringComparison.Ordinal);
        Assert.Contains("without files of SGML", Refusal("none.tar", StorySamples.Tar(("a.txt", "a"u8.ToArray()))), StringComparison.Ordinal);
        var tar = StorySamples.Tar(("reut2-000.sgm", whole));
        Assert.Contains("ends early", Refusal("cut.tar", tar[..2048]), StringComparison.Ordinal);
        tar[130] ^= 1;
        Assert.Contains("is a damaged tar archive", Refusal("bad.tar", tar), StringComparison.Ordinal);
        Assert.Contains("items=lines is for other texts", Assert.Throws<DataException>(() => Dataset.Open(Path.Combine(_samples.Folder, "cut.sgm"), AsWords with { Items = ItemRule.Lines })).Message, StringComparison.Ordinal);
    }

    [DataFact("reuters21578")]
    public void Reuters_is_as_published()
    {
        using var data = Dataset.Open(DataFactAttribute.PathOf("reuters21578"), AsWords with { Stem = StemRule.Porter, StopWords = StopWordRule.English });
        Assert.Equal((12902, 3299, 2000), (data.All.Count, data.Test.Count, data.Space.Width));
        Assert.Contains(data.Notes, note => note.StartsWith("split ModApte: 9603 stories for training and 3299 for test", StringComparison.Ordinal));
        int Of(string topic, Split split) => Enumerable.Range(0, split.Count).Count(i => split.Labels(i).Select(label => data.ClassNames[label]).Contains(topic));
        Assert.Equal((1087, 719), (Of("earn", data.Test), Of("acq", data.Test)));
    }
}
