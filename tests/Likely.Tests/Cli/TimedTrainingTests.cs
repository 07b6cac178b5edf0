using Xunit;

namespace Likely.Tests.Cli;

/// <summary>A training of some seconds by the real clock, one, on few pictures, and what is said at their end.</summary>
[Collection(nameof(CliFolder))]
public sealed class TimedTrainingTests
{
    [Fact]
    public void What_a_run_of_minutes_prints_repeats_it()
    {
        const string Options = "train strokes --model made --set binarize=threshold size=8x8 limit=200 hidden=8";
        var run = CliRun.Ok($"{Options} --minutes 0.05 --out timed.likely --force --json");
        var repeat = (string)run.Json["repeat"]!;
        Assert.StartsWith("--steps ", repeat);
        var again = CliRun.Ok($"{Options} {repeat} --out again.likely --force --json");
        Assert.Equal((string)run.Json["identity"]!, (string)again.Json["identity"]!);
        var plan = (string)CliRun.Ok("info timed.likely --json").Json["plan"]!;
        Assert.Contains($"plan={plan}", repeat);
        Assert.Equal((long)run.Json["total_steps"]!, TrainingPlan.Parse(plan).Total);
        CliRun.Ok("shrink timed.likely --bits 8 --data strokes --limit 10 --out timed8.likely --force");
        Assert.Equal(plan, (string)CliRun.Ok("info timed8.likely --json").Json["plan"]!);
    }

    [Fact]
    public void The_baselines_are_measured_on_the_items_that_the_model_is_validated_on()
    {
        const string Options = "train strokes --model gated-pixelcnn --set binarize=threshold limit=600 channels=16 layers=2 kernel=3";
        var run = CliRun.Ok($"{Options} --minutes 0.03 --out timed.likely --force --json");
        Assert.InRange((int)run.Json["validation_items"]!, 16, 599);
        Assert.Equal(600, (int)run.Json["held_out_items"]!);
        var again = CliRun.Ok($"{Options} {run.Json["repeat"]} --out again.likely --force");
        var json = CliRun.Ok($"{Options} {run.Json["repeat"]} --out again.likely --force --json").Json;
        foreach (var name in (string[])["validation_bits_per_dim", "marginals_bits_per_dim", "png_bits_per_dim", "outcome"])
            Assert.Equal(run.Json[name]!.ToString(), json[name]!.ToString());
        Assert.Contains($" nats, on {json["validation_items"]} of 600 items; baselines: ", again.Output);
        // All of them, where time does not decide.
        Assert.DoesNotContain("600 items", CliRun.Ok($"{Options} --steps 2 --out again.likely --force").Output);
    }

    [Fact]
    public void Twelve_pictures_are_trained_on_to_the_end_with_samples_and_the_result_in_words()
    {
        Directory.CreateDirectory("twelve");
        CliRun.Ok("sample grey.likely --count 12 --each twelve --out twelve.png --force --quiet");
        var run = CliRun.Ok("train twelve --model gated-pixelcnn --set levels=4 channels=4 layers=1 --steps 60 --batch 64 --out twelve.likely --force");
        Assert.Contains("a batch never repeats an item", run.Error);
        Assert.Matches("warning     validation rests on [0-9] items?, which also chooses? the weights", run.Error);
        Assert.Contains("result      ", run.Output);
        Assert.Contains("each dimension on its own", run.Output);
        Assert.NotEmpty(Directory.GetFiles("twelve.run", "samples-000060.png"));
        var json = CliRun.Ok("train twelve --model gated-pixelcnn --set levels=4 channels=4 layers=1 --steps 60 --out twelve.likely --force --json").Json;
        Assert.Equal(2, (int)json["batch"]!);
        Assert.Equal(60, (int)json["steps"]!);
        Assert.Equal((double)json["validation_bits_per_dim"]! < new[] { "uniform", "png", "marginals" }.Min(name => (double)json[$"{name}_bits_per_dim"]!), (bool)json["better_than_baselines"]!);
        Assert.Contains("PNG", (string)json["outcome"]!);
    }
}
