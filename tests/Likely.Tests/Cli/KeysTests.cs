using Likely.Cli;
using Likely.Data;
using Likely.Models;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>Keys can be found: listed with their meaning, named in help, and suggested for what is mistyped.</summary>
public sealed class KeysTests
{
    [Fact]
    public void Every_key_of_training_has_a_line_that_is_true_and_serves_its_refusal()
    {
        foreach (var key in TrainingKeys.All)
        {
            Assert.Equal(new TrainingOptions(), TrainingKeys.With(new TrainingOptions(), key.Name, key.Default));
            Assert.Equal($"--set {key.Name}=? is not allowed; use {key.Values}", Assert.Throws<UsageException>(() => TrainingKeys.With(new TrainingOptions(), key.Name, "?")).Message);
            Assert.True(key.Meaning.Length > 10, key.Name);
        }
        // What a plan holds is a key, or an option of train.
        string[] options = ["Steps", "Epochs", "Minutes", "Batch", "LearningRate", "Seed", "Threads"];
        Assert.All(typeof(TrainingOptions).GetProperties().Where(property => property.CanWrite && !options.Contains(property.Name)), property
            => Assert.True(TrainingKeys.All.Any(key => key.Name.Replace("_", "") == property.Name.ToLowerInvariant()), $"give {property.Name} a line in TrainingKeys, or an option of train"));
    }

    [Fact]
    public void Every_key_is_one_line()
    {
        var lines = CliRun.Ok("keys").Output.Split('\n');
        foreach (var key in (string[])[.. DataOptions.Keys.Concat(TrainingKeys.All).Select(key => key.Name), .. ModelRegistry.All.SelectMany(config => ModelRegistry.Keys(config).Select(key => key.Key))])
            Assert.Contains(lines, line => line.StartsWith($"  {key} ", StringComparison.Ordinal));
        Assert.Equal(DataOptions.Keys.Count, CliRun.Ok("keys data --json").Json["keys"]!.AsArray().Count);
        Assert.Equal(TrainingKeys.All.Count, CliRun.Ok("keys train --json").Json["keys"]!.AsArray().Count);
        var key0 = CliRun.Ok("keys nade --json").Json["keys"]![0]!.AsObject();
        Assert.Equal(["of", "name", "default", "values", "meaning"], key0.Select(pair => pair.Key));
        Assert.Contains("hidden units [a whole number from 1 to 65536]", CliRun.Ok("models nade").Output);
        Assert.DoesNotContain("gated", CliRun.Ok("models nade").Output);
        Assert.Contains("did you mean 'data'", CliRun.Of("keys", "dat").Error);
    }

    [Fact]
    public void The_help_of_train_names_every_key()
    {
        var help = CliRun.Ok("train --help").Output;
        foreach (var key in (string[])[.. DataOptions.Keys.Concat(TrainingKeys.All).Select(key => key.Name), .. ModelRegistry.All.SelectMany(config => ModelRegistry.Keys(config).Select(key => key.Key))])
            Assert.Contains(key, help);
    }

    [Theory]
    [InlineData("trian strokes", "train")]
    [InlineData("data shwo strokes", "show")]
    [InlineData("sample x.likely --cout 3", "--count")]
    [InlineData("score x.likely strokes --forse", "--force")]
    [InlineData("compress x.likely a.png --embde", "--embed")]
    [InlineData("train strokes --model gated-pixelcn", "gated-pixelcnn")]
    [InlineData("train strokes --model nade --set hiden=3", "hidden")]
    [InlineData("train strokes --model nade --set binarise=static", "binarize")]
    [InlineData("train strokes --model nade --set patiance=3", "patience")]
    [InlineData("data show strokes --set binarise=static", "binarize")]
    [InlineData("data show stroke", "strokes")]
    [InlineData("data get cifar-10", "cifar10")]
    [InlineData("models gatedpixelcnn", "gated-pixelcnn")]
    public void What_is_mistyped_is_told_what_was_meant(string arguments, string meant)
    {
        var run = CliRun.Of(arguments.Split(' '));
        Assert.Equal(2, run.Code);
        Assert.Contains($"(did you mean '{meant}'?)", run.Error);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }
}
