using System.Text;
using Likely.Data;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Data.Text;

/// <summary>Texts as rows of counts of words, and the vocabulary that is learned from the training part.</summary>
public sealed class WordsTests : IDisposable
{
    readonly Samples _samples = new();

    public void Dispose() => _samples.Dispose();

    Dataset Open(string path, params string[] settings) => Dataset.Open(Path.Combine(_samples.Folder, path), DataOptions.Parse(settings.Append("as=words").Select(setting => KeyValuePair.Create(setting.Split('=')[0], setting.Split('=')[1]))));

    string Refusal(string path, params string[] settings) => Assert.Throws<DataException>(() => Open(path, settings).Dispose()).Message;

    static float[] Row(Split split, int index)
    {
        var row = new float[split.Space.Width];
        split.ReadValues(index, 0, row);
        return row;
    }

    void Folder()
    {
        foreach (var (name, text) in ((string, string)[])[("train/sea/1.txt", "The ship and the sea, the ship"), ("train/sea/2.txt", "Ships at sea"), ("train/land/1.txt", "The field"), ("test/land/2.txt", "unknown words"), ("test/sea/3.txt", "SEA the the sea")])
            _samples.File($"texts/{name}", Encoding.UTF8.GetBytes(text));
    }

    [Fact]
    public void Words_of_the_training_part_are_counted_the_most_frequent_first()
    {
        Folder();
        using var data = Open("texts", "minimum=1", "vocabulary=4", "validation=0");
        Assert.Equal((Modality.Words, 3, 2, new Extent(1, 1, 4)), (data.Modality, data.Train.Count, data.Test.Count, data.Space.Extent));
        // In two texts each, then those in one by their letters.
        Assert.Equal(["sea", "the", "and", "at"], data.Words!.Words);
        Assert.Equal([2, 2, 1, 1], data.Words.TextsWith);
        Assert.Equal(3, data.Words.Texts);
        Assert.Equal(["land", "sea"], data.ClassNames);
        Assert.Equal(["train/land/1.txt 0", "train/sea/1.txt 1", "train/sea/2.txt 1"], Enumerable.Range(0, 3).Select(i => $"{data.Train.ItemName(i)} {data.Train.Label(i)}"));
        Assert.Equal([[0, 1, 0, 0], [1, 3, 1, 0], [1, 0, 0, 1]], Enumerable.Range(0, 3).Select(i => Row(data.Train, i)));
        Assert.Equal([[0, 0, 0, 0], [2, 2, 0, 0]], Enumerable.Range(0, 2).Select(i => Row(data.Test, i)));
        var part = new float[2];
        data.Train.ReadValues(1, 1, part);
        Assert.Equal([3, 1], part);
        Assert.Contains(data.Notes, note => note.StartsWith("1 of 5 texts have none of the 4 words", StringComparison.Ordinal));
        Assert.Contains("4, from sea in 2 of 3 training texts to at in 1", data.Describe(), StringComparison.Ordinal);
        Assert.Equal("text,words\ntrain/land/1.txt,the 1\ntrain/sea/1.txt,the 3; sea 1; and 1\ntrain/sea/2.txt,sea 1; at 1\n", Encoding.UTF8.GetString(data.Modality.Preview(data.Train, null).Content));
        using var table = new MemoryStream();
        data.Modality.Save(data.Test, null, table, default);
        Assert.Equal("sea,the,and,at\n0,0,0,0\n2,2,0,0\n", Encoding.UTF8.GetString(table.ToArray()));
    }

    [Fact]
    public void Numbers_are_by_the_rule_that_is_asked_for()
    {
        Folder();
        foreach (var (rule, expected) in ((string, double[])[])[("raw", [1, 3, 2]), ("binary", [1, 1, 1]), ("log", [Math.Log(2), Math.Log(4), Math.Log(3)])])
        {
            using var data = Open("texts", $"counts={rule}", "validation=0", "stem=porter", "minimum=2");
            Assert.Equal(["sea", "ship", "the"], data.Words!.Words);
            Assert.Equal(expected.Order(), Row(data.Train, 1).Select(value => (double)value).Order(), (a, b) => Math.Abs(a - b) < 1e-6);
        }
        using var weighed = Open("texts", "counts=tfidf", "validation=0", "stop_words=english", "minimum=1");
        Assert.Equal(["sea", "field", "ship", "ships"], weighed.Words!.Words);
        double sea = Math.Log(1.5), ship = (1 + Math.Log(2)) * Math.Log(3), length = Math.Sqrt(sea * sea + ship * ship);
        Assert.Equal([sea / length, 0, ship / length, 0], Row(weighed.Train, 1).Select(value => (double)value), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal([0, 0, 0, 0], Row(weighed.Test, 0));
    }

    [Fact]
    public void Other_data_are_counted_by_a_models_words()
    {
        Folder();
        using var data = Open("texts", "vocabulary=3", "minimum=1", "validation=0");
        _samples.File("query.txt", "the SEA at the sea"u8.ToArray());
        var words = WordVocabulary.FromText(data.Words!.ToText());
        Assert.Equal(data.Words.ToText(), words.ToText());
        using var query = Dataset.Open(Path.Combine(_samples.Folder, "query.txt"), data.Options with { ModelWords = words, ModelClasses = null });
        Assert.Equal(1, query.All.Count);
        Assert.Equal([2, 2, 0], Row(query.All, 0));
        Assert.Equal("validation=0 hold_out=content as=words items=files vocabulary=3 minimum=1", query.Preprocessing);
    }

    [Fact]
    public void Lines_are_texts_too_and_equal_ones_stay_together()
    {
        _samples.File("lines.txt", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 40).Select(i => $"line {(char)('a' + i % 20)}{(char)('a' + i % 20)}\n"))));
        using var data = Open("lines.txt", "items=lines", "validation=0.2");
        Assert.Equal(40, data.Train.Count + data.Validation.Count + data.Test.Count);
        Assert.Equal((0, 0), (data.Validation.CountIn(data.Train), data.Test.CountIn(data.Train)));
        Assert.Equal("line", data.Words!.Words[0]);
    }

    [Fact]
    public void What_cannot_be_counted_is_refused()
    {
        Folder();
        _samples.File("digits.txt", "1 2 3"u8.ToArray());
        Assert.Contains("No word is in at least 9 of the 3 training texts", Refusal("texts", "minimum=9", "validation=0"), StringComparison.Ordinal);
        Assert.Contains("No word", Refusal("digits.txt"), StringComparison.Ordinal);
        Assert.Contains("items=stream is one sequence", Refusal("texts", "items=stream"), StringComparison.Ordinal);
        Assert.Contains("use raw, binary, log or tfidf", Refusal("texts", "counts=idf"), StringComparison.Ordinal);
        Assert.Contains("use none or porter", Refusal("texts", "stem=snowball"), StringComparison.Ordinal);
        Assert.Contains("vocabulary is a key of bags of words", Assert.Throws<DataException>(() => Dataset.Open(_samples.Folder, new DataOptions { As = Modality.Text, VocabularySize = 3 })).Message, StringComparison.Ordinal);
        foreach (var text in (string[])["", "words 17.0 3\n", "words 16.0 3\nsea 1\n", "words 17.0 3\nsea 4\n", "words 17.0 3\nsea 1", "words 17.0 3\nsea 1\nsea 2\n", "words 17.0 3\nsea\n", "words 17.0 3\n 1\n", "words 17.0 0\nsea 1\n"])
            Assert.Throws<DataException>(() => WordVocabulary.FromText(text));
    }

    [Fact]
    public void Rows_do_not_depend_on_threads()
    {
        for (var i = 0; i < 300; i++) _samples.File($"many/{i}.txt", Encoding.UTF8.GetBytes($"word{(char)('a' + i % 7)} {string.Join(' ', Enumerable.Repeat("again", i % 5))} even {(char)('a' + i % 3)}{(char)('a' + i % 3)}"));
        using var first = Open("many", "counts=tfidf");
        using var second = Open("many", "counts=tfidf");
        for (var i = 0; i < 300; i++) Assert.Equal(Row(first.All, i), Row(second.All, i));
    }
}
