using System.Text;
using Likely.Tests.Data.Text;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>A model whose symbols are pieces of a vocabulary: trained, scored, drawn from, compressing, and what its tokens are.</summary>
[Collection(nameof(CliFolder))]
public sealed class TokensVerbTests
{
    static readonly string _text = string.Concat(Enumerable.Range(0, 400).Select(i => $"the other's theatre {i % 7} it's there, naïve 𝒳\n"));

    public TokensVerbTests()
    {
        if (File.Exists("pieces.likely")) return;
        Directory.CreateDirectory("two words");
        foreach (var name in (string[])["vocab.json", "merges.txt"]) File.Copy(Path.Combine(PairTokensTests.Folder, name), Path.Combine("two words", name), overwrite: true);
        File.WriteAllText("pieces.txt", _text);
        var run = CliRun.Of(["train", "pieces.txt", "--model", "char-rnn", "--set", "tokens=two words", "hidden=16", "layers=1", "context=20", "gap=64", "--steps", "30", "--out", "pieces.likely", "--force"]);
        Assert.True(run.Code == 0, run.Error);
        File.WriteAllBytes("odd.txt", [.. "the other <|endoftext|> "u8, 0xFF, 0xE2, 0x82, .. "'s\u2028"u8]);
    }

    [Fact]
    public void A_model_of_pieces_trains_scores_draws_and_compresses_without_the_vocabularys_files()
    {
        var checkpoint = Checkpoint.Load("pieces.likely");
        Assert.Equal(PairTokensTests.Small.ToText(), checkpoint.Assets["tokens"]);
        Assert.Equal("hold_out=content as=text tokens=vocabulary gap=64", checkpoint.Preprocessing);
        Assert.Contains("385 pieces of a byte-pair vocabulary", CliRun.Ok("info pieces.likely").Output);
        Assert.Contains("385 pieces of a byte-pair vocabulary", CliRun.Of("data", "show", "pieces.txt", "--set", "tokens=two words", "--force").Output);

        var json = CliRun.Ok("score pieces.likely pieces.txt --split all --json --force").Json;
        Assert.Equal(PairTokensTests.Small.Encode(Encoding.UTF8.GetBytes(_text)).Length, (int)json["dims"]!);
        Assert.Equal(Encoding.UTF8.GetByteCount(_text), (int)json["bytes"]!);
        Assert.Equal(_text.EnumerateRunes().Count(), (int)json["characters"]!);
        Assert.Equal((double)json["bits_per_dim"]! * (int)json["dims"]!, (double)json["bits_per_byte"]! * (int)json["bytes"]!, 6);

        Assert.Contains("other", CliRun.Ok("score pieces.likely odd.txt --show --map odd-map --force").Output);
        CliRun.Ok("compress pieces.likely pieces.txt odd.txt --out pieces.lka --force");
        Assert.InRange(new FileInfo("pieces.lka").Length, 100, new FileInfo("pieces.txt").Length / 2);
        CliRun.Ok("decompress pieces.lka --model pieces.likely --out pieces-again --force");
        foreach (var name in (string[])["pieces.txt", "odd.txt"]) Assert.Equal(File.ReadAllBytes(name), File.ReadAllBytes($"pieces-again/{name}"));

        var drawn = CliRun.Ok("sample pieces.likely --prompt the --length 50 --json").Json;
        Assert.Equal((50, 1), ((int)drawn["symbols"]!, (int)drawn["prompt_symbols"]!));
        var other = CliRun.Of("score", "pieces.likely", "pieces.txt", "--set", "tokens=two words", "--out", "-", "--quiet");
        Assert.Equal(0, other.Code);
    }

    [Fact]
    public void Training_goes_on_only_with_the_same_vocabulary()
    {
        string[] train = ["train", "pieces.txt", "--model", "char-rnn", "--set", "tokens=other", "hidden=16", "layers=1", "context=20", "validate_every=2", "--steps", "10", "--out", "other.likely"];
        Directory.CreateDirectory("other");
        foreach (var name in (string[])["vocab.json", "merges.txt"]) File.Copy(Path.Combine("two words", name), Path.Combine("other", name), overwrite: true);
        var whole = CliRun.Of([.. train, "--force"]);
        Assert.True(whole.Code == 0, whole.Error);
        var (identity, merges) = (Checkpoint.Load("other.likely").Identity(), File.ReadAllText("other/merges.txt"));
        using var stop = new CancellationTokenSource();
        Assert.Equal(130, CliRun.With(new ResumeTests.StopAt("step 6/10", stop), stop.Token, [.. train, "--force"]).Code);
        // Another order of two merges is another vocabulary.
        File.WriteAllText("other/merges.txt", merges.Replace("# #\n' s\n", "' s\n# #\n"));
        Assert.NotEqual(merges, File.ReadAllText("other/merges.txt"));
        var other = CliRun.Of([.. train, "--resume"]);
        Assert.Equal(2, other.Code);
        Assert.Contains("belongs to another run", other.Error);
        File.WriteAllText("other/merges.txt", merges);
        var rest = CliRun.Of([.. train, "--resume"]);
        Assert.True(rest.Code == 0, rest.Error);
        Assert.Equal(identity, Checkpoint.Load("other.likely").Identity());
    }

    [Fact]
    public void Tokens_are_told_with_their_numbers_by_a_model_and_by_a_folder()
    {
        var bytes = File.ReadAllBytes("odd.txt");
        var symbols = PairTokensTests.Small.Encode(bytes);
        foreach (var source in (string[])["pieces.likely", "two words", "two words/vocab.json"])
        {
            var run = CliRun.Of("tokens", source, "odd.txt", "--json");
            Assert.True(run.Code == 0, run.Error);
            Assert.Equal(symbols, run.Json["tokens"]!.AsArray().Select(number => (int)number!));
            Assert.Equal((symbols.Length, bytes.Length, 385), ((int)run.Json["count"]!, (int)run.Json["bytes"]!, (int)run.Json["symbols"]!));
            Assert.Equal(symbols.Select(symbol => PairTokensTests.Small.Visible([symbol])), run.Json["pieces"]!.AsArray().Select(piece => (string)piece!));
        }
        var text = CliRun.Of("tokens", "pieces.likely", "odd.txt");
        Assert.Equal(symbols.Select(symbol => $"{symbol}\t{PairTokensTests.Small.Visible([symbol])}"), text.Output.TrimEnd('\n').Split('\n'));
        Assert.Contains($"odd.txt: {symbols.Length} tokens of {bytes.Length} bytes, ", text.Error);
        Assert.Contains("\\xff", text.Output);
    }

    [Theory]
    [InlineData("tokens nowhere.likely odd.txt", "no model or vocabulary nowhere.likely")]
    [InlineData("tokens pieces.likely nowhere.txt", "no file nowhere.txt")]
    [InlineData("tokens pieces.likely .", "no file .")]
    [InlineData("tokens plain.likely odd.txt", "whose symbols stand for no bytes")]
    [InlineData("tokens odd.txt odd.txt", "no JSON object")]
    [InlineData("train pieces.txt --model char-rnn --set tokens=words --steps 1 --out no.likely", "tokens=words is not allowed; use bytes, characters, or a path")]
    [InlineData("train strokes --model nade --set tokens=characters binarize=threshold --steps 1 --out no.likely", "tokens is a key of text")]
    public void What_makes_no_sense_is_refused_by_name(string arguments, string words)
    {
        var run = CliRun.Of(arguments.Split(' '));
        Assert.Equal(2, run.Code);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists("no.likely"));
    }
}
