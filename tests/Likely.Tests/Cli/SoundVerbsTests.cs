using Likely.Data;
using Likely.Models;
using Likely.Tests.Data.Sound;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>The verbs on sound: trained, drawn from, gone on with, scored, looked at and saved.</summary>
[Collection(nameof(CliFolder))]
public sealed class SoundVerbsTests
{
    const string Small = "--model wavenet --set layers=3 stacks=1 channels=6 skip=6 context=32";

    public SoundVerbsTests()
    {
        if (File.Exists("tones.likely")) return;
        Directory.CreateDirectory("tones");
        for (var i = 0; i < 24; i++) File.WriteAllBytes($"tones/{(i % 2 == 0 ? "low" : "high")}_{i}.wav", WavFiles.Of(WavFiles.Shorts(WavFiles.Tone(300 + 10 * i, i % 2 == 0 ? 200 : 900, 8000)), rate: 8000));
        CliRun.Ok($"train tones {Small} label=LABEL_* conditional=true --steps 4 --batch 4 --out tones.likely --quiet");
    }

    [Fact]
    public void Training_names_what_is_lost_and_keeps_rate_and_levels()
    {
        var run = CliRun.Ok($"train tones {Small} --steps 3 --batch 4 --out more.likely --force");
        Assert.Contains("which is lossy; levels=65536 keeps all", run.Error);
        Assert.Contains("bits/sample", run.Error);
        Assert.Contains("8000 samples a second of 256 mu-law levels", CliRun.Ok("info more.likely").Output);
        Assert.Equal("samples 8000 mulaw 256", Checkpoint.Load("more.likely").Assets["tokens"]);
        foreach (var model in (string[])["char-rnn --set hidden=8 layers=1", "bytenet --set channels=8 layers=2 stacks=1", "transformer --set channels=8 heads=2 layers=1 attention=strided stride=8 context=32"])
            CliRun.Ok($"train tones --model {model} --steps 2 --batch 4 --out other.likely --force --quiet");
    }

    [Fact]
    public void Samples_are_as_long_as_asked_for_and_repeat()
    {
        var run = CliRun.Ok("sample tones.likely --seconds 0.05 --out drawn.wav --each drawn --force --json");
        Assert.Equal((2, "drawn.wav"), ((int)run.Json["count"]!, (string)run.Json["output"]!)); // one of each label
        Assert.Equal(44 + 2 * (2 * 400 + 2000), new FileInfo("drawn.wav").Length);
        Assert.Equal(44 + 2 * 400, new FileInfo("drawn/00001.wav").Length);
        CliRun.Ok("sample tones.likely --length 400 --label high --count 1 --out high.wav --force");
        CliRun.Ok("sample tones.likely --length 400 --label high --count 1 --out again.wav --force --threads 1");
        Assert.Equal(File.ReadAllBytes("high.wav"), File.ReadAllBytes("again.wav"));
        Assert.Contains("give one of them", CliRun.Of("sample", "tones.likely", "--length", "3", "--seconds", "3", "--force").Error);
        Assert.Contains("--prompt is not for a model of sound", CliRun.Of("sample", "tones.likely", "--prompt", "x").Error);
        Assert.Contains("--seconds is not for a model of images", CliRun.Of("sample", "plain.likely", "--seconds", "1").Error);
    }

    [Fact]
    public void Completions_begin_with_what_is_kept()
    {
        var original = File.ReadAllBytes("tones/low_0.wav");
        foreach (var (options, samples) in ((string, int)[])[("--keep 100 --length 50", 150), ("--keep 100", 300), ("", 300), ("--keep all --length 7", 307)])
        {
            CliRun.Ok($"complete tones.likely tones/low_0.wav --label low --count 1 --out completed.wav --force {options}");
            Assert.Equal(44 + 2 * samples, new FileInfo("completed.wav").Length);
        }
        CliRun.Ok("complete tones.likely tones/low_0.wav --label low --count 1 --keep 100 --out completed.wav --force");
        var tokens = (SampleTokens)Tokens.Parse("samples 8000 mulaw 256");
        var made = File.ReadAllBytes("completed.wav");
        for (var i = 0; i < 100; i++) Assert.Equal(tokens.ValueOf(tokens.SymbolOf(BitConverter.ToInt16(original, 44 + 2 * i))), BitConverter.ToInt16(made, 44 + 2 * i));
        Assert.Contains("301 is more than the 300 samples", CliRun.Of("complete", "tones.likely", "tones/low_0.wav", "--label", "low", "--keep", "301", "--force").Error);
    }

    [Fact]
    public void Scores_are_bits_a_sample_with_maps_of_the_sound()
    {
        var run = CliRun.Ok("score tones.likely tones --split all --out scores.csv --map soundmaps --force --json");
        Assert.Equal(24, (int)run.Json["count"]!);
        Assert.Equal(Enumerable.Range(0, 24).Sum(i => 300 + 10 * i), (int)run.Json["samples"]!);
        Assert.Equal((double)run.Json["bits_per_dim"]!, (double)run.Json["bits_per_sample"]!, 9);
        Assert.StartsWith("index,name,label,nats,bits_per_dim,bits_per_sample", File.ReadAllText("scores.csv"));
        Assert.Equal(24, Directory.GetFiles("soundmaps", "*.png").Length);
        Assert.StartsWith("file,index,name,nats,bits_per_dim,highest_nats,second,sample", File.ReadAllText("soundmaps/maps.csv"));
        var map = Image.Load(Directory.GetFiles("soundmaps", "*.png")[0]);
        Assert.InRange(map.Width, 300, 600);
        Assert.Contains("--show is not for sound", CliRun.Of("score", "tones.likely", "tones", "--show", "--force").Error);
    }

    [Fact]
    public void Every_item_can_be_scored_under_a_label()
    {
        double[] Under(string options)
        {
            CliRun.Ok($"score tones.likely tones --split all --out under.csv --force {options}");
            return [.. File.ReadLines("under.csv").Skip(1).Select(line => double.Parse(line.Split(',')[3], System.Globalization.CultureInfo.InvariantCulture))];
        }
        var (own, low, high) = (Under(""), Under("--label low"), Under("--label high"));
        var names = File.ReadLines("under.csv").Skip(1).Select(line => line.Split(',')[1..3]).ToArray();
        Assert.All(names, name => Assert.Equal("high", name[1]));
        for (var i = 0; i < own.Length; i++) Assert.Equal(names[i][0].StartsWith("low", StringComparison.Ordinal) ? low[i] : high[i], own[i]);
        Assert.NotEqual(low, high);
        // Data without labels can be asked about, too.
        CliRun.Ok("score tones.likely tones/low_0.wav --label high --set label=LABEL_x_* --out under.csv --force");
        Assert.Contains("is unknown; the model's labels are high, low", CliRun.Of("score", "tones.likely", "tones", "--label", "middle", "--force").Error);
    }

    [Fact]
    public void Data_are_shown_and_saved()
    {
        var shown = CliRun.Ok("data show tones --set label=LABEL_* --out shown.wav --force");
        Assert.Contains("8000 samples a second of 256 mu-law levels", shown.Output);
        Assert.Contains("labels  2: high, low", shown.Output);
        Assert.Contains("linear prediction from 8", shown.Output);
        Assert.Equal("RIFF", System.Text.Encoding.ASCII.GetString(File.ReadAllBytes("shown.wav")[..4]));
        CliRun.Ok("data save tones --split all --set levels=65536 --out saved.wav --force");
        Assert.Equal(44 + 2 * Enumerable.Range(0, 24).Sum(i => 300 + 10 * i), new FileInfo("saved.wav").Length);
    }

    [Theory]
    [InlineData("as=audio rate=8000 levels=100")]
    [InlineData("as=audio rate=9000 levels=mulaw")]
    [InlineData("as=audio levels=mulaw")]
    [InlineData("as=text tokens=bytes")]
    public void A_model_that_contradicts_itself_is_refused(string preprocessing)
    {
        var model = Checkpoint.Load("tones.likely");
        new Checkpoint(model.Model, model.ClassNames, preprocessing) { Assets = model.Assets }.Save("contradicts.likely");
        Assert.Contains("is damaged", CliRun.Of("sample", "contradicts.likely", "--length", "3").Error);
    }
}
