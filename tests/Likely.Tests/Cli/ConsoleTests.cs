using System.Text;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>What reaches a terminal or a script: errors as JSON too, no control characters from files, tables on stdout, work that goes on without stderr.</summary>
[Collection(nameof(CliFolder))]
public sealed class ConsoleTests
{
    [Theory]
    [InlineData("frobnicate --json")]
    [InlineData("sample --json")]
    [InlineData("sample missing.likely --json --quiet")]
    [InlineData("--json data show nosuchdata")]
    [InlineData("train strokes --json --model nonesuch")]
    [InlineData("sample plain.likely --count 0 --json")]
    [InlineData("score plain.likely color.png --json")]
    [InlineData("complete plain.likely strokes --bogus --json")]
    [InlineData("verify picture.png --json")]
    public void An_error_is_the_last_line_of_stdout_too(string arguments)
    {
        var run = CliRun.Of(arguments.Split(' '));
        Assert.Equal(2, run.Code);
        Assert.Equal(2, (int)run.Json["exit_code"]!);
        Assert.Equal(run.Error.TrimEnd(), $"likely: {(string)run.Json["error"]!}");
    }

    [Fact]
    public void An_interrupted_verb_says_so_in_JSON()
    {
        var run = CliRun.With(new StringWriter(), new CancellationToken(canceled: true), "sample", "plain.likely", "--json", "--out", "never.png");
        Assert.Equal(130, run.Code);
        Assert.Equal(130, (int)run.Json["exit_code"]!);
        Assert.False(File.Exists("never.png"));
    }

    [Fact]
    public void A_closed_or_full_stderr_stops_nothing()
    {
        var run = CliRun.With(new BrokenWriter(), default, "train strokes --model gated-pixelcnn --set binarize=threshold limit=48 channels=4 layers=1 kernel=3 --steps 3 --batch 16 --out unheard.likely --force --verbose".Split(' '));
        Assert.Equal(0, run.Code);
        Assert.True(File.Exists("unheard.likely"));
        run = CliRun.With(new BrokenWriter(), default, "sample", "missing.likely", "--json");
        Assert.Equal((2, 2), (run.Code, (int)run.Json["exit_code"]!));
    }

    [UnixFact]
    public void Nothing_from_a_file_steers_the_terminal()
    {
        foreach (var name in (string[])["cat\u001b[2J", "dog\nlikely: all is well\u0007"])
        {
            Directory.CreateDirectory($"hostile/{name}");
            for (var i = 0; i < 6; i++) File.Copy("picture.png", $"hostile/{name}/{i}\u001b]0;title\u0007.png", overwrite: true);
        }
        var train = CliRun.Ok("train hostile --model gated-pixelcnn --set binarize=threshold conditional=true channels=4 layers=1 kernel=3 validation=0.2 --steps 2 --batch 4 --out hostile.likely --force");
        File.Copy("cut.png", "hostile/bad\u001b[31m.png", overwrite: true);
        CliRun[] runs =
        [
            train, CliRun.Of("data", "show", "hostile"), CliRun.Ok("info hostile.likely"), CliRun.Of("sample", "hostile.likely", "--label", "bird"),
            CliRun.Of("score", "hostile.likely", "animals", "--set", "size=28x28", "gray=true"), CliRun.Of("train", "hostile", "--model", "made"),
            CliRun.Of("compress", "hostile.likely", "hostile", "--out", "hostile.lka", "--force"), CliRun.Of("info", "hostile.lka"), CliRun.Of("decompress", "hostile.lka", "--out", "hostile-back", "--only", "x\u001b"),
        ];
        foreach (var run in runs)
            foreach (var text in (string[])[run.Output, run.Error])
            {
                Assert.DoesNotContain(text, letter => char.IsControl(letter) && letter != '\n');
                Assert.DoesNotContain(text.Split('\n'), line => line.StartsWith("likely: all is well", StringComparison.Ordinal));
            }
        Assert.Contains("cat\\x1b[2J", runs[2].Output);
        Directory.Delete("hostile", recursive: true);
    }

    [Fact]
    public void A_table_streams_to_stdout_and_the_answer_to_stderr()
    {
        CliRun.Ok("score plain.likely strokes --limit 5 --out streamed.csv --force");
        var text = CliRun.Ok("score plain.likely strokes --limit 5 --out -");
        Assert.Equal(File.ReadAllText("streamed.csv"), text.Output);
        Assert.Contains("5 items", text.Error.Replace("5 of", "5 items of"));
        var json = CliRun.Ok("score plain.likely strokes --limit 5 --out - --json --quiet");
        Assert.StartsWith(text.Output, json.Output);
        Assert.Equal("-", (string)json.Json["output"]!);
        Assert.Empty(json.Error);
        Assert.False(File.Exists("-"));
    }

    [Theory]
    [InlineData("sample plain.likely --out x.jpg", "x.png")]
    [InlineData("score plain.likely strokes --out scores.tsv", "scores.csv")]
    [InlineData("train strokes --model nade --out x.pt", "x.likely")]
    public void A_name_that_promises_something_else_is_told_its_own(string arguments, string advice) => Assert.Contains($"name it {advice}", CliRun.Of(arguments.Split(' ')).Error);

    public static TheoryData<string[]> Empty => new(
    [
        ["train", "", "--model", "made"], ["train", "strokes", "--model", ""], ["train", "strokes", "--model", "made", "--out", ""], ["train", "strokes", "--from", " "], ["train", "strokes", "--model", "made", "--validation", ""],
        ["sample", ""], ["sample", "plain.likely", "--out", ""], ["sample", "plain.likely", "--each", ""], ["sample", "labels.likely", "--label", ""], ["score", "plain.likely", ""], ["score", "plain.likely", "strokes", "--map", ""],
        ["score", "plain.likely", "strokes", "--split", ""], ["complete", "plain.likely", "strokes", "--keep", ""], ["compress", "plain.likely", "picture.png", "--out", ""], ["decompress", "x.lka", "--out", ""],
        ["shrink", "plain.likely", "--data", ""], ["info", ""], ["data", "show", ""], ["data", "get", ""], ["demo", "--out", ""], ["verify", ""], ["compress", "plain.likely", ""],
    ]);

    [Theory, MemberData(nameof(Empty))]
    public void An_empty_name_is_told_whose_it_is(string[] arguments)
    {
        var run = CliRun.Of(arguments);
        Assert.Equal(2, run.Code);
        Assert.Matches("^likely: [-A-Za-z]+ is empty; give it a value\\.\n$", run.Error);
    }

    [Fact]
    public void A_name_of_a_folder_here_and_of_a_known_data_set_is_refused_with_both_ways_out()
    {
        Directory.CreateDirectory("strokes");
        File.Copy("picture.png", "strokes/a.png", overwrite: true);
        try
        {
            var run = CliRun.Of("data", "show", "strokes");
            Assert.Equal(2, run.Code);
            Assert.Contains("known:strokes", run.Error);
            Assert.Contains("./strokes", run.Error);
            Assert.Equal(60_000, (int)CliRun.Ok("data show known:strokes --json --out known.png --force").Json["train"]!);
            Assert.DoesNotContain("\\n", CliRun.Ok("data show known:strokes --out known.png --force").Output);
            Assert.Equal("strokes", (string)CliRun.Ok("data show ./strokes --json --out here.png --force").Json["name"]!);
        }
        finally
        {
            Directory.Delete("strokes", recursive: true);
        }
    }

    [Fact]
    public void A_demo_that_could_not_write_its_report_does_not_train()
    {
        if (!Directory.Exists("/proc/self")) return;
        var start = RunningTime.Now;
        var run = CliRun.Of("demo", "--minutes", "5", "--out", "/proc/self/demo/report.html");
        Assert.Equal(2, run.Code);
        Assert.Contains("cannot be written", run.Error);
        Assert.True(RunningTime.Since(start).TotalSeconds < 60);
    }

    sealed class BrokenWriter : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => throw new IOException("No space left on device");
    }
}
