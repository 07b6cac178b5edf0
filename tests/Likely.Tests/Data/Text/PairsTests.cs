using Likely.Data;
using Likely.Models;
using Xunit;

namespace Likely.Tests.Data.Text;

/// <summary>Pairs: lines of a source, a tab and a target; parts by the source; what is no pair is named.</summary>
public sealed class PairsTests : IDisposable
{
    readonly string _path = Path.Combine(Path.GetTempPath(), $"likely-pairs-{Guid.NewGuid():N}.tsv");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void A_pair_is_read_as_it_stands_and_its_target_ends_with_the_line()
    {
        File.WriteAllText(_path, "\uFEFFone\t1\r\ntwo words\té 2\n\tnothing given\nthree\t\nfour\t4");
        foreach (var tokens in new[] { "bytes", "characters" })
        {
            using var data = Open(("tokens", tokens), ("validation", "0"));
            Assert.Equal(["one", "two words", "", "three", "four"], Sources(data.All, data.Tokens!));
            Assert.Equal(["1\n", "é 2\n", "nothing given\n", "\n", "4\n"], Targets(data.All, data.Tokens!));
            Assert.Equal((14, 9), (data.Space.Width, data.Space.Source));
            Assert.All(Enumerable.Range(0, 5), i => Assert.True(new ByteNetConfig().Build(data.Space, 0, null).Takes(data.All.SpaceOf(i))));
            Assert.EndsWith(".tsv:2", data.All.ItemName(1), StringComparison.Ordinal);
            var window = new int[2];
            data.All.Read(4, 0, window);
            Assert.Equal("4\n", System.Text.Encoding.UTF8.GetString(data.Tokens!.Decode(window)));
        }
    }

    [Fact]
    public void All_targets_of_one_source_are_in_one_part_and_a_new_pair_moves_no_other()
    {
        var lines = Enumerable.Range(0, 600).Select(i => $"source {i / 3}\ttarget {i}").ToList();
        File.WriteAllLines(_path, lines);
        string[] before, train;
        using (var data = Open())
        {
            (before, train) = ([.. Sources(data.Test, data.Tokens!)], [.. Sources(data.Train, data.Tokens!)]);
            Assert.InRange(before.Length, 30, 90);
            Assert.Empty(before.Intersect(train));
            Assert.All(before.GroupBy(source => source), group => Assert.Equal(3, group.Count()));
            Assert.Contains("600 of 200 sources", data.Describe(), StringComparison.Ordinal);
        }
        File.WriteAllLines(_path, [.. lines, "another\tone"]);
        using var more = Open();
        Assert.Equal(before, Sources(more.Test, more.Tokens!).Where(source => source != "another"));
    }

    [Theory]
    [InlineData("a\tb\nc d\n", ":2' has no tab"), InlineData("a\tb\tc\n", ":1' has 2 tabs"), InlineData("", "an empty file")]
    public void What_is_no_pair_is_named(string content, string words)
    {
        File.WriteAllText(_path, content);
        Assert.Contains(words, Assert.Throws<DataException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Blank_lines_are_passed_over_and_move_no_other()
    {
        var lines = Enumerable.Range(0, 300).Select(i => $"source {i}\ttarget {i}").ToList();
        File.WriteAllLines(_path, lines);
        foreach (var tokens in new[] { "bytes", "characters" })
        {
            string[] train, test;
            using (var plain = Open(("tokens", tokens)))
            {
                (train, test) = ([.. Sources(plain.Train, plain.Tokens!)], [.. Sources(plain.Test, plain.Tokens!)]);
                Assert.DoesNotContain(plain.Notes, note => note.Contains("blank", StringComparison.Ordinal));
            }
            File.WriteAllText(_path, $"\uFEFF\r\n{string.Join('\n', lines[..100])}\n\n\r\n{string.Join('\n', lines[100..])}\n\r");
            using var data = Open(("tokens", tokens));
            Assert.Equal(300, data.All.Count);
            Assert.Equal(train, Sources(data.Train, data.Tokens!));
            Assert.Equal(test, Sources(data.Test, data.Tokens!));
            Assert.Contains("4 blank lines are passed over", data.Notes);
            Assert.EndsWith(".tsv:2", data.All.ItemName(0), StringComparison.Ordinal);
            Assert.EndsWith(".tsv:104", data.All.ItemName(100), StringComparison.Ordinal);
            File.WriteAllLines(_path, lines);
        }
        File.WriteAllText(_path, "a\tb\n\nc\n");
        Assert.Contains($"'{_path}:3' has no tab", Assert.Throws<DataException>(() => Open()).Message, StringComparison.Ordinal);
        File.WriteAllText(_path, "\n\r\n\n");
        Assert.Contains("nothing but blank lines", Assert.Throws<DataException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_spellings_of_text_are_named()
    {
        foreach (var encoding in new System.Text.Encoding[] { System.Text.Encoding.Unicode, System.Text.Encoding.BigEndianUnicode, new System.Text.UnicodeEncoding(false, false) })
        {
            File.WriteAllText(_path, "one source\tone target\n", encoding);
            Assert.Contains("is text in UTF-16; turn it into UTF-8", Assert.Throws<DataException>(() => Open()).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Long_sources_and_lines_are_refused_and_a_table_is_a_table_where_nobody_says_that_it_is_of_pairs()
    {
        File.WriteAllText(_path, $"a\tb\n{new string('x', 20_000)}\ty\n");
        Assert.Contains(":2' has a source of 20000 symbols", Assert.Throws<DataException>(() => Open()).Message, StringComparison.Ordinal);
        File.WriteAllText(_path, $"a\t{new string('x', 70_000)}\n");
        Assert.Contains(":1' has 70003 bytes", Assert.Throws<DataException>(() => Open()).Message, StringComparison.Ordinal);
        File.WriteAllText(_path, "a\tb\n");
        Assert.Contains("a table without rows", Assert.Throws<DataException>(() => Dataset.Open(_path, new DataOptions())).Message, StringComparison.Ordinal); // by its name it is one
        File.WriteAllText(_path, "a\tb\nc\td\n");
        using (var data = Dataset.Open(_path, new DataOptions())) Assert.Equal(Modality.Table, data.Modality);
        Assert.Contains("name it", Assert.Throws<DataException>(() => Dataset.Open(Path.GetTempPath(), new DataOptions { As = Modality.Pairs })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_saved_is_read_again_as_it_was()
    {
        File.WriteAllText(_path, "one\t1\ntwo\té\n\t\n");
        using var data = Open(("tokens", "characters"), ("validation", "0"));
        using var stream = new MemoryStream();
        data.Modality.Save(data.All, data.Tokens, stream, default);
        Assert.Equal(File.ReadAllBytes(_path), stream.ToArray());
        Assert.Equal(File.ReadAllBytes(_path), data.Modality.Preview(data.All, data.Tokens).Content);
    }

    [Fact]
    public void Training_on_pairs_learns_what_depends_on_the_source_alone()
    {
        File.WriteAllLines(_path, Enumerable.Range(0, 120).Select(i => $"{i % 40}\t{i % 40 * 2}"));
        using var data = Open(("tokens", "characters"), ("validation", "0"));
        var config = new ByteNetConfig { Layers = 2, Stacks = 1, Channels = 16 };
        Checkpoint Train(int threads) => new Trainer(config, data, new TrainingOptions { Steps = 150, Batch = 16, LearningRate = 1e-2, Average = 0.9, Threads = threads }).Run();
        var trained = Train(1);
        Assert.Equal(trained.Identity(), Train(2).Identity());
        var nats = Evaluation.Mean(Evaluation.Score(trained.Density, data.All));
        Assert.InRange(nats, 0, 0.5); // log 40 without the source
        using var stream = new MemoryStream();
        trained.Save(stream);
        stream.Position = 0;
        var loaded = Checkpoint.Load(stream);
        Assert.Equal((trained.Identity(), trained.Model.Space), (loaded.Identity(), loaded.Model.Space));
        Assert.Equal(nats, Evaluation.Mean(Evaluation.Score(loaded.Density, data.All)));
        foreach (var source in new[] { "-1", "0", "99999", "\"a\"" })
        {
            var file = Safetensors.Read(stream.ToArray(), "it");
            Assert.Contains("\"source\":2", file.Metadata["likely"], StringComparison.Ordinal);
            file.Metadata["likely"] = file.Metadata["likely"].Replace("\"source\":2", $"\"source\":{source}", StringComparison.Ordinal);
            using var damaged = new MemoryStream();
            file.Write(damaged);
            Assert.Throws<ModelException>(() => Checkpoint.Load(damaged.ToArray()));
        }
        Assert.Throws<ModelException>(() => new Trainer(new CharRnnConfig(), data, new TrainingOptions()));
    }

    Dataset Open(params (string Key, string Value)[] settings) => Dataset.Open(_path, DataOptions.Parse([.. settings.Select(pair => KeyValuePair.Create(pair.Key, pair.Value)), KeyValuePair.Create("as", "pairs")]));

    static IEnumerable<string> Sources(Split split, Tokens tokens) => Enumerable.Range(0, split.Count).Select(i => System.Text.Encoding.UTF8.GetString(tokens.Decode(split.Source(i))));

    static IEnumerable<string> Targets(Split split, Tokens tokens) => Enumerable.Range(0, split.Count).Select(i =>
    {
        var target = new int[split.SpaceOf(i).Width];
        split.Read(i, target);
        return System.Text.Encoding.UTF8.GetString(tokens.Decode(target));
    });
}
