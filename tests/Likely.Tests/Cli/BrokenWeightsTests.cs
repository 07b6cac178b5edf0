using System.Runtime.InteropServices;
using Likely.Models;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>A model whose weights are finite but so large that its numbers are not gives no result that looks like one.</summary>
[Collection(nameof(CliFolder))]
public sealed class BrokenWeightsTests
{
    public BrokenWeightsTests()
    {
        foreach (var name in (string[])["plain", "grey", "labels"])
        {
            var bytes = File.ReadAllBytes($"{name}.likely");
            MemoryMarshal.Cast<byte, float>(bytes.AsSpan(8 + BitConverter.ToInt32(bytes))).Fill(3e38f);
            bytes[bytes.AsSpan().IndexOf("likely_sha256"u8)] = (byte)'_'; // as a file of an earlier version, without a check sum
            File.WriteAllBytes($"broken-{name}.likely", bytes);
        }
    }

    [Theory]
    [InlineData("plain", "strokes")]
    [InlineData("grey", "strokes")]
    public void Scores_that_are_no_numbers_are_no_table(string model, string data)
    {
        var run = CliRun.Of("score", $"broken-{model}.likely", data, "--limit", "5", "--out", "broken.csv", "--map", "broken-maps", "--quiet");
        Assert.Equal(1, run.Code);
        Assert.Contains("5 of 5 items have no finite score", run.Error);
        Assert.Contains("too high a rate", run.Error);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.False(File.Exists("broken.csv") || Directory.Exists("broken-maps"));
    }

    [Theory]
    [InlineData("detect broken-plain.likely strokes --limit 5 --alpha 0.5 --out broken.csv --report broken.html --map broken-maps")]
    [InlineData("detect broken-plain.likely strokes --limit 5 --normal strokes --out broken.csv")]
    [InlineData("classify broken-labels.likely strokes --limit 5 --out broken.csv")]
    public void Nothing_is_judged_by_what_is_no_likelihood(string arguments)
    {
        var run = CliRun.Of([.. arguments.Split(' '), "--quiet"]);
        Assert.NotEqual(0, run.Code);
        Assert.Contains("no finite", run.Error);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.False(File.Exists("broken.csv") || File.Exists("broken.html") || Directory.Exists("broken-maps"));
    }

    [Theory]
    [InlineData("sample broken-plain.likely --count 2 --out broken.png")]
    [InlineData("sample broken-grey.likely --count 2 --out broken.png")]
    [InlineData("complete broken-plain.likely picture.png --out broken.png")]
    public void Nothing_is_drawn_from_what_is_no_distribution(string arguments)
    {
        var run = CliRun.Of([.. arguments.Split(' '), "--quiet"]);
        Assert.Equal(1, run.Code); // as of scores: the command is right, and what it computed is not
        Assert.Contains("no distribution to draw from", run.Error);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.False(File.Exists("broken.png"));
    }

    [Fact]
    public void The_library_refuses_to_draw_with_an_exception_of_its_own()
        => Assert.Throws<ModelException>(() => Walk.Sample(Checkpoint.Load("broken-grey.likely").Density, 1));
}
