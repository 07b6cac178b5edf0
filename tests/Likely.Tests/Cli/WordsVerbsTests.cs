using Xunit;

namespace Likely.Tests.Cli;

/// <summary>Models of features of texts as words, from the command line.</summary>
[Collection(nameof(CliFolder))]
public sealed class WordsVerbsTests
{
    [Fact]
    public void Words_of_texts_travel_in_the_model()
    {
        for (var i = 0; i < 40; i++)
        {
            Directory.CreateDirectory($"texts/{(i % 2 == 0 ? "sea" : "land")}");
            File.WriteAllText($"texts/{(i % 2 == 0 ? "sea" : "land")}/{i}.txt", i % 2 == 0 ? $"ships at sea{new string(' ', i)}and waves" : $"fields of corn{new string(' ', i)}and cows");
        }
        CliRun.Ok("train texts --model pca --as words --set components=2 --out words.likely --force --quiet");
        Assert.Contains("words 17.0 ", Checkpoint.Load("words.likely").Assets[Checkpoint.Words], StringComparison.Ordinal);
        CliRun.Ok("show words.likely --out topics.csv --force");
        var topics = File.ReadAllLines("topics.csv");
        Assert.Equal((3, "row,words"), (topics.Length, topics[0]));
        Assert.Contains("corn", topics[1], StringComparison.Ordinal);
        Assert.Contains("words  ", CliRun.Ok("info words.likely").Output, StringComparison.Ordinal);
        File.WriteAllText("query.txt", "WAVES and ships at sea");
        var json = CliRun.Ok("encode words.likely query.txt --out query.npy --force --json").Json;
        Assert.Equal((1, 2), ((int)json["rows"]!, (int)json["width"]!));
        Assert.Equal(1, (double)CliRun.Ok("probe words.likely texts --out words-unit.png --force --json").Json["accuracy"]!);
        var run = CliRun.Of("encode", "words.likely", "query.txt", "--out", "query.npy", "--force", "--set", "vocabulary=3");
        Assert.Equal(2, run.Code);
        Assert.Contains("are for training", run.Error, StringComparison.Ordinal);
    }
}
