using System.Diagnostics;
using Likely.Cli;
using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Laws;
using Xunit;

namespace Likely.Tests.Archives;

/// <summary>
/// The real program, killed at any moment while it replaces files: what is there is all old until the first file moves, and the next run ends
/// with all new, and nothing beside. LIKELY_LONG=1 replaces 20,000 files thirty times.
/// </summary>
public sealed class ArchiveKillTests
{
    static readonly bool _long = Environment.GetEnvironmentVariable("LIKELY_LONG") == "1";

    [UnixFact]
    public void Killed_while_files_are_replaced_the_next_run_finishes()
    {
        var (files, kills) = _long ? (20_000, 30) : (400, 2);
        using var folder = new TemporaryFolder();
        var model = IdxFiles.Checkpoint(LawCases.Find("made: binary"));
        foreach (var age in (string[])["old", "new"])
        {
            Directory.CreateDirectory(folder[$"{age}/in"]);
            for (var i = 0; i < files; i++) File.WriteAllText(folder[$"{age}/in/{i % 50:00}-{i}.txt"], $"{age} {i}");
            Archive.Compress(model, [folder[$"{age}/in"]], folder[$"{age}.lka"], new ArchiveOptions { Verify = false });
        }
        var random = new Philox((ulong)Environment.TickCount64, RandomPurpose.Test);
        Decompress("old");
        var whole = Decompress("new");
        for (var kill = 0; kill < kills; kill++)
        {
            Decompress("old");
            Decompress("new", random.UniformDouble((ulong)kill, 0) * whole.TotalSeconds);
            var moved = Directory.GetFiles(folder["out"], "journal", SearchOption.AllDirectories).Length > 0;
            if (!moved) Assert.Single(Ages());
            Decompress("new");
            Assert.Equal("new", Assert.Single(Ages()));
            Assert.Equal(["in"], Directory.GetFileSystemEntries(folder["out"]).Select(Path.GetFileName));
            Assert.Equal(files, Directory.GetFiles(folder["out/in"]).Length);
        }

        HashSet<string> Ages() => [.. Directory.GetFiles(folder["out/in"]).Select(path => File.ReadAllText(path).Split(' ')[0])];

        TimeSpan Decompress(string age, double? killAfter = null)
        {
            var clock = Stopwatch.StartNew();
            var start = new ProcessStartInfo("dotnet", ["exec", typeof(CommandLine).Assembly.Location, "decompress", folder[$"{age}.lka"], "--out", folder["out"], "--force", "--quiet"])
            { RedirectStandardError = true, RedirectStandardOutput = true };
            using var process = Process.Start(start)!;
            process.OutputDataReceived += (_, _) => { };
            process.ErrorDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            if (killAfter is { } seconds && !process.WaitForExit(TimeSpan.FromSeconds(seconds))) process.Kill();
            process.WaitForExit();
            if (killAfter is null) Assert.Equal(0, process.ExitCode);
            return clock.Elapsed;
        }
    }
}
