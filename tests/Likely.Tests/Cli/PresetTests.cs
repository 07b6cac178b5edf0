using Likely.Cli;
using Likely.Models;
using Likely.Tests.Archives;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>Presets: their keys exist, they are listed, and what is given beside one wins.</summary>
public sealed class PresetTests
{
    [Fact]
    public void Every_preset_can_be_trained_and_is_listed()
    {
        Assert.Equal(Preset.All.Count, Preset.All.Select(preset => (preset.Model, preset.Name)).Distinct().Count());
        foreach (var preset in Preset.All)
        {
            var (config, _, training) = TrainSettings.Apply(ModelRegistry.FindDensity(preset.Model), null, new TrainingOptions { Batch = preset.Batch, LearningRate = preset.Rate, Steps = preset.Steps }, preset.With([]));
            Assert.Equal(preset.Model, config.Name);
            _ = training.Checked();
            var page = CliRun.Ok($"models {preset.Model}");
            Assert.Contains($"--preset {preset.Name}: --set {preset.Settings} --batch {preset.Batch}", page.Output);
            Assert.Contains(preset.Reached, page.Output);
            Assert.Contains(CliRun.Ok($"models {preset.Model} --json").Json["models"]![0]!["presets"]!.AsArray(), one => (string)one!["name"]! == preset.Name);
        }
    }

    [Fact]
    public void What_is_given_beside_a_preset_wins()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["text.txt"], string.Concat(Enumerable.Repeat("the cat sat on the mat; the dog sat on the log.\n", 200)));
        var run = CliRun.Of("train", folder["text.txt"], "--model", "char-rnn", "--preset", "half-hour", "--set", "hidden=9", "gap=0", "--steps", "2", "--batch", "4", "--out", folder["a.likely"]);
        Assert.True(run.Code == 0, run.Error);
        var said = run.Error + run.Output;
        Assert.Contains("\"hidden\":9", said);
        Assert.Contains("\"dropout\":0.3", said);
        Assert.Contains("2 steps of 4", said);
    }

    [Theory]
    [InlineData("char-rnn", "hour", "char-rnn has no preset 'hour'; it has half-hour"), InlineData("made", "hour", "made has no preset 'hour'; it has table"), InlineData("nade", "hour", "nade has no preset 'hour'; models with presets are transformer, char-rnn, made")]
    public void A_preset_that_is_none_is_refused(string model, string name, string sentence)
    {
        var run = CliRun.Of("train", "strokes", "--model", model, "--preset", name);
        Assert.Equal(2, run.Code);
        Assert.Contains(sentence, run.Error);
    }
}
