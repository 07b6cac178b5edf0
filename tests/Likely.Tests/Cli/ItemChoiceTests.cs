using System.Text;
using Likely.Data;
using Likely.Models;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>Hold-out is for the data that were trained on; of others, all items count, and the line says so.</summary>
[Collection(nameof(CliFolder))]
public sealed class ItemChoiceTests : IDisposable
{
    const string Settings = "--model made --set binarize=threshold hidden=64 --steps 2 --batch 16 --quiet --force";

    readonly string _folder = Directory.CreateTempSubdirectory("choice-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    string Picture(string name, int content)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Png.Write(path, [.. Enumerable.Range(0, 25).Select(d => (byte)(content >> d % 12 << 7))], 5, 5, 1);
        return path;
    }

    string Pictures(string folder, int first, int count)
    {
        for (var i = first; i < first + count; i++) Picture($"{folder}/{i:0000}.png", i);
        return Path.Combine(_folder, folder);
    }

    string Train(string data, string settings = "")
    {
        var model = Path.Combine(_folder, "model.likely");
        CliRun.Ok($"train {data} {Settings} {settings} --out {model}");
        return model;
    }

    (string Said, int Count, int Of, double? TrainedOn) Score(string model, string data, string options = "")
    {
        var run = CliRun.Ok($"score {model} {data} {options} --out {Path.Combine(_folder, "scores.csv")} --json --force");
        Assert.Contains($"{run.Json["count"]} of {run.Json["of"]}", run.Error);
        return (run.Error.Split('\n').Single(line => line.StartsWith("items ", StringComparison.Ordinal)), (int)run.Json["count"]!, (int)run.Json["of"]!, (double?)run.Json["trained_on"]);
    }

    [Fact]
    public void Of_a_text_its_pieces_tell_what_was_trained_on()
    {
        string Text(string name, int seed)
        {
            var random = new Random(seed);
            File.WriteAllText(Path.Combine(_folder, name), string.Concat(Enumerable.Range(0, 40_000).Select(_ => (char)('a' + random.Next(20)))));
            return Path.Combine(_folder, name);
        }
        var (text, model) = (Text("book.txt", 1), Path.Combine(_folder, "letters.likely"));
        CliRun.Ok($"train {text} --model char-rnn --set hidden=4 layers=1 dropout=0 --steps 2 --batch 4 --quiet --out {model}");
        var own = Score(model, text);
        Assert.Contains("the test part, as the model was trained on these data", own.Said);
        Assert.Equal(0, own.TrainedOn);
        Assert.Matches("about (6|7|8)[0-9] % of what they hold was trained on", Score(model, text, "--split all").Said);
        Assert.Contains("none was trained on", Score(model, Text("other.txt", 2)).Said);
        // Cut otherwise, or too little of it, nothing is recognised: that says nothing.
        var (plays, reader) = (Path.Combine(_folder, "plays.txt"), Path.Combine(_folder, "plays.likely"));
        File.WriteAllText(plays, string.Concat(Enumerable.Range(0, 4000).Select(i => $"{i * i} went to {i % 91}\n")));
        CliRun.Ok($"train {plays} --model char-rnn --set hidden=4 layers=1 dropout=0 --steps 2 --batch 4 --quiet --out {reader}");
        var lines = Score(reader, plays, "--set items=lines --limit 20");
        Assert.Contains("cannot be told where they are lines", lines.Said);
        Assert.Null(lines.TrainedOn);
        var little = Path.Combine(_folder, "little.txt");
        File.WriteAllBytes(little, File.ReadAllBytes(text)[7777..9000]);
        Assert.Contains("cannot be told from so little text", Score(model, little).Said);
    }

    [Fact]
    public void A_folder_of_other_items_is_scored_whole()
    {
        var model = Train(Pictures("own", 0, 120));
        Assert.Equal((16, 16, 0), Counts(Score(model, Pictures("other", 500, 16))));
        Assert.Contains("none was trained on", Score(model, Pictures("other", 500, 16)).Said);
        // A single picture of the data is one, trained on or not.
        Assert.Equal((1, 1), (Score(model, Picture("one.png", 700)).Count, Score(model, Picture("one.png", 700)).Of));
        // A data set has items of its own number, too.
        CliRun.Ok($"complete {model} {Pictures("other", 500, 16)} --item 15 --count 1 --out {Path.Combine(_folder, "completed.png")} --quiet");

        static (int, int, double?) Counts((string, int Count, int Of, double? TrainedOn) score) => (score.Count, score.Of, score.TrainedOn);
    }

    [Fact]
    public void Of_data_that_were_trained_on_the_test_part_is_scored_however_they_are_named_or_have_grown()
    {
        var own = Pictures("own", 0, 120);
        var model = Train(own);
        var (said, count, of, trained) = Score(model, own);
        Assert.Equal((120, 0), (of, trained));
        Assert.InRange(count, 4, 24);
        Assert.Contains("the test part, as the model was trained on these data; --split all takes all", said);
        Assert.Contains("of the 120 were trained on", Score(model, own, "--split all").Said);
        Assert.Equal(120, Score(model, own, "--split all").Count);

        Directory.Move(own, Path.Combine(_folder, "renamed"));
        var grown = Pictures("renamed", 1000, 30);
        (said, count, of, trained) = Score(model, grown);
        Assert.Equal((150, 0), (of, trained));
        Assert.InRange(count, 4, 30);
        Assert.Contains("the test part, as the model was trained on most of these data, about ", said);
        // What is new in them is what detect is asked about.
        var normal = Pictures("normal", 2000, 40);
        Assert.Equal(150, (int)CliRun.Ok($"detect {model} {grown} --normal {normal} --json").Json["count"]!);
        Assert.True((int)CliRun.Ok($"detect {model} {Pictures("again", 0, 120)} --normal {normal} --json").Json["count"]! < 30);

        (said, count, _, trained) = Score(model, grown, "--set data_seed=9");
        Assert.True(trained > 0);
        Assert.Contains($"of the {count} were trained on, so the figure flatters the model", said);
    }

    [Fact]
    public void A_partial_overlap_is_said_aloud()
    {
        var model = Train(Pictures("own", 0, 120), "--set validation=0");
        Pictures("mixed", 100, 20);
        var (said, count, of, trained) = Score(model, Pictures("mixed", 600, 60));
        Assert.Equal((80, 80, 0.25), (count, of, trained));
        Assert.Contains("20 of the 80 were trained on", said);
        var single = Score(model, Pictures("single", 119, 101)).Said;
        Assert.Contains("1 of the 101 was trained on", single);
        Assert.DoesNotContain("flatters", single);
        Assert.Contains("nothing of them is held out", Score(model, Path.Combine(_folder, "own")).Said);
    }

    [Fact]
    public void The_test_folder_of_data_with_parts_is_scored_whole()
    {
        Pictures("own/train", 0, 60);
        Pictures("own/test", 100, 20);
        var model = Train(Path.Combine(_folder, "own"));
        Assert.Equal((20, 80), (Score(model, Path.Combine(_folder, "own")).Count, Score(model, Path.Combine(_folder, "own")).Of));
        var (said, count, of, _) = Score(model, Path.Combine(_folder, "own/test"));
        Assert.Equal((20, 20), (count, of));
        Assert.Contains("none was trained on", said);
    }

    [Fact]
    public void An_older_model_goes_by_the_name_of_its_data()
    {
        var own = Pictures("own", 0, 60);
        var model = Train(own);
        var checkpoint = Checkpoint.Load(model);
        var identity = checkpoint.Identity();
        checkpoint.TrainedOn = "";
        checkpoint.Save(model);
        Assert.Equal(identity, Checkpoint.Load(model).Identity());
        Assert.Contains("as the model was trained on data of this name", Score(model, own).Said);
        var (said, count, of, _) = Score(model, Pictures("other", 200, 16));
        Assert.Equal((16, 16), (count, of));
        Assert.Contains("another name, own", said);
        Assert.Contains("the test part", Score("plain.likely", "strokes", "--limit 4").Said);
    }

    [Fact]
    public void A_shrunk_model_knows_what_it_was_trained_on_and_an_embedded_one_does_not_carry_it()
    {
        var own = Pictures("own", 0, 60);
        var model = Train(own);
        var small = Path.Combine(_folder, "small.likely");
        CliRun.Ok($"shrink {model} --bits 8 --out {small} --quiet");
        Assert.Contains("the test part", Score(small, own).Said);
        var archive = Path.Combine(_folder, "own.lka");
        CliRun.Ok($"compress {model} {own} --embed --out {archive} --quiet");
        Assert.Contains("trained_on", Encoding.Latin1.GetString(File.ReadAllBytes(model)));
        Assert.DoesNotContain("trained_on", Encoding.Latin1.GetString(File.ReadAllBytes(archive)));
        Assert.Equal(0, CliRun.Ok($"verify {archive}").Code);
    }

    [Fact]
    public void A_model_that_goes_on_from_another_knows_both_data()
    {
        Pictures("first", 0, 40);
        Pictures("second", 100, 40);
        var model = Train(Path.Combine(_folder, "first"), "--set validation=0");
        var further = Path.Combine(_folder, "further.likely");
        CliRun.Ok($"train {Path.Combine(_folder, "second")} --from {model} --set validation=0 --steps 1 --batch 8 --quiet --out {further}");
        foreach (var data in (string[])["first", "second"]) Assert.Contains("was trained on these data", Score(further, Path.Combine(_folder, data)).Said);
    }

    [Fact]
    public void A_limit_is_said_and_so_is_validation_on_what_is_trained_on()
    {
        var model = Train(Pictures("own", 0, 60));
        Assert.Contains("items       10 of 40, drawn evenly from 40; none was trained on", Score(model, Pictures("other", 500, 40), "--limit 10").Said);
        Pictures("validation", 50, 20);
        var run = CliRun.Ok($"train {Path.Combine(_folder, "own")} {Settings} --validation {Path.Combine(_folder, "validation")} --set validation=0 --out {Path.Combine(_folder, "flattered.likely")}");
        Assert.Contains("10 of 20 validation items are also trained on", run.Error);
    }
}
