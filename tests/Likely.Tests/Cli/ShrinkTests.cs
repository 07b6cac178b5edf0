using Likely.Models;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>shrink: its JSON, its sizes, and that every verb takes what it writes.</summary>
[Collection(nameof(CliFolder))]
public sealed class ShrinkTests
{
    [Theory]
    [InlineData(16, "bfloat16")]
    [InlineData(8, "int8")]
    public void A_shrunk_model_is_smaller_and_every_verb_takes_it(int bits, string storage)
    {
        CliRun.Ok("train strokes --model made --set binarize=threshold limit=48 hidden=64 --steps 4 --batch 16 --out large.likely --quiet --force");
        var run = CliRun.Ok($"shrink large.likely --bits {bits} --limit 20 --out small.likely --json --force");
        foreach (var key in (string[])["checkpoint", "bits", "input_bytes", "output_bytes", "bits_per_dim_before", "bits_per_dim_after", "seconds"]) Assert.True(run.Json.ContainsKey(key), key);
        Assert.Equal("small.likely", (string)run.Json["checkpoint"]!);
        Assert.Equal(new FileInfo("large.likely").Length, (long)run.Json["input_bytes"]!);
        Assert.InRange((double)run.Json["output_bytes"]! / (double)run.Json["input_bytes"]!, bits / 32.0 - 0.01, bits / 32.0 + 0.02);
        Assert.Equal((double)run.Json["bits_per_dim_before"]!, (double)run.Json["bits_per_dim_after"]!, 0.02);

        var info = CliRun.Ok("info small.likely --json");
        Assert.Equal(storage, (string)info.Json["storage"]!);
        Assert.Equal((string)run.Json["identity"]!, (string)info.Json["identity"]!);
        Assert.Contains("stored as", CliRun.Ok("info small.likely").Output);
        CliRun.Ok("sample small.likely --count 2 --out small.png --force");
        CliRun.Ok("complete small.likely picture.png --out small.png --force");
        CliRun.Ok("train strokes --from small.likely --set limit=32 --steps 1 --batch 8 --out further-small.likely --quiet --force");
        Assert.Equal(WeightStorage.Float32, Checkpoint.Load("further-small.likely").Storage);
        var score = CliRun.Ok("score small.likely strokes --split validation --limit 20 --out small.csv --json --force");
        Assert.Equal((double)run.Json["bits_per_dim_after"]!, (double)score.Json["bits_per_dim"]!, 12);
    }

    [Fact]
    public void It_has_a_default_name_and_never_grows_a_model()
    {
        var run = CliRun.Ok("shrink plain.likely --bits 8 --limit 5 --json --force");
        Assert.Equal("runs/plain-8bit.likely", (string)run.Json["checkpoint"]!);
        foreach (var bits in (string[])["8", "16"])
        {
            var again = CliRun.Of("shrink", "runs/plain-8bit.likely", "--bits", bits, "--out", "shrunk-twice.likely");
            Assert.Equal(2, again.Code);
            Assert.Contains("already", again.Error);
        }
        Assert.False(File.Exists("shrunk-twice.likely"));
        CliRun.Ok("shrink fixed.likely --limit 5 --out middle.likely --force");
        CliRun.Ok("shrink middle.likely --bits 8 --limit 5 --out middle-8.likely --force");
    }

    [Fact]
    public void Without_its_data_the_loss_is_not_measured_but_said_to_be_unknown()
    {
        var checkpoint = Checkpoint.Load("plain.likely");
        checkpoint.DataName = "elsewhere";
        checkpoint.Save("elsewhere.likely");
        var run = CliRun.Ok("shrink elsewhere.likely --out nowhere.likely --json --force");
        Assert.Null(run.Json["bits_per_dim_before"]);
        Assert.Contains("--data", run.Error);
        Assert.True((double)CliRun.Ok("shrink elsewhere.likely --data uneven --out nowhere.likely --json --force").Json["bits_per_dim_after"]! > 0);
    }
}
