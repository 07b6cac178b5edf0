using System.Diagnostics;
using Likely.Cli;
using Likely.Models;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>The real program in a shell: signals, standard streams that are closed, full or files, and runs that are killed.</summary>
[Collection(nameof(CliFolder))]
public sealed class ProcessTests
{
    const string Endless = "train strokes --model gated-pixelcnn --set binarize=threshold limit=200 channels=4 layers=1 kernel=3 --steps 1000000 --batch 8";

    [UnixFact]
    public void A_closed_or_full_stdout_is_one_sentence()
    {
        foreach (var (arguments, redirection) in ((string, string)[])[("models", ">&-"), ("models --json", ">&-"), ("models", ">/dev/full"), ("--help", ">/dev/full"), ("score plain.likely strokes --limit 3 --out -", ">/dev/full")])
        {
            var (code, output, error) = Shell($"{Program} {arguments} {redirection}");
            Assert.Equal(1, code);
            Assert.Empty(output);
            Assert.StartsWith("likely: standard output", Assert.Single(error.TrimEnd().Split('\n'), line => line.StartsWith("likely: ", StringComparison.Ordinal)));
        }
        Assert.Equal((0, "gated-pixelcnn\n", ""), Shell($"{Program} models | head -n 3 | tail -n 1"));
        // What would go on for days ends with its reader, and says nothing of it.
        var made = ContinuationTests.Model(Tokens.Bytes);
        new Checkpoint(made.Model, [], new DataOptions { As = Modality.Text }.ToCanonical()) { Assets = made.Assets }.Save("talk.likely", overwrite: true);
        var quiet = Shell($"set -o pipefail; {Program} sample talk.likely --length 100000000 | head -c 5");
        Assert.Equal((0, ""), (quiet.Code, quiet.Error));
    }

    [UnixFact]
    public void Standard_streams_by_their_names_are_read_and_written_or_refused()
    {
        File.Delete("table.csv");
        CliRun.Ok("score plain.likely strokes --limit 3 --out table.csv");
        var table = File.ReadAllText("table.csv");
        foreach (var name in (string[])["-", "/dev/stdout", "/dev/fd/1"]) Assert.Equal((0, table), Outcome($"{Program} score plain.likely strokes --limit 3 --out {name} --quiet | cat"));
        Assert.Equal((0, ""), Outcome($"{Program} score plain.likely strokes --limit 3 --out streamed.csv --quiet --force >streamed.csv"));
        Assert.Equal(table, File.ReadAllText("streamed.csv"));
        Refused($"{Program} sample plain.likely --out /dev/stdout | cat", "stdout|standard output");
        Refused($"{Program} sample plain.likely --out drawn-here.png >drawn-here.png", "standard output");
        Assert.Equal(0, Shell($"{Program} sample plain.likely --out /dev/null").Code);
        Refused($"{Program} score plain.likely <(cat picture.png)", "pipe");
        Refused($"{Program} sample <(cat plain.likely)", "pipe");
        Refused($"cat picture.png | {Program} score plain.likely /dev/stdin", "pipe");
        Refused($"{Program} score plain.likely - <picture.png", "/dev/stdin");
        Assert.Equal(0, Shell($"{Program} data show /dev/stdin --out shown-stdin.png --force <picture.png").Code);
        Refused($"{Program} sample plain.likely --out >(cat >/dev/null)", "pipe");
        File.Delete("drawn-here.png");

        static void Refused(string command, string sentence)
        {
            var (code, _, error) = Shell($"set -o pipefail; {command}");
            Assert.True(code == 2, $"{command}: {code} {error}");
            Assert.Matches(sentence, error);
            Assert.Single(error.TrimEnd().Split('\n'));
        }
    }

    [UnixFact]
    public void A_killed_run_holds_nothing_and_what_it_left_is_cleared_away()
    {
        using (var first = Start($"{Endless} --out locked.likely --force", "step"))
        {
            var (code, _, error) = Shell($"{Program} {Endless} --out locked.likely --force");
            Assert.Equal(2, code);
            Assert.Contains("another run", error);
            first.Kill();
            first.WaitForExit();
        }
        // An unfinished file and the lock that a killed run leaves with it.
        File.WriteAllText($".likely-locked.resume-{new string('b', 32)}.tmp", "half");
        File.WriteAllText(".likely-locked.resume.lock", "");
        Assert.Equal(0, Shell($"{Program} {Endless.Replace("1000000", "2")} --out locked.likely --force").Code);
        Assert.Empty(Directory.GetFiles(".", ".likely-*locked*"));
    }

    [UnixFact]
    public void A_signal_saves_and_ends_and_a_second_one_only_hurries()
    {
        foreach (var signals in (string[][])[["INT"], ["TERM"], ["HUP"], ["INT", "TERM"]])
        {
            if (signals[0] == "INT" && IgnoresInterrupts) continue;
            File.Delete("signalled.resume");
            using var run = Start($"{Endless} --out signalled.likely --force", "%  step");
            Shell(string.Join("; ", signals.Select(signal => $"kill -{signal} {run.Id}")));
            var ended = run.WaitForExit(TimeSpan.FromSeconds(20));
            if (!ended) run.Kill(); // a run that goes on writes into other tests' folder
            Assert.True(ended, signals[0]);
            Assert.Equal(130, run.ExitCode);
            Assert.True(File.Exists("signalled.resume") || signals.Length > 1, signals[0]);
        }
        File.Delete("signalled.resume");
    }

    static string Program => $"dotnet exec '{typeof(CommandLine).Assembly.Location}'";

    static (int Code, string Output) Outcome(string command)
    {
        var (code, output, error) = Shell($"set -o pipefail; {command}");
        Assert.True(code == 0, error);
        return (code, output);
    }

    static (int Code, string Output, string Error) Shell(string command)
    {
        var start = new ProcessStartInfo("bash", ["-c", command]) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(TimeSpan.FromMinutes(1)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{command} did not end");
        }
        return (process.ExitCode, output.Result, error.Result);
    }

    // A shell starts what it puts into the background deaf to SIGINT, and the children inherit that.
    static bool IgnoresInterrupts => File.Exists("/proc/self/status") && File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) is var line
        && (Convert.ToUInt64(line[7..].Trim(), 16) & 2) != 0;

    // Waits until stderr has a line with that text.
    static Process Start(string arguments, string text)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(CommandLine).Assembly.Location, .. arguments.Split(' ')]) { RedirectStandardError = true };
        var process = Process.Start(start)!;
        while (process.StandardError.ReadLine() is { } line)
            if (line.Contains(text, StringComparison.Ordinal)) break;
        _ = process.StandardError.ReadToEndAsync(); // so that the pipe never fills
        return process;
    }
}
