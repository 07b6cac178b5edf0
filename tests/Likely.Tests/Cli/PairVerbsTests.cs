using System.Text.Json.Nodes;
using Likely.Cli;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>Pairs from the command line: trained, scored, drawn from, searched, and what does not apply refused in a sentence.</summary>
[Collection(nameof(CliFolder))]
public sealed class PairVerbsTests
{
    public PairVerbsTests()
    {
        if (File.Exists("pairs.likely")) return;
        File.WriteAllLines("pairs.tsv", Enumerable.Range(0, 200).SelectMany(i => i % 20 == 0 ? (string[])[$"n{i}\t{i * 3}", $"n{i}\t{i} x 3"] : [$"n{i}\t{i * 3}"]));
        var run = CliRun.Of("train", "pairs.tsv", "--as", "pairs", "--model", "bytenet", "--set", "tokens=characters", "layers=2", "stacks=1", "channels=16", "--steps", "40", "--batch", "16", "--out", "pairs.likely");
        Assert.True(run.Code == 0, run.Error);
        File.WriteAllText("sources.txt", "n1\r\nn22\n");
    }

    [Fact]
    public void A_training_leaves_answers_to_held_out_sources_and_what_the_data_are_is_shown()
    {
        var sheet = Directory.GetFiles("pairs.run", "samples-*.tsv").Order(StringComparer.Ordinal).Last();
        Assert.All(File.ReadAllLines(sheet), line => Assert.StartsWith("n", line, StringComparison.Ordinal));
        var show = CliRun.Ok("data show pairs.tsv --as pairs --out shown.tsv").Output;
        Assert.Contains("210 of 200 sources", show, StringComparison.Ordinal);
        Assert.Equal(64, File.ReadAllLines("shown.tsv").Length);
        Assert.Equal("pairs", CliRun.Ok("data show pairs.tsv --as pairs --out shown2.tsv --json").Json["modality"]!.GetValue<string>());
        Assert.Contains("given 4", CliRun.Ok("info pairs.likely").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_score_tells_each_pair_and_the_nats_of_a_symbol_and_a_beam_how_many_answers_are_right()
    {
        var run = CliRun.Ok("score pairs.likely pairs.tsv --split all --out pairs.csv --beam 2 --force");
        Assert.Contains(" nats/symbol", run.Output, StringComparison.Ordinal);
        Assert.Contains("exact match", run.Output, StringComparison.Ordinal);
        Assert.Equal([100, 99.99, 0, 0], new[] { (20_158, 20_158), (20_157, 20_158), (0, 3), (0, 0) }.Select(pair => AnswerCheck.ExactShare(pair.Item1, pair.Item2)));
        var lines = File.ReadAllLines("pairs.csv");
        Assert.Equal("index,name,label,nats,bits_per_dim,bits_per_byte,bits_per_character,source,target,answer,answer_nats,errors", lines[0]);
        Assert.Equal(211, lines.Length);
        var json = CliRun.Ok("score pairs.likely pairs.tsv --out pairs.csv --beam 2 --force --json").Json;
        Assert.InRange(json["exact_match"]!.GetValue<double>(), 0, 1);
        Assert.Equal(json["nats_per_example"]!.GetValue<double>() * json["count"]!.GetValue<int>() / json["dims"]!.GetValue<long>(), json["nats_per_symbol"]!.GetValue<double>(), 1e-9);
        // What a search says of its answer is what a score of that answer says.
        var answer = CliRun.Of("sample", "pairs.likely", "--prompt", "n7", "--n-best", "3", "--json").Json["targets"]!.AsArray();
        File.WriteAllLines("answers.tsv", answer.Select(one => $"n7\t{one!["target"]!.GetValue<string>()}"));
        CliRun.Ok("score pairs.likely answers.tsv --split all --out answers.csv --force");
        var scored = File.ReadAllLines("answers.csv").Skip(1).Select(line => double.Parse(line.Split(',')[3], System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        for (var i = 0; i < scored.Length; i++)
            if (answer[i]!["ended"]!.GetValue<bool>()) Assert.Equal(-scored[i], answer[i]!["log_probability"]!.GetValue<double>());
    }

    [Fact]
    public void A_source_is_answered_by_its_target_alone_and_a_file_of_sources_line_by_line()
    {
        var one = CliRun.Ok("sample pairs.likely --prompt n7 --beam 2");
        Assert.Equal(1, one.Output.Count(letter => letter == '\n'));
        Assert.DoesNotContain('\t', one.Output);
        Assert.Equal(one.Output, CliRun.Ok("sample pairs.likely --prompt n7 --beam 2 --threads 2").Output);
        Assert.Equal(3, CliRun.Ok("sample pairs.likely --prompt n7 --n-best 3").Output.Count(letter => letter == '\t'));
        var file = CliRun.Ok("sample pairs.likely --prompt @sources.txt --beam 2").Output.Split('\n');
        Assert.Equal(3, file.Length);
        Assert.StartsWith("n1\t", file[0], StringComparison.Ordinal);
        Assert.StartsWith("n22\t", file[1], StringComparison.Ordinal);
        // A draw is the same in a file as alone, where it is the first.
        var drawn = CliRun.Ok("sample pairs.likely --prompt @sources.txt --count 2 --seed 5").Output.Split('\n');
        Assert.Equal($"{drawn[0]["n1\t".Length..]}\n{drawn[1]["n1\t".Length..]}\n", CliRun.Ok("sample pairs.likely --prompt n1 --count 2 --seed 5").Output);
        CliRun.Ok("sample pairs.likely --prompt @sources.txt --out drawn.tsv --temperature 0.5");
        Assert.Equal(2, File.ReadAllLines("drawn.tsv").Length);
    }

    [Fact]
    public void A_training_is_forecast_goes_on_and_is_validated_on_other_pairs_and_a_smaller_model_answers_too()
    {
        CliRun.Ok("train pairs.tsv --as pairs --model bytenet --dry-run --steps 3 --set layers=1 stacks=1");
        File.WriteAllLines("others.tsv", ["n7\t21 and much longer than any target", "n8\t24"]);
        CliRun.Ok("train pairs.tsv --from pairs.likely --as pairs --steps 2 --set tokens=characters --validation others.tsv --out more.likely --force");
        CliRun.Ok("shrink pairs.likely --bits 8 --out small.likely --force");
        Assert.Equal(1, CliRun.Ok("sample small.likely --prompt n7 --beam 2").Output.Count(letter => letter == '\n'));
    }

    [Theory]
    [InlineData("sample pairs.likely", "answers a source")]
    [InlineData("sample pairs.likely --prompt a --beam 2 --temperature 0.5", "--temperature is for what is drawn")]
    [InlineData("sample pairs.likely --prompt a --beam 2 --n-best 3", "more than --beam 2 keeps")]
    [InlineData("sample pairs.likely --prompt a --stop x", "--stop is not for a model of pairs")]
    [InlineData("sample pairs.likely --prompt @pairs.tsv", "has a tab")]
    [InlineData("sample pairs.likely --prompt ab\tc", "a source is a part of one line, and this has a tab behind 2 bytes")]
    [InlineData("sample pairs.likely --prompt ab\n", "this has the end of a line behind 2 bytes")]
    [InlineData("sample pairs.likely --prompt @nothing", "there is no file nothing")]
    [InlineData("complete pairs.likely pairs.tsv", "has nothing to complete")]
    [InlineData("compress pairs.likely pairs.tsv --out x.lka", "codes no files")]
    [InlineData("score pairs.likely pairs.tsv --given abc", "scores each item given its own source")]
    [InlineData("score plain.likely strokes --limit 2 --beam 2 --out x.csv", "the model is none of pairs")]
    [InlineData("train pairs.tsv --as pairs --model char-rnn --steps 1", "wavenet, bytenet do")]
    [InlineData("train pairs.tsv --as pairs --model bytenet --steps 1 --set items=lines", "items is a key of")]
    public void What_does_not_apply_is_refused_in_a_sentence(string arguments, string words)
    {
        var run = CliRun.Of(arguments.Split(' '));
        Assert.True(run.Code == 2, $"{run.Code}: {run.Error}");
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'), line => line.StartsWith("likely:", StringComparison.Ordinal));
    }
}
