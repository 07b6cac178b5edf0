using System.Text;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>What was asked for in vain is said in a sentence, and what is told is true of texts as of pictures.</summary>
[Collection(nameof(CliFolder))]
public sealed class SentencesTests
{
    public SentencesTests()
    {
        if (File.Exists("said.likely")) return;
        var made = ContinuationTests.Model(Tokens.Bytes);
        new Checkpoint(made.Model, [], new DataOptions { As = Modality.Text }.ToCanonical()) { Assets = made.Assets, Plan = $"0:100:10{string.Concat(Enumerable.Repeat(",1:100:10", 0))}" }.Save("said.likely");
        File.WriteAllText("said.txt", string.Concat(Enumerable.Repeat("a text of some words\n", 300)));
    }

    [Theory]
    [InlineData("score said.likely said.txt --set tokens=characters --out no.csv", "the model has tokens of its own, 256 bytes")]
    [InlineData("sample said.likely --length 5 --out no.png", "promises something else than a text")]
    [InlineData("compress said.likely said.txt --stripe 64 --out no.lka", "--stripe is for models of pictures")]
    [InlineData("compress said.likely said.txt --exact-files --out no.lka", "--exact-files is for models of pictures")]
    [InlineData("complete said.likely said.txt --keep 6301 --out no.txt", "--keep 6301 is more than the 6300 bytes of said.txt")]
    [InlineData("sample said.likely --prompt= --length 5", "--prompt is empty; give it a value")]
    [InlineData("score said.likely no\uFFFD.txt --out no.csv", "is no name in UTF-8; rename the file")]
    [InlineData("sample said.likely --stop a\\q", "means nothing; use \\n")]
    [InlineData("sample said.likely --stop a\\", "ends with a single")]
    [InlineData("train said.txt --model char-rnn --set conditional=true --steps 1", "--set conditional is a key of")]
    [InlineData("train said.txt --model char-rnn --set hidden=8192 layers=4 embedding=4096 --batch 1000000 --steps 1 --dry-run", "needs")]
    public void What_has_no_effect_or_no_meaning_is_refused(string arguments, string sentence)
    {
        var run = CliRun.Of(arguments.Split(' '));
        Assert.True(run.Code == 2, run.Error);
        Assert.Contains(sentence, run.Error);
        Assert.DoesNotContain("image", run.Error);
        Assert.Empty(Directory.GetFiles(".", "no.*"));
    }

    [Fact]
    public void The_tokens_that_the_model_has_may_be_named() => CliRun.Ok("score said.likely said.txt --set tokens=bytes --out said.csv --force");

    [Fact]
    public void A_stop_is_written_with_escapes()
    {
        var whole = (string)CliRun.Ok("sample said.likely --length 300 --seed 5 --json").Json["text"]!;
        Assert.Equal(whole, (string)CliRun.Ok("sample said.likely --length 300 --seed 5 --json --stop \\\\\\n\\t\\r\\n").Json["text"]!);
        File.WriteAllText("ends.txt", "x");
        var tokens = Tokens.Characters(['a', '\n']);
        var model = new CharRnnConfig { Hidden = 4, Layers = 1 }.Build(Space.Sequence(50, tokens.Size), 0, 1);
        foreach (var parameter in model.Parameters.Parameters)
            if (parameter.Name.EndsWith("output.bias", StringComparison.Ordinal)) parameter.Assign([.. Enumerable.Range(0, tokens.Size).Select(i => i < 2 ? 30f : -30)]);
        new Checkpoint(model, [], "as=text tokens=characters") { Assets = new SortedDictionary<string, string> { ["tokens"] = tokens.ToText() } }.Save("lines-of-a.likely", overwrite: true);
        var run = CliRun.Ok("sample lines-of-a.likely --length 400 --json --stop a\\na");
        Assert.Equal("stop", (string)run.Json["stopped_by"]!);
        Assert.DoesNotContain("a\na", (string)run.Json["text"]!);
    }

    [Fact]
    public void Bytes_that_the_model_does_not_code_are_told()
    {
        var run = CliRun.Ok("compress said.likely said.txt --out said.lka --force");
        Assert.Contains("6300 of 6300 bytes are stored without the model, as it would have made them longer", run.Error);
        var json = CliRun.Ok("verify said.lka --json").Json;
        Assert.Equal((6300L, false), ((long)json["content_bytes"]!, json.ContainsKey("input_bytes")));
        File.WriteAllText("one.txt", "x");
        Assert.Contains("1 byte ", CliRun.Ok("compress said.likely one.txt --out one.lka --force").Output);
    }

    [Fact]
    public void Maps_of_lines_have_their_names_and_an_index()
    {
        CliRun.Ok("score said.likely said.txt --set items=lines --limit 4 --out said-lines.csv --map said-maps --force");
        var index = File.ReadAllText("said-maps/index.html");
        var pages = Directory.GetFiles("said-maps", "*-*.html").Select(path => Path.GetFileName(path)).ToArray();
        Assert.Equal(4, pages.Length);
        foreach (var page in pages)
        {
            Assert.Contains($"href=\"{page}\"", index);
            Assert.Matches("<title>said.txt:[0-9]+: ", File.ReadAllText($"said-maps/{page}"));
        }
    }

    [Fact]
    public void Answers_for_programs_have_the_tokens_and_what_simple_models_reach()
    {
        var shown = CliRun.Ok("data show said.txt --json --out said-items.txt --force").Json;
        Assert.Equal("256 bytes", (string)shown["tokens"]!);
        foreach (var key in (string[])["symbols", "tokens", "excerpt", "simple"]) Assert.NotNull(shown["about"]![key]);
        var info = CliRun.Ok("info said.likely --json").Json;
        Assert.Equal(("256 bytes", 256), ((string)info["tokens"]!, (int)info["symbols"]!));
    }

    [UnixFact]
    public void A_link_that_leads_nowhere_does_not_refuse_a_folder()
    {
        Directory.CreateDirectory("linked");
        File.WriteAllText("linked/a.txt", "some words");
        if (!File.Exists("linked/gone.txt")) File.CreateSymbolicLink("linked/gone.txt", "nowhere");
        Assert.Contains("linked/gone.txt is a link that leads nowhere and is left out", CliRun.Ok("compress said.likely linked --out linked.lka --force").Error);
        var run = CliRun.Of("compress", "said.likely", "linked/gone.txt", "--out", "gone.lka");
        Assert.Equal(2, run.Code);
    }

    [Fact]
    public void A_name_that_a_spreadsheet_would_compute_is_none()
    {
        Directory.CreateDirectory("cells");
        File.WriteAllText("cells/=1+1.txt", "words");
        File.WriteAllText("cells/plain.txt", "words too");
        CliRun.Ok("score said.likely cells --out cells.csv --force");
        var rows = File.ReadAllText("cells.csv");
        Assert.Contains(",'=1+1.txt,", rows);
        Assert.Contains(",plain.txt,", rows);
    }
}
