using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Likely.Models;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>train, score, info and data show of text: figures for each unit, surprise that can be seen, samples beside the measurements.</summary>
[Collection(nameof(CliFolder))]
public sealed class TextScoreTests
{
    const double Ln2 = 0.693147180559945309;

    public TextScoreTests()
    {
        if (File.Exists("scored.likely")) return;
        foreach (var (name, tokens) in new[] { ("scored", Tokens.Characters("abcdäö€ \n".EnumerateRunes().Select(rune => rune.Value))), ("scored-bytes", Tokens.Bytes) })
        {
            var made = ContinuationTests.Model(tokens);
            new Checkpoint(made.Model, [], new DataOptions { As = Modality.Text }.ToCanonical()) { Assets = made.Assets }.Save($"{name}.likely");
        }
        File.WriteAllText("few.txt", "abcd äö\n€ abc\n\nabba\u001b[2J\n");
    }

    static double Nats(string model, string text)
    {
        var checkpoint = Checkpoint.Load(model);
        var symbols = Continuation.TokensOf(checkpoint)!.Encode(Encoding.UTF8.GetBytes(text));
        var logs = new float[symbols.Length];
        checkpoint.Density.Predict(1, [], 0, Likely.Tensors.Extent.Open).Observe(symbols, logs);
        return -logs.Sum(log => (double)log);
    }

    [Fact]
    public void A_file_is_scored_by_symbol_byte_and_character()
    {
        var text = File.ReadAllText("few.txt");
        var (bytes, characters) = (Encoding.UTF8.GetByteCount(text), text.Length);
        var json = CliRun.Ok("score scored.likely few.txt --out few.csv --json --force").Json;
        var nats = Nats("scored.likely", text);
        Assert.Equal((1, (long)bytes, (long)characters), ((int)json["count"]!, (long)json["bytes"]!, (long)json["characters"]!));
        Assert.Equal(nats, (double)json["nats_per_example"]!, 3);
        Assert.Equal(nats / bytes / Ln2, (double)json["bits_per_byte"]!, 4);
        Assert.Equal(nats / characters / Ln2, (double)json["bits_per_character"]!, 4);
        Assert.Equal(Math.Exp(nats / (int)json["dims"]!), (double)json["perplexity"]!, 3);
        var run = CliRun.Ok("score scored-bytes.likely few.txt --out few.csv --force");
        Assert.Contains("bits/byte", run.Output);
        Assert.Contains("perplexity", run.Output);
    }

    // What is behind the beginning.
    static double Nats(string model, string text, string before)
    {
        var checkpoint = Checkpoint.Load(model);
        var tokens = Continuation.TokensOf(checkpoint)!;
        var (given, symbols) = (tokens.Encode(Encoding.UTF8.GetBytes(before)), tokens.Encode(Encoding.UTF8.GetBytes(text)));
        var logs = new float[symbols.Length];
        var predictor = checkpoint.Density.Predict(1, [], 0, Likely.Tensors.Extent.Open);
        predictor.Observe(given);
        predictor.Observe(symbols, logs);
        return -logs.Sum(log => (double)log);
    }

    [Fact]
    public void Lines_are_scored_behind_what_stands_before_them_where_the_model_knows_running_text()
    {
        var text = string.Concat(Enumerable.Range(0, 5000).Select(i => i % 97 == 5 ? "\n" : i % 1000 == 7 ? "€€ äöäö €€äö\n" : $"{(i % 7 == 0 ? "bad " : "")}abcd abba\n"));
        File.WriteAllText("running.txt", text);
        var run = CliRun.Ok("score scored.likely running.txt --set items=lines --out running.csv --force --json");
        Assert.Contains("behind the lines before it", run.Error);
        Assert.True((bool)run.Json["running_text"]!);
        var lines = text.Split('\n')[..^1].Select(line => line + "\n").ToArray();
        var rows = File.ReadAllLines("running.csv")[1..];
        double Own(string row) => double.Parse(row.Split(',')[3], CultureInfo.InvariantCulture);
        // The first lines have all that is before them; behind them at least 1,024 symbols, which change little here.
        foreach (var i in (int[])[0, 1, 5, 6, 40, 1500])
            Assert.Equal(Nats("scored.likely", lines[i], "\n" + string.Concat(lines[..i])), Own(rows[i]), 3);
        // Which other lines are asked for changes nothing.
        CliRun.Ok("score scored.likely running.txt --set items=lines --limit 9 --out few-running.csv --force --threads 1");
        foreach (var row in File.ReadAllLines("few-running.csv")[1..]) Assert.Contains(row, rows);
        // Those first that cost the most a character, and no short ones.
        var odd = run.Json["most_surprising"]!.AsArray();
        double[] bits = [.. odd.Select(item => (double)item!["bits_per_character"]!)];
        Assert.Equal(5, bits.Length);
        Assert.Equal(bits.OrderDescending(), bits);
        Assert.All(odd, item => Assert.True(lines[(int)item!["index"]!].Length >= 8));
        var highest = Enumerable.Range(0, rows.Length).Where(i => lines[i].Length >= 8).Max(i => Own(rows[i]) / lines[i].Length) / Ln2;
        Assert.Equal(highest, bits[0], 4);
        Assert.Matches("most surprising, of 8 characters and more: running.txt:[0-9]+ ", CliRun.Ok("score scored.likely running.txt --set items=lines --out running.csv --force").Output);
    }

    [Fact]
    public void Lines_are_items_of_their_own_whatever_their_lengths()
    {
        var checkpoint = Checkpoint.Load("scored.likely");
        new Checkpoint(checkpoint.Density, [], new DataOptions { As = Modality.Text, Items = ItemRule.Lines }.ToCanonical()) { Assets = checkpoint.Assets }.Save("scored-lines.likely");
        CliRun.Ok("score scored-lines.likely few.txt --out lines.csv --force");
        var rows = File.ReadAllLines("lines.csv");
        Assert.Equal("index,name,label,nats,bits_per_dim,bits_per_byte,bits_per_character", rows[0]);
        string[] lines = ["abcd äö\n", "€ abc\n", "\n", "abba\u001b[2J\n"];
        Assert.Equal(lines.Length, rows.Length - 1);
        for (var i = 0; i < lines.Length; i++)
        {
            var cells = rows[i + 1].Split(',');
            var nats = Nats("scored.likely", lines[i]);
            Assert.Equal(nats, double.Parse(cells[3], CultureInfo.InvariantCulture), 3);
            Assert.Equal(nats / Encoding.UTF8.GetByteCount(lines[i]) / Ln2, double.Parse(cells[5], CultureInfo.InvariantCulture), 4);
            Assert.Equal(nats / lines[i].Length / Ln2, double.Parse(cells[6], CultureInfo.InvariantCulture), 4);
        }
    }

    [Fact]
    public void Surprise_is_coloured_text_in_a_terminal_and_a_page()
    {
        var run = CliRun.Ok("score scored.likely few.txt --show --map pages --out few.csv --force");
        Assert.Contains("\u001b[48;5;", run.Output);
        Assert.DoesNotContain("\u001b[2J", run.Output); // what the file says to the terminal
        Assert.Contains("\\x1b", run.Output);
        var page = File.ReadAllText(Directory.GetFiles("pages", "*.html").Single());
        Assert.Contains("\\x1b", page);
        Assert.Contains("<pre>", page);
        Assert.StartsWith("file,index,name,nats,bits_per_dim,highest_nats,line,byte\n", File.ReadAllText("pages/maps.csv"));
        Assert.DoesNotContain("\u001b", CliRun.Ok("score scored.likely few.txt --show --json --out few.csv --force").Output);
    }

    [Fact]
    public void Items_are_scored_behind_what_is_given()
    {
        File.WriteAllText("endings.txt", "abba\n€ äö\n");
        File.WriteAllText("begun.txt", "abcd ");
        var run = CliRun.Ok("score scored.likely endings.txt --set items=lines --given @begun.txt --out endings.csv --force --json");
        Assert.Equal((2, 5, false), ((int)run.Json["count"]!, (int)run.Json["given_symbols"]!, (bool)run.Json["running_text"]!));
        Assert.Contains("with the end of its line", run.Error);
        var rows = File.ReadAllLines("endings.csv");
        Assert.Equal("index,name,label,nats,bits_per_dim,bits_per_byte,bits_per_character", rows[0]);
        foreach (var (row, line) in rows[1..].Zip((string[])["abba\n", "€ äö\n"]))
            Assert.Equal(Nats("scored.likely", "abcd " + line) - Nats("scored.likely", "abcd "), double.Parse(row.Split(',')[3], CultureInfo.InvariantCulture), 9);
        // What --given says is the text itself, or a file; @@ begins a text with @.
        Assert.Equal(0, CliRun.Of("score", "scored.likely", "endings.txt", "--given", "@@home", "--out", "endings.csv", "--force", "--show").Code);
        var whole = CliRun.Ok("score scored.likely endings.txt --given abc --out endings.csv --force --json").Json;
        Assert.Equal((1, true), ((int)whole["count"]!, (bool)whole["first_scored"]!));
        Assert.True(whole.ContainsKey("window") && whole["window"] is null);
    }

    [Fact]
    public void Conventions_of_perplexity_are_said()
    {
        var tokens = Tokens.Bytes;
        var model = new TransformerConfig { Layers = 1, Heads = 1, Channels = 8, Context = 10 }.Build(Likely.Tensors.Space.Sequence(10, tokens.Size), 0, 1);
        new Checkpoint(model, [], new DataOptions { As = Modality.Text }.ToCanonical()) { Assets = new SortedDictionary<string, string> { ["tokens"] = tokens.ToText() } }.Save("windows.likely");
        var run = CliRun.Ok("score windows.likely few.txt --out windows.csv --force --json");
        Assert.Equal((10, 5), ((int)run.Json["window"]!, (int)run.Json["stride"]!));
        Assert.Contains("in windows of 10, a new one each 5, so that all but the first 10 see 5 to 9", run.Error);
        Assert.Contains("told by all before it", CliRun.Ok("score scored.likely few.txt --out few.csv --force").Error);
    }

    [Theory]
    [InlineData("score plain.likely strokes --given before --limit 1", "--given is for models of text")]
    [InlineData("score scored.likely few.txt --given @nowhere.txt", "there is no file nowhere.txt")]
    [InlineData("score plain.likely strokes --show --limit 1", "--show is not for images")]
    [InlineData("score scored.likely picture.png", "picture")]
    public void What_makes_no_sense_is_refused_by_name(string arguments, string words)
    {
        var run = CliRun.Of([.. arguments.Split(' '), "--out", "never.csv"]);
        Assert.Equal(2, run.Code);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_counts_windows_names_baselines_and_writes_samples_as_text()
    {
        File.WriteAllText("rhyme.txt", string.Concat(Enumerable.Range(0, 400).Select(i => i % 3 == 0 ? "the cat sat on the mat\n" : "and that was that\n")));
        var run = CliRun.Of(["train", "rhyme.txt", "--model", "char-rnn", "--set", "hidden=16", "layers=1", "context=20", "tokens=characters", "--steps", "12", "--out", "rhyme.likely", "--force"]);
        Assert.True(run.Code == 0, run.Error);
        Assert.Contains(" windows of 20", run.Error);
        Assert.Contains("gzip", run.Output);
        Assert.DoesNotContain("PNG", run.Output);
        Assert.Contains("----- 3 of 3 -----", File.ReadAllText("rhyme.run/samples-000012.txt"));
        var info = CliRun.Ok("info rhyme.likely --json").Json;
        Assert.Equal("char-rnn", (string)info["model"]!);
        Assert.Contains("characters", CliRun.Ok("info rhyme.likely").Output);
        Assert.NotEqual(0, CliRun.Ok("sample rhyme.likely --length 40 --quiet").Output.Length);
        Assert.Equal(1, (int)CliRun.Ok("score rhyme.likely rhyme.txt --json --force").Json["count"]!);
        var forecast = CliRun.Ok("train rhyme.txt --model char-rnn --set context=20 --steps 40 --dry-run --json").Json;
        Assert.InRange((double)forecast["epochs"]!, 0.1, 100); // of windows, not of the one item
        // Nothing like so little was measured, so nothing is expected.
        Assert.Null(forecast["expected_bits_per_character"]);
        Assert.DoesNotContain("expect      ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_file_is_text_or_bytes_if_it_is_said_to_be()
    {
        File.WriteAllText("words.txt", "a few words\n");
        var shown = CliRun.Ok("data show picture.png --as bytes --out shown.bin --json --force").Json;
        Assert.Equal("bytes", (string)shown["modality"]!);
        Assert.Contains("--as needs", CliRun.Of("data", "show", "picture.png", "--as").Error);
        Assert.Contains("one sequence", CliRun.Ok("data show words.txt --out shown.txt --force").Output);
    }
}
