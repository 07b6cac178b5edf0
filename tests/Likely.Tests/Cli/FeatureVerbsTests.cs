using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Models;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>encode and probe: arrays that others read, accuracies with their intervals, and what is refused.</summary>
[Collection(nameof(CliFolder))]
public sealed class FeatureVerbsTests
{
    public FeatureVerbsTests()
    {
        if (File.Exists("mood.likely")) return;
        var model = new MultiplicativeLstmConfig { Hidden = 24 }.Build(Likely.Tensors.Space.Sequence(30, 256), 0, 3);
        foreach (var parameter in model.Parameters.Parameters) parameter.Assign(Array.ConvertAll(parameter.ToArray(), value => 2 * value));
        new Checkpoint(model, [], new DataOptions { As = Modality.Text, Items = ItemRule.Lines, Validation = 0.01, Test = 0 }.ToCanonical()) { Assets = ContinuationTests.Model(Tokens.Bytes).Assets }.Save("mood.likely");
        foreach (var (label, words) in ((string, string)[])[("bad", "film dull"), ("good", "film fine")])
        {
            Directory.CreateDirectory($"moods/{label}");
            File.WriteAllText($"moods/{label}/lines.txt", string.Concat(Enumerable.Range(0, 150).Select(i => $"{i} {(i % 2 == 0 ? "a " : "")}{words}\n")));
        }
    }

    [Fact]
    public void Codes_are_rows_of_an_array_in_the_order_of_the_items()
    {
        var json = CliRun.Ok("encode mood.likely moods --out moods.npy --layer cell --force --json").Json;
        Assert.Equal((300, 24, "moods.npy", "cell", "last"), ((int)json["rows"]!, (int)json["width"]!, (string)json["output"]!, (string)json["layer"]!, (string)json["pool"]!));
        var bytes = File.ReadAllBytes("moods.npy");
        var header = Npy.Parse(bytes, "moods.npy");
        Assert.Equal((ArrayElement.Float32, false, false, 0), (header.Element, header.BigEndian, header.FortranOrder, header.HeaderLength % 64));
        Assert.Equal((long[])[300, 24], header.Shape);
        Assert.Equal(header.HeaderLength + 4 * 300 * 24, bytes.Length);
        var checkpoint = Checkpoint.Load("mood.likely");
        using var data = Dataset.Open("moods", new DataOptions { As = Modality.Text, Items = ItemRule.Lines });
        var encoder = new StateEncoder(checkpoint, 0);
        var codes = new float[24 * 300];
        encoder.Encode(data.All, 0, codes);
        for (var i = 0; i < codes.Length; i++) Assert.Equal(codes[i], BitConverter.ToSingle(bytes, header.HeaderLength + 4 * i));
        Assert.Equal(7, (int)CliRun.Ok("encode mood.likely moods --limit 7 --pool mean --out few.npy --force --json").Json["rows"]!);
        Assert.Equal(2, CliRun.Of("encode", "mood.likely", "moods", "--split", "test", "--out", "none.npy").Code); // the model's data held none out
        // Pictures, too: the data set that comes of it is one of rows of numbers.
        var pictures = CliRun.Ok("encode grey.likely strokes --split test --limit 5 --out strokes-codes.npy --force --json").Json;
        Assert.Equal(("hidden", "mean"), ((string)pictures["layer"]!, (string)pictures["pool"]!));
        using var rows = Dataset.Open("strokes-codes.npy", new DataOptions { As = Modality.Vectors });
        Assert.Equal((5, (int)pictures["width"]!), (rows.All.Count, rows.Space.Dimensions));
    }

    [Fact]
    public void Labels_are_told_with_an_interval_and_by_the_best_unit()
    {
        var run = CliRun.Ok("probe mood.likely moods --words 1 --out unit.png --force --json");
        var json = run.Json;
        var accuracy = (double)json["accuracy"]!;
        Assert.InRange(accuracy, 0.9, 1);
        Assert.InRange(accuracy, (double)json["interval"]![0]!, (double)json["interval"]![1]!);
        var unit = json["best_unit"]!;
        Assert.InRange((int)unit["unit"]!, 0, 23);
        Assert.InRange((double)unit["accuracy"]!, 0.5, 1);
        Assert.Equal((int)json["test_items"]!, unit["histogram"]!.AsObject().Sum(label => label.Value!.AsArray().Sum(count => (int)count!)));
        Assert.Equal(1, (double)json["words"]!["accuracy"]!);
        Assert.Equal(300, (int)json["train_items"]! + (int)json["validation_items"]! + (int)json["test_items"]!);
        var again = CliRun.Ok("probe mood.likely moods --words 1 --out unit.png --force --json --threads 1").Json;
        Assert.True(json.AsObject().Remove("seconds") && again.AsObject().Remove("seconds"));
        Assert.Equal(json.ToJsonString(), again.ToJsonString());
        Assert.True(Png.Read("unit.png").Width > 400);
        var words = CliRun.Ok("probe mood.likely moods --penalty l1 --out unit.png --force").Output;
        Assert.Contains("with 95 % confidence", words);
        Assert.Contains("L1 of", words);
        // Other data to test on: those of the training are told.
        Assert.Contains("test items are also trained on", CliRun.Ok("probe mood.likely moods --test moods --out unit.png --force").Error);
        Assert.Equal(0, CliRun.Of("probe", "grey.likely", "strokes", "--set", "limit=60", "--out", "unit.png", "--force").Code);
    }

    [Theory]
    [InlineData("encode mood.likely moods --layer blocks.3", "they are cell, hidden")]
    [InlineData("encode mood.likely moods --layer hiden", "did you mean")]
    [InlineData("encode mood.likely moods --layer 2", "they are cell, hidden")]
    [InlineData("encode mood.likely moods --pool most", "use last, mean or max")]
    [InlineData("encode mood.likely moods --out codes.csv", "promises something else")]
    [InlineData("probe labels.likely strokes", "is told the label")]
    [InlineData("probe mood.likely moods/good", "no labels")]
    [InlineData("probe mood.likely moods --penalty l3", "use l1 or l2")]
    [InlineData("probe grey.likely strokes --words 1", "--words is for models of text")]
    [InlineData("probe mood.likely moods --set test=0", "no test items")]
    public void What_makes_no_sense_is_refused_by_name(string arguments, string words)
    {
        var run = CliRun.Of([.. arguments.Split(' ')]);
        Assert.Equal(2, run.Code);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
    }
}
