using Likely.Models;
using Likely.Tests.Archives;
using Xunit;
using Likely.Tensors;

namespace Likely.Tests.Cli;

/// <summary>Work that is too large is refused before it is begun, in a sentence that says what would fit: never an error of the program itself.</summary>
public sealed class MemoryTests
{
    [Theory]
    [InlineData("--set size=8192x8192 --dry-run")]
    [InlineData("--set size=8192x8192")]
    [InlineData("--set size=4096x4096 embedding=255 --dry-run")]
    [InlineData("--set size=4096x4096 channels=4000 layers=500 --dry-run")]
    public void A_training_that_does_not_fit_is_refused_at_once(string options)
    {
        using var folder = new TemporaryFolder();
        var output = folder["a.likely"];
        var run = CliRun.Of([.. $"train strokes --model gated-pixelcnn {options} --out {output}".Split(' ')]);
        Assert.True(run.Code == 2, run.Error);
        var sentence = run.Error.TrimEnd('\r', '\n').Split('\n')[^1];
        Assert.DoesNotContain("program itself", sentence);
        Assert.Matches("size=|smaller", sentence);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_binary_model_of_a_large_picture_is_refused_as_well()
    {
        foreach (var model in new[] { "fvsbn", "nade --set hidden=500", "made" })
        {
            var run = CliRun.Of([.. $"train strokes --model {model} --set size=8192x8192 binarize=threshold --dry-run".Split(' ')]);
            Assert.True(run.Code == 2, run.Error);
            Assert.Contains("weights", run.Error);
            Assert.Contains("smaller", run.Error);
        }
    }

    [Fact]
    public void A_forecast_of_much_work_takes_seconds()
    {
        var start = RunningTime.Now;
        var run = CliRun.Ok("train strokes --model gated-pixelcnn --set size=256x256 channels=8 layers=2 kernel=7 --batch 8 --steps 1000000 --dry-run --json --quiet --threads 1");
        Assert.True((double)run.Json["forecast_seconds"]! > 1000);
        Assert.True(RunningTime.Since(start).TotalSeconds < 120, $"{RunningTime.Since(start)}");
    }

    [Fact]
    public void A_model_whose_preprocessing_blows_items_up_is_refused()
    {
        using var folder = new TemporaryFolder();
        var small = Space.Image(28, 28, 1, 256);
        var checkpoint = new Checkpoint(new GatedPixelCnnConfig { Channels = 2, Layers = 1, Kernel = 3 }.Build(small, 0, 1), [], "size=8192x8192");
        checkpoint.Save(folder["bomb.likely"]);
        foreach (var verb in new[] { "score {0} strokes --out {1}", "complete {0} strokes --out {1}", "shrink {0} --out {1}", "sample {0} --out {1}" })
        {
            var run = CliRun.Of([.. string.Format(verb, folder["bomb.likely"], folder["out"]).Split(' ')]);
            Assert.True(run.Code == 2, run.Error);
            Assert.Contains("8192 x 8192", run.Error);
        }
    }

    [Fact]
    public void A_picture_larger_than_memory_allows_is_not_drawn()
    {
        using var folder = new TemporaryFolder();
        var checkpoint = new Checkpoint(new GatedPixelCnnConfig { Channels = 2, Layers = 1, Kernel = 3 }.Build(Space.Image(8192, 8192, 3, 256), 0, 1), [], "");
        checkpoint.Save(folder["large.likely"]);
        Assert.Equal(0, CliRun.Of("info", folder["large.likely"]).Code);
        var run = CliRun.Of("sample", folder["large.likely"], "--count", "64", "--out", folder["a.png"]);
        Assert.True(run.Code == 2, run.Error);
        Assert.Contains("at most 1 with --count", run.Error);
        Assert.Contains("8192 x 8192", Assert.Throws<InsufficientMemoryException>(() => Walk.Sample(checkpoint.Density, 100_000)).Message);
    }
}
