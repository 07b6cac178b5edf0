using Likely.Models;
using Likely.Tests.Data.Sound;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>The verbs on sounds that are given what lies beside them: trained, scored, drawn from and gone on with by it, and refused in a sentence where there is no answer.</summary>
[Collection(nameof(CliFolder))]
public sealed class SoundSourceVerbsTests
{
    const string Small = "--model wavenet --set layers=3 stacks=1 channels=6 skip=6 beside=lab label=LABEL_*";

    public SoundSourceVerbsTests()
    {
        if (File.Exists("beside.likely")) return;
        Directory.CreateDirectory("spoken");
        for (var i = 0; i < 24; i++)
        {
            File.WriteAllBytes($"spoken/{(i % 2 == 0 ? "low" : "high")}_{i}.wav", WavFiles.Of(WavFiles.Shorts(WavFiles.Tone(300 + 10 * i, i % 2 == 0 ? 200 : 900, 8000))));
            File.WriteAllText($"spoken/{(i % 2 == 0 ? "low" : "high")}_{i}.lab", new string(i % 2 == 0 ? 'l' : 'h', 30 + i));
        }
        CliRun.Ok($"train spoken {Small} --steps 4 --batch 4 --out beside.likely --quiet");
        CliRun.Ok($"train spoken {Small} conditional=true levels=65536 head=mixture --steps 4 --batch 4 --out besides.likely --quiet");
        Directory.CreateDirectory("bare");
        File.Copy("spoken/low_0.wav", "bare/low_0.wav");
        File.WriteAllText("given.lab", "llllhhhh\n");
        File.WriteAllText("none.lab", "\n");
    }

    [Fact]
    public void Training_leaves_sheets_and_says_how_long_a_symbol_lasts_and_a_training_goes_on()
    {
        Assert.NotEmpty(Directory.GetFiles("beside.run", "samples-*.wav"));
        Assert.NotEmpty(Directory.GetFiles("besides.run", "samples-*.wav"));
        var info = CliRun.Ok("info beside.likely").Output;
        Assert.Contains("given 53", info);
        Assert.Contains("stretch=10", info.Replace(" ", ""));
        Assert.Contains("beside=lab", info);
        CliRun.Ok($"train spoken {Small} --steps 2 --batch 4 --from beside.likely --validation spoken --out goes-on.likely --force --quiet");
        CliRun.Ok($"train spoken {Small} --dry-run --steps 2");
        // Windows of clips, some of which begin in the middle of one.
        string Trained(int threads)
        {
            CliRun.Ok($"train spoken {Small} context=64 stretch=9 --steps 30 --batch 3 --threads {threads} --out windows.likely --force --quiet");
            return Checkpoint.Load("windows.likely").Identity();
        }
        Assert.Equal(Trained(1), Trained(2));
        CliRun.Ok("shrink beside.likely --bits 8 --out beside8.likely --force");
        CliRun.Ok("sample beside8.likely --prompt lh --count 1 --out drawn8.wav --force");
        var show = CliRun.Ok("data show spoken --set beside=lab --out spoken-show.wav --force").Output;
        Assert.Contains("24 of 30 to 53 symbols", show);
        Assert.Contains("10.0 to 10.0 samples a symbol", show);
    }

    [Fact]
    public void A_score_gives_each_sound_what_lies_beside_it_and_does_not_depend_on_the_others()
    {
        var all = CliRun.Ok("score beside.likely spoken --split all --out spoken.csv --force --map spoken-maps --json").Json;
        Assert.Equal((24, Enumerable.Range(0, 24).Sum(i => 300 + 10 * i)), ((int)all["count"]!, (int)all["samples"]!));
        var nats = File.ReadAllLines("spoken.csv").Single(line => line.Contains("low_0.wav")).Split(',')[3];
        CliRun.Ok("score beside.likely spoken/low_0.wav --out alone.csv --force --threads 1");
        Assert.Equal(nats, File.ReadAllLines("alone.csv")[1].Split(',')[3]);
        Directory.CreateDirectory("others");
        File.Copy("spoken/low_0.wav", "others/low_0.wav", overwrite: true);
        File.WriteAllText("others/low_0.lab", new string('h', 30));
        CliRun.Ok("score beside.likely others/low_0.wav --out others.csv --force --split all");
        Assert.NotEqual(nats, File.ReadAllLines("others.csv")[1].Split(',')[3]);
        Assert.Equal(24, (int)CliRun.Ok("score besides.likely spoken --split all --out spoken.csv --force --json").Json["count"]!);
        CliRun.Ok("score besides.likely others --label low --split all --out others.csv --force");
    }

    [Fact]
    public void Sounds_are_drawn_as_long_as_what_they_are_given_lasts_and_repeat()
    {
        var run = CliRun.Ok("sample beside.likely --prompt @given.lab --count 2 --out given.wav --each given --temperature 0.9 --force --json");
        Assert.Equal((2, 44 + 2 * (2 * 80 + 2000)), ((int)run.Json["count"]!, (int)new FileInfo("given.wav").Length));
        CliRun.Ok("sample beside.likely --prompt llllhhhh --count 1 --out one.wav --temperature 0.9 --force --threads 1");
        Assert.Equal(File.ReadAllBytes("given/00000.wav"), File.ReadAllBytes("one.wav"));
        CliRun.Ok("sample beside.likely --prompt hhhhhhhh --count 1 --out two.wav --temperature 0.9 --force");
        Assert.NotEqual(File.ReadAllBytes("one.wav"), File.ReadAllBytes("two.wav"));
        CliRun.Ok("sample besides.likely --prompt lh --label high --count 1 --length 30 --out length.wav --force");
        Assert.Equal(44 + 2 * 30, new FileInfo("length.wav").Length);
        CliRun.Ok("complete beside.likely spoken --item 3 --count 2 --out besides.wav --force");
    }

    [Theory]
    [InlineData("sample beside.likely", "give those by --prompt SYMBOLS, or a file such as it was trained beside by --prompt @FILE.lab")]
    [InlineData("sample beside.likely --prompt @nothing", "there is no file nothing")]
    [InlineData("sample beside.likely --prompt @none.lab", "'none.lab' is empty")]
    [InlineData("sample beside.likely --prompt x --label low", "this one knows no labels")]
    [InlineData("sample beside.likely --prompt @given.lab --out given.lab --force", "given.lab")]
    [InlineData("score beside.likely bare/low_0.wav --out x.csv --force", "There is no 'bare/low_0.lab'")]
    [InlineData("score beside.likely spoken --given abc --out x.csv", "scores each item given its own source")]
    [InlineData("score beside.likely spoken --beam 2 --out x.csv", "the model is none of pairs")]
    [InlineData("score besides.likely spoken/low_0.wav --set label=?_* --out x.csv", "label")]
    [InlineData("encode beside.likely spoken --out x.npy", "models of sounds alone encode")]
    [InlineData("detect beside.likely spoken --out x.csv", "no item on its own")]
    [InlineData("classify besides.likely spoken --out x.csv", "no item on its own")]
    [InlineData("compress beside.likely spoken --out x.lka", "codes no files; train one without beside= for that")]
    [InlineData("train spoken --model bytenet --set beside=lab --steps 1 --out x.likely", "wavenet does")]
    [InlineData("train spoken --model char-rnn --set beside=lab --steps 1 --out x.likely", "wavenet does")]
    public void What_does_not_apply_is_refused_in_a_sentence(string arguments, string words)
    {
        var run = CliRun.Of(arguments.Split(' '));
        Assert.True(run.Code == 2, $"{run.Code}: {run.Error}");
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'), line => line.StartsWith("likely:", StringComparison.Ordinal));
    }
}
