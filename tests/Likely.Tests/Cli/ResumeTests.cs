using System.Diagnostics;
using Likely.Cli;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>A run that is interrupted or killed and then resumed ends with the same bits as one that was not.</summary>
[Collection(nameof(CliFolder))]
public sealed class ResumeTests
{
    const string Options = "train strokes --model gated-pixelcnn --set binarize=threshold limit=64 channels=4 layers=1 validate_every=4 --steps 30 --batch 16 --json";

    [Fact]
    public void An_interrupted_run_goes_on_as_if_nothing_had_been()
    {
        var whole = CliRun.Ok($"{Options} --out whole.likely --force");
        using var stop = new CancellationTokenSource();
        var interrupted = CliRun.With(new StopAt("step 12/30", stop), stop.Token, $"{Options} --out parts.likely --force".Split(' '));
        Assert.Equal(130, interrupted.Code);
        Assert.Contains("--resume", interrupted.Error.TrimEnd().Split('\n')[^1]);
        Assert.True((bool)interrupted.Json["interrupted"]!);
        Assert.Equal(12, (int)interrupted.Json["steps"]!);
        Assert.True(File.Exists("parts.resume"));
        Assert.True(File.Exists("parts.likely"));

        Assert.Equal(2, CliRun.Of($"{Options} --out parts.likely".Split(' ')).Code);
        var other = CliRun.Of($"{Options} --out parts.likely --resume --batch 8".Replace("--batch 16 ", "").Split(' '));
        Assert.Equal(2, other.Code);
        Assert.Contains("belongs to another run: it has batch=16 and this one batch=8; give the same options", other.Error);
        var rest = CliRun.Ok($"{Options} --out parts.likely --resume");
        Assert.Equal((string)whole.Json["identity"]!, (string)rest.Json["identity"]!);
        Assert.False(File.Exists("parts.resume"));
        Assert.Equal(Steps("whole.run/metrics.jsonl", validated: true), Steps("parts.run/metrics.jsonl", validated: true));
        var finished = File.ReadAllBytes("parts.likely");
        foreach (var force in (string[])["", " --force"])
        {
            var more = CliRun.Of($"{Options} --out parts.likely --resume{force}".Split(' '));
            Assert.Equal(2, more.Code);
            Assert.Contains("training of parts.likely is finished; go on from it with --from parts.likely --out OTHER, or start anew with --force in place of --resume", more.Error);
        }
        Assert.Equal(finished, File.ReadAllBytes("parts.likely"));
    }

    [Fact]
    public void A_killed_run_goes_on_as_if_nothing_had_been()
    {
        var whole = (string)CliRun.Ok($"{Options} --out whole.likely --force").Json["identity"]!;
        var clock = Stopwatch.StartNew();
        Assert.Equal(0, Start("timing.likely", null));
        var seconds = clock.Elapsed.TotalSeconds;
        var random = new Philox((ulong)Environment.TickCount64, RandomPurpose.Test);
        var moments = Environment.GetEnvironmentVariable("LIKELY_LONG") == "1" ? 10 : 2;
        for (var moment = 0; moment < moments; moment++)
        {
            var delay = random.UniformDouble((ulong)moment, 0) * seconds;
            Start("killed.likely", delay);
            var rest = CliRun.Of([.. $"{Options} --out killed.likely".Split(' '), File.Exists("killed.resume") ? "--resume" : "--force"]);
            Assert.True(rest.Code == 0, $"killed after {delay:0.000} of {seconds:0.000} s: {rest.Error}");
            Assert.True(whole == (string)rest.Json["identity"]!, $"killed after {delay:0.000} of {seconds:0.000} s: other bits");
            foreach (var file in Directory.GetFiles(".", "killed.*")) File.Delete(file);
            Directory.Delete("killed.run", recursive: true);
        }
    }

    // Runs the real program, to its end or until it is killed.
    static int Start(string output, double? killAfter)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(CommandLine).Assembly.Location, .. Options.Split(' '), "--out", output]) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (killAfter is { } seconds && !process.WaitForExit(TimeSpan.FromSeconds(seconds))) process.Kill();
        process.WaitForExit();
        return process.ExitCode;
    }

    static List<string> Steps(string path, bool validated)
        => [.. File.ReadLines(path).Where(line => line.Contains("validation_nats") == validated).Select(line => line[..line.IndexOf(',')])];

    internal sealed class StopAt(string text, CancellationTokenSource stop) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.Contains(text) == true) stop.Cancel();
        }
    }
}
