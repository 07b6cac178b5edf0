using System.Text;
using System.Text.Json.Nodes;
using Likely.Data;
using Xunit;

namespace Likely.Tests.Data.Text;

/// <summary>Vocabularies as they lie on disk: both ways they come in give the same tokens, and what is damaged or goes by other rules is refused in one sentence.</summary>
public sealed class PairVocabularyTests
{
    static readonly string _symbols = System.IO.File.ReadAllText(Path.Combine(PairTokensTests.Folder, "vocab.json")), _merges = System.IO.File.ReadAllText(Path.Combine(PairTokensTests.Folder, "merges.txt"));

    /// <summary>The small vocabulary as tokenizer.json.</summary>
    internal static byte[] File() => Text(Whole().ToJsonString());

    static JsonObject Whole(bool pairs = false)
    {
        var vocabulary = JsonNode.Parse(_symbols)!.AsObject();
        vocabulary.Remove("<|endoftext|>");
        var merges = _merges.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];
        return new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(new JsonObject { ["id"] = 384, ["content"] = "<|endoftext|>", ["special"] = true }),
            ["normalizer"] = null,
            ["pre_tokenizer"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true },
            ["post_processor"] = new JsonObject { ["type"] = "ByteLevel" },
            ["decoder"] = new JsonObject { ["type"] = "ByteLevel" },
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = "",
                ["end_of_word_suffix"] = "",
                ["fuse_unk"] = false,
                ["vocab"] = vocabulary,
                ["merges"] = new JsonArray([.. merges.Select(merge => pairs ? (JsonNode)new JsonArray([.. merge.Split(' ').Select(piece => (JsonNode)piece)]) : (JsonNode)merge)]),
            },
        };
    }

    static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    [Fact]
    public void All_ways_it_comes_in_give_the_same_tokens()
    {
        var expected = PairTokensTests.Small.ToText();
        Assert.Equal(expected, Tokens.Read(Path.Combine(PairTokensTests.Folder, "vocab.json")).ToText());
        Assert.Equal(expected, Tokens.Read(Path.Combine(PairTokensTests.Folder, "merges.txt")).ToText());
        using var samples = new Samples();
        samples.File("old/encoder.json", Text(_symbols));
        samples.File("old/vocab.bpe", Text(_merges.Replace("\n", "\r\n").Replace("#version: 0.2\r\n", "")));
        Assert.Equal(expected, Tokens.Read(samples.Folder + "/old").ToText());
        Assert.Equal(expected, Tokens.Read(samples.File("whole/tokenizer.json", [0xEF, 0xBB, 0xBF, .. Text(Whole().ToJsonString())])).ToText());
        var pairs = Whole(pairs: true);
        pairs["pre_tokenizer"] = new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray(pairs["pre_tokenizer"]!.DeepClone()) };
        samples.File("whole/tokenizer.json", Text(pairs.ToJsonString()));
        Assert.Equal(expected, Tokens.Read(samples.Folder + "/whole").ToText());
        // A name that spells no bytes is itself.
        var named = Whole();
        named["added_tokens"]!.AsArray().Add((JsonNode)new JsonObject { ["id"] = 385, ["content"] = "<日>", ["special"] = true });
        var tokens = Tokens.Read(samples.File("named.json", Text(named.ToJsonString())));
        Assert.Equal((386, "<日>"), (tokens.Size, Encoding.UTF8.GetString(tokens.Decode([385]))));
        Assert.DoesNotContain(385, tokens.Encode("<日>"u8));
    }

    public static TheoryData<string, string, string> Damages => new()
    {
        { "\"\\u0120the\": 26", "\"\\u0120the\": 1026", "and none with the number" },
        { "\"!\": 0", "\"!\": 1", "have the number 1" },
        { "\"!\": 0", "\"\\u00ff\": 0", "is in it twice" },
        { "\"!\": 0", "\"!!!!!!!!\": 0", "no symbol for the byte 33" },
        { "\"!\": 0", "\"!\": -1", "with the number -1" },
        { "\"!\": 0", "\"!\": 70000", "has room for 65536" },
        { "\"!\": 0", "\"!\": 0.5", "no whole number" },
        { "\"!\": 0", "\"!\": \"0\"", "no whole number" },
        { "\"!\": 0", "\"!\": [[[[]]]]", "no whole number" },
        { "\"!\": 0", "\"\\ud800\": 0", "no Unicode" },
        { "}", "", "no JSON object" },
        { "{", "[", "no JSON object" },
    };

    [Theory, MemberData(nameof(Damages))]
    public void Damaged_symbols_are_refused(string old, string @new, string words)
    {
        Assert.Contains(old, _symbols);
        using var samples = new Samples();
        samples.File("merges.txt", Text(_merges));
        Refused(samples.File("vocab.json", Text(_symbols.Replace(old, @new))), words);
    }

    [Theory]
    [InlineData("\nt h\n", "\nth\n", "is not two pieces")]
    [InlineData("\nt h\n", "\nt h e\n", "is not two pieces")]
    [InlineData("\nt h\n", "\n h\n", "is not two pieces")]
    [InlineData("\nt h\n", "\nt Ċ\n", "its symbols lack one of them")]
    [InlineData("\nt h\n", "\nt 日\n", "its symbols lack one of them")]
    [InlineData("# #\n", "# #\n# #\n", "is there twice")]
    [InlineData("#version: 0.2", "#version: 0.2\nĠ the", "joins a piece that no merge before it makes")]
    public void Damaged_merges_are_refused(string old, string @new, string words)
    {
        Assert.Contains(old, _merges);
        using var samples = new Samples();
        samples.File("vocab.json", Text(_symbols));
        Refused(samples.File("merges.txt", Text(_merges.Replace(old, @new))), words);
        samples.File("merges.txt", [.. Text(_merges), 0xFF, (byte)' ', 0xC3]);
        Refused(samples.Folder, "no UTF-8");
    }

    public static TheoryData<string, string, string> OtherRules => new()
    {
        { "model.type", "\"WordPiece\"", "its model is WordPiece" },
        { "model.dropout", "0.1", "dropout=0.1" },
        { "model.byte_fallback", "true", "byte_fallback=true" },
        { "model.ignore_merges", "true", "ignore_merges=true" },
        { "model.end_of_word_suffix", "\"</w>\"", "end_of_word_suffix=</w>" },
        { "model.continuing_subword_prefix", "\"##\"", "continuing_subword_prefix=##" },
        { "model.vocab", "[]", "vocab is no object" },
        { "model.vocab", "null", "no vocab" },
        { "model.merges", "{}", "no merges" },
        { "model.merges", "[[\"t\"]]", "not two pieces" },
        { "model.merges", "[3]", "not two pieces" },
        { "normalizer", "{\"type\": \"NFC\"}", "changes a text with NFC" },
        { "normalizer", "3", "normalizer is no object" },
        { "pre_tokenizer", "null", "no pre_tokenizer" },
        { "pre_tokenizer", "{\"type\": \"Metaspace\"}", "its pre_tokenizer is Metaspace" },
        { "pre_tokenizer", "{\"type\": \"Sequence\", \"pretokenizers\": [{\"type\": \"Digits\"}, {\"type\": \"ByteLevel\"}]}", "its pre_tokenizer is Sequence" },
        { "pre_tokenizer", "{\"type\": \"Sequence\", \"pretokenizers\": [3]}", "no pre_tokenizer" },
        { "pre_tokenizer", "{\"type\": \"ByteLevel\", \"add_prefix_space\": true}", "add_prefix_space" },
        { "pre_tokenizer", "{\"type\": \"ByteLevel\", \"use_regex\": false}", "use_regex" },
        { "added_tokens", "[{\"id\": 384, \"content\": \"  \", \"special\": false}]", "looks for '  '" },
        { "added_tokens", "[{\"id\": 300, \"content\": \"<x>\", \"special\": true}]", "is not its own" },
        { "added_tokens", "[{\"content\": \"<x>\", \"special\": true}]", "has no id" },
        { "added_tokens", "[{\"id\": 384, \"content\": \"\", \"special\": true}]", "has 0 bytes" },
        { "added_tokens", "[7]", "has no id" },
    };

    [Theory, MemberData(nameof(OtherRules))]
    public void Other_rules_are_refused_by_name(string place, string json, string words)
    {
        var whole = Whole();
        var (parent, key) = place.Split('.') is [var one, var two] ? (whole[one]!.AsObject(), two) : (whole, place);
        parent[key] = JsonNode.Parse(json);
        using var samples = new Samples();
        Refused(samples.File("tokenizer.json", Text(whole.ToJsonString())), words);
    }

    [Fact]
    public void What_is_not_there_or_is_something_else_is_refused()
    {
        using var samples = new Samples();
        Refused(samples.Folder + "/nowhere", "There is no file or folder");
        Refused(samples.Folder, "there is no vocab.json or encoder.json");
        Refused(samples.File("a/vocab.json", Text(_symbols)), "there is no merges.txt or vocab.bpe");
        Refused(samples.Folder + "/a", "there is no merges.txt or vocab.bpe");
        Refused(samples.File("b/merges.txt", Text(_merges)), "there is no vocab.json or encoder.json");
        Refused(samples.File("c/tokenizer.json", Text("{\"model\": 3}")), "half a vocabulary, or none");
        Refused(samples.File("d/x.json", Text(new string('[', 100_000))), "no JSON object");
        Refused(samples.File("d/y.json", Text("{\"model\":" + string.Concat(Enumerable.Repeat("{\"a\":", 1000)) + "1" + new string('}', 1001))), "no JSON object");
        using (var large = System.IO.File.Create(samples.Folder + "/large.json")) large.SetLength(100_000_000);
        Refused(samples.Folder + "/large.json", "has 100000000 bytes");
        Refused(samples.File("e/vocab.json", Text("{" + string.Join(',', Enumerable.Range(0, 70_000).Select(i => $"\"a{i}\":{i}")) + "}")), "no merges.txt");
        samples.File("e/merges.txt", Text("a b\n"));
        Refused(samples.Folder + "/e", "more symbols than the 65536");
    }

    static void Refused(string path, string words)
    {
        var message = Assert.Throws<DataException>(() => Tokens.Read(path)).Message;
        Assert.Contains(words, message);
        Assert.Contains(path[(path.LastIndexOf('/') + 1)..], message);
        Assert.DoesNotContain('\n', message);
        Assert.InRange(message.Length, 20, 600);
    }
}
