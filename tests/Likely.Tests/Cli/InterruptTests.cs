using Xunit;

namespace Likely.Tests.Cli;

/// <summary>Every verb that can take long ends soon after it is asked to, with code 130, and leaves no file.</summary>
[Collection(nameof(CliFolder))]
public sealed class InterruptTests(CliFolder folder)
{
    const string Model = "--model gated-pixelcnn --set binarize=threshold channels=32 layers=6 kernel=7";

    // The contract says a second; the rest is for machines that do other things as well.
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(8);

    [Theory]
    [InlineData("sample plain.likely --count 50000 --out never.png")]
    [InlineData("complete plain.likely strokes --count 10000 --out never.png")]
    [InlineData("score plain.likely strokes --split all --out never.csv")]
    [InlineData("score plain.likely strokes --split all --limit 9000 --map never")]
    [InlineData("shrink plain.likely --data strokes --limit 60000 --out never.likely")]
    [InlineData("compress plain.likely many-images.idx --out never.lka")]
    [InlineData("compress plain.likely many-images.idx --out never.lka --json")]
    [InlineData("decompress many.lka --out never")]
    [InlineData("verify many.lka")]
    [InlineData("train strokes " + Model + " --dry-run")]
    [InlineData("train strokes " + Model + " --out never.likely")]
    [InlineData("train strokes " + Model + " --steps 100000 --out never.likely")]
    [InlineData("demo --out never/report.html")]
    [InlineData("bench")]
    [InlineData("data save strokes --split train --out never-images.idx")]
    public void A_verb_ends_soon_after_it_is_asked_to(string arguments)
    {
        if (!File.Exists("many.lka"))
        {
            CliRun.Ok("data save strokes --split train --limit 20000 --set binarize=threshold --out many-images.idx --quiet --force");
            CliRun.Ok("compress plain.likely many-images.idx --out many.lka --no-verify --quiet --force");
        }
        var before = folder.Files();
        foreach (var moment in (double[])[0, 0.1, 0.8])
        {
            using var stop = new CancellationTokenSource();
            var asked = 0L;
            using var registration = stop.Token.Register(() => asked = RunningTime.Now.Ticks);
            if (moment == 0) stop.Cancel(); // a timer may come later than a quick verb ends
            else stop.CancelAfter(TimeSpan.FromSeconds(moment));
            var run = CliRun.With(new StringWriter(), stop.Token, [.. arguments.Split(' '), "--threads", "2"]);
            var later = asked == 0 ? TimeSpan.Zero : RunningTime.Since(TimeSpan.FromTicks(asked));
            Assert.True(later < Soon, $"{arguments}, asked after {moment} s, ended {later.TotalSeconds:0.0} s later");
            Assert.True(run.Code == 130 || asked == 0 || run.Code == 0 && moment > 0, $"{arguments}, asked after {moment} s: {run.Code} {run.Error}");
            foreach (var left in (string[])["never.likely", "never.resume"]) File.Delete(left); // what training saves
            if (Directory.Exists("never.run")) Directory.Delete("never.run", recursive: true);
            if (run.Code == 0) foreach (var made in folder.Files().Except(before)) File.Delete(made);
            Assert.Empty(folder.Files().Except(before));
        }
    }
}
