using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Cli;
using Likely.Tests.Data.Text;
using Likely.Tests.Archives;
using Xunit;

namespace Likely.Tests.Exchange;

/// <summary>A GPT-2 in Hugging Face's layout is the network that PyTorch computes (Golden/gpt2/make.py), however its weights are kept; what is none is refused by name.</summary>
public sealed class Gpt2FolderTests
{
    static readonly string _golden = Path.Combine(Path.GetDirectoryName(PairTokensTests.Folder)!, "gpt2");

    [Fact]
    public void A_tiny_one_gives_the_log_probabilities_of_pytorch()
    {
        using var folder = Copy();
        Compare(Gpt2Folder.Read(folder.Path).Density);
    }

    [Fact]
    public void Its_file_is_the_same_model_which_begins_behind_the_end_of_a_text()
    {
        using var folder = Copy();
        var checkpoint = Gpt2Folder.Read(folder.Path);
        using var file = new MemoryStream();
        checkpoint.Save(file);
        var again = Checkpoint.Load(file.ToArray());
        Assert.Equal(checkpoint.Identity(), again.Identity());
        Compare(again.Density);
        var rows = again.Model.Parameters.Parameters.Single(parameter => parameter.Name == "symbols").ToArray();
        Assert.Equal(rows[(384 * 12)..(385 * 12)], rows[(385 * 12)..]);
        Assert.Equal(0, new Continuation(again).Given);
        Assert.Equal(PairTokensTests.Small.ToText(), again.Assets["tokens"]);
    }

    [Fact]
    public void Shards_names_without_a_prefix_and_an_output_of_its_own_are_read()
    {
        using var folder = Copy();
        var all = Safetensors.Read(Path.Combine(folder.Path, "model.safetensors"));
        var halves = new[] { new Safetensors(), new Safetensors() };
        for (var i = 0; i < all.Entries.Count; i++) halves[i % 2].Add(all.Entries[i] with { Name = all.Entries[i].Name["transformer.".Length..] });
        var table = all.Find("transformer.wte.weight")!;
        halves[0].Add(table with { Name = "lm_head.weight" });
        var map = new JsonObject();
        for (var i = 0; i < 2; i++)
        {
            using (var stream = File.Create(Path.Combine(folder.Path, $"part-{i}.safetensors"))) halves[i].Write(stream);
            foreach (var entry in halves[i].Entries) map[entry.Name] = $"part-{i}.safetensors";
        }
        File.Delete(Path.Combine(folder.Path, "model.safetensors"));
        File.WriteAllText(Path.Combine(folder.Path, "model.safetensors.index.json"), new JsonObject { ["weight_map"] = map }.ToJsonString());
        Change(folder, config => config["tie_word_embeddings"] = false);
        var model = Gpt2Folder.Read(folder.Path).Density;
        Assert.False(((TransformerConfig)model.Config).Tied);
        Compare(model);

        map["wte.weight"] = "../part-0.safetensors";
        File.WriteAllText(Path.Combine(folder.Path, "model.safetensors.index.json"), new JsonObject { ["weight_map"] = map.DeepClone() }.ToJsonString());
        Assert.Contains("none of its folder", Assert.Throws<ModelException>(() => Gpt2Folder.Read(folder.Path)).Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_was_read_is_written_and_read_again_as_the_same_model(bool tied)
    {
        using var folder = Copy();
        if (!tied)
        {
            var all = Safetensors.Read(Path.Combine(folder.Path, "model.safetensors"));
            var table = all.Find("transformer.wte.weight")!;
            all.Add(table with { Name = "lm_head.weight", Data = table.Data.ToArray().Reverse().ToArray().Select(value => (byte)(value & 0x3F)).ToArray() });
            using (var stream = File.Create(Path.Combine(folder.Path, "model.safetensors"))) all.Write(stream);
            Change(folder, config => config["tie_word_embeddings"] = false);
        }
        var checkpoint = Gpt2Folder.Read(folder.Path);
        Assert.False(Gpt2Folder.HasOwnBeginning(checkpoint));
        using var other = new TemporaryFolder();
        Gpt2Folder.Write(checkpoint, other.Path);
        Assert.Equal(checkpoint.Identity(), Gpt2Folder.Read(other.Path).Identity());
    }

    [Fact]
    public void A_model_of_bytes_has_one_symbol_more_where_its_texts_begin()
    {
        var config = new TransformerConfig { Channels = 12, Heads = 2, Layers = 1, Context = 8 };
        var model = config.Build(Space.Sequence(8, 256), 0, 3);
        var checkpoint = new Checkpoint(model, [], "as=bytes") { Assets = new SortedDictionary<string, string> { ["tokens"] = Tokens.Bytes.ToText() } };
        using var folder = new TemporaryFolder();
        Gpt2Folder.Write(checkpoint, folder.Path);
        Assert.True(Gpt2Folder.HasOwnBeginning(checkpoint));
        var again = Gpt2Folder.Read(folder.Path);
        Assert.Equal(257, again.Model.Space.Levels);
        Assert.Equal("ab\u00e9\n"u8.ToArray().Select(value => (int)value), Continuation.TokensOf(again)!.Encode("ab\u00e9\n"u8));
        // The same chances but for the symbol that means nothing.
        IPredictor one = model.Predict(1, [], 0, Extent.Open), two = again.Density.Predict(1, [], 0, Extent.Open);
        double[] p = new double[256], q = new double[257];
        foreach (var symbol in new[] { 7, 200, 7 })
        {
            one.Next().Probabilities(0, p);
            two.Next().Probabilities(0, q);
            for (var i = 0; i < p.Length; i++) Assert.Equal(p[i], q[i] / (1 - q[256]), 1e-6);
            one.Observe([symbol]);
            two.Observe([symbol]);
        }
    }

    [Theory]
    [InlineData("positions", "rotary")]
    [InlineData("norm", "rms")]
    [InlineData("activation", "squared-relu")]
    [InlineData("attention", "strided")]
    [InlineData("query_key_norm", "true")]
    public void A_transformer_of_another_form_is_not_written(string key, string value)
    {
        var config = ModelRegistry.With(new TransformerConfig { Channels = 12, Heads = 2, Layers = 1, Context = 8 }, [new(key, value)]);
        var message = Assert.Throws<ModelException>(() => Gpt2Folder.Write(new Checkpoint(config.Build(Space.Sequence(8, 256), 0, 3), [], "as=bytes"), "nowhere")).Message;
        Assert.Contains($"{key}={value}", message);
        Assert.False(Directory.Exists("nowhere"));
        Assert.Contains("char-rnn", Assert.Throws<ModelException>(() => Gpt2Folder.Write(new Checkpoint(new CharRnnConfig { Hidden = 4 }.Build(Space.Sequence(8, 256), 0, 3), [], "as=bytes"), "nowhere")).Message);
        var ofCharacters = new Checkpoint(new TransformerConfig { Channels = 12, Heads = 2, Layers = 1, Context = 8 }.Build(Space.Sequence(8, 257), 0, 3), [], "as=text tokens=characters") { Assets = new SortedDictionary<string, string> { ["tokens"] = Tokens.Characters(['a']).ToText() } };
        Assert.Contains("no byte-level BPE", Assert.Throws<DataException>(() => Gpt2Folder.Write(ofCharacters, "nowhere")).Message);
    }

    [Theory]
    [InlineData("model_type", "\"llama\"", "model_type=llama")]
    [InlineData("activation_function", "\"relu\"", "activation_function=relu")]
    [InlineData("scale_attn_by_inverse_layer_idx", "true", "scale_attn_by_inverse_layer_idx=true")]
    [InlineData("layer_norm_epsilon", "1e-3", "layer_norm_epsilon=1e-3")]
    [InlineData("n_inner", "50", "n_inner=50")]
    [InlineData("n_layer", "3", "blocks.2")]
    [InlineData("n_layer", "1", "transformer.h.1")]
    [InlineData("n_layer", "-1", "n_layer=-1")]
    [InlineData("n_layer", "0", "n_layer=0, and a whole number from 1 to 64")]
    [InlineData("n_layer", "1000000", "n_layer=1000000, and a whole number from 1 to 64")]
    [InlineData("n_layer", "1e400", "n_layer=1e400, and a whole number")]
    [InlineData("n_layer", "\"12\"", "n_layer=\"12\", and a whole number belongs there, without quotes")]
    [InlineData("n_layer", "65", "n_layer=65, and")]
    [InlineData("n_head", "65", "n_head=65, and")]
    [InlineData("n_head", "0", "n_head=0, and")]
    [InlineData("n_embd", "0", "n_embd=0, and")]
    [InlineData("n_positions", "16385", "n_positions=16385, and")]
    [InlineData("vocab_size", "0", "vocab_size=0, and")]
    [InlineData("vocab_size", "2147483647", "vocab_size=2147483647, and")]
    [InlineData("bos_token_id", "385", "bos_token_id=385, and its vocab_size=385 symbols are 0 to 384")]
    [InlineData("bos_token_id", "2147483647", "bos_token_id=2147483647, and")]
    [InlineData("n_embd", "8190", "less than two each")]
    [InlineData("n_head", "5", "n_embd=12 and n_head=5")]
    [InlineData("n_positions", "8", "wpe.weight")]
    [InlineData("vocab_size", "50257", "50257 symbols by its config")]
    public void What_is_another_model_is_refused_by_name(string key, string value, string word)
    {
        using var folder = Copy();
        // As text, for no tree of JSON holds 1e400.
        Change(folder, config => config[key] = "here");
        var path = Path.Combine(folder.Path, "config.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"here\"", value, StringComparison.Ordinal));
        var message = Assert.Throws<ModelException>(() => Gpt2Folder.Read(folder.Path)).Message;
        Assert.Contains(word, message);
        // The file and its own key, not ours; where the weights lack something, it is they that are named.
        if (word.StartsWith(key, StringComparison.Ordinal)) Assert.StartsWith($"{path} has ", message);
    }

    [Theory]
    [InlineData("{\"a\":null}", "names no file for tensor 'a'")]
    [InlineData("{\"a\":5}", "names no file for tensor 'a'")]
    [InlineData("{\"a\":\"..\\\\x\\u0000.safetensors\"}", "none of its folder")]
    [InlineData("{\"a\":\"x\\u001b[2J.safetensors\"}", "none of its folder")]
    [InlineData("{\"a\":\"../x.safetensors\"}", "none of its folder")]
    [InlineData("{\"a\":\"b.safetensors\"}", "names b.safetensors, which is not there; fetch it")]
    [InlineData("{\"a\":\"folder.safetensors\"}", "names folder.safetensors, which cannot be read: it is a folder, not a file")]
    [InlineData("{\"a\":\"\\ud800.safetensors\"}", "is no index")]
    [InlineData("{}", "names no file")]
    [InlineData("[]", "is no index")]
    [InlineData("7", "is no index")]
    public void An_index_that_leads_to_no_shard_is_named_with_what_it_names(string map, string words)
    {
        using var folder = Copy();
        File.Delete(Path.Combine(folder.Path, "model.safetensors"));
        Directory.CreateDirectory(Path.Combine(folder.Path, "folder.safetensors"));
        var index = Path.Combine(folder.Path, "model.safetensors.index.json");
        File.WriteAllText(index, $"{{\"weight_map\":{map}}}");
        var message = Assert.Throws<ModelException>(() => Gpt2Folder.Read(folder.Path)).Message;
        Assert.StartsWith(index, message);
        Assert.Contains(words, message);
    }

    [Fact]
    public void What_is_missing_or_damaged_is_named()
    {
        using var folder = Copy();
        string At(string name) => Path.Combine(folder.Path, name);
        var weights = File.ReadAllBytes(At("model.safetensors"));
        foreach (var length in new[] { 0, 7, 100, weights.Length - 1 })
        {
            File.WriteAllBytes(At("model.safetensors"), weights[..length]);
            Assert.ThrowsAny<LikelyException>(() => Gpt2Folder.Read(folder.Path));
        }
        File.Delete(At("model.safetensors"));
        Directory.CreateDirectory(At("model.safetensors"));
        Assert.Contains("it is a folder", Assert.Throws<ModelException>(() => Gpt2Folder.Read(folder.Path)).Message);
        Directory.Delete(At("model.safetensors"));
        File.WriteAllText(At("pytorch_model.bin"), "");
        Assert.Contains("save them as model.safetensors", Assert.Throws<ModelException>(() => Gpt2Folder.Read(folder.Path)).Message);
        File.WriteAllBytes(At("model.safetensors"), weights);
        foreach (var text in new[] { "", "[]", "{", "null", "{\"n_layer\":\"two\"}" })
        {
            File.WriteAllText(At("config.json"), text);
            Assert.Contains("config.json", Assert.Throws<ModelException>(() => Gpt2Folder.Read(folder.Path)).Message);
        }
        File.WriteAllText(At("config.json"), "{\n\"n_layer\": Infinity}");
        Assert.Contains("its line 2 is no JSON", Assert.Throws<ModelException>(() => Gpt2Folder.Read(folder.Path)).Message);
        File.Delete(At("config.json"));
        Assert.Contains("there is no", Assert.Throws<ModelException>(() => Gpt2Folder.Read(folder.Path)).Message);
        File.Delete(At("vocab.json"));
        File.Copy(Path.Combine(_golden, "config.json"), At("config.json"));
        Assert.Throws<DataException>(() => Gpt2Folder.Read(folder.Path));
        Assert.Throws<ModelException>(() => Gpt2Folder.Read(At("nothing")));
        Assert.Throws<ArgumentNullException>(() => Gpt2Folder.Read(null!));
    }

    [Fact]
    public void A_mutated_folder_is_read_or_refused_in_a_sentence()
    {
        using var folder = Copy();
        var random = new Philox(3, RandomPurpose.Test);
        foreach (var name in new[] { "model.safetensors", "config.json" })
        {
            var whole = File.ReadAllBytes(Path.Combine(folder.Path, name));
            for (var round = 0UL; round < 60; round++)
            {
                var bytes = (byte[])whole.Clone();
                for (var change = 0UL; change < 1 + round % 4; change++) bytes[random.Below(round, 2 * change, Math.Min(bytes.Length, 5000))] = (byte)random.Below(round, 2 * change + 1, 256);
                File.WriteAllBytes(Path.Combine(folder.Path, name), bytes);
                try
                {
                    Gpt2Folder.Read(folder.Path);
                }
                catch (LikelyException)
                {
                    // a sentence
                }
            }
            File.WriteAllBytes(Path.Combine(folder.Path, name), whole);
        }
    }

    static TemporaryFolder Copy()
    {
        var folder = new TemporaryFolder();
        foreach (var name in (string[])["config.json", "model.safetensors"]) File.Copy(Path.Combine(_golden, name), Path.Combine(folder.Path, name));
        foreach (var name in (string[])["vocab.json", "merges.txt"]) File.Copy(Path.Combine(PairTokensTests.Folder, name), Path.Combine(folder.Path, name));
        return folder;
    }

    static void Change(TemporaryFolder folder, Action<JsonObject> change)
    {
        var path = Path.Combine(folder.Path, "config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(config);
        File.WriteAllText(path, config.ToJsonString());
    }

    // Behind the beginning, which is the end of a text, PyTorch's text goes on with the symbols of the next lines.
    static void Compare(AutoregressiveModel model)
    {
        var predictor = model.Predict(1, [], 0, Extent.Open);
        var (isFirst, probabilities, most) = (true, new double[model.Space.Levels], 0.0);
        foreach (var line in File.ReadLines(Path.Combine(_golden, "logs.txt")))
        {
            var words = line.Split(' ');
            if (!isFirst) predictor.Observe([int.Parse(words[0], CultureInfo.InvariantCulture)]);
            isFirst = false;
            predictor.Next().Probabilities(0, probabilities);
            for (var i = 0; i < probabilities.Length; i++) most = Math.Max(most, Math.Abs(Math.Log(probabilities[i]) - double.Parse(words[i + 1], CultureInfo.InvariantCulture)));
        }
        Assert.InRange(most, 0, 1e-4);
    }
}

/// <summary>The verb: a folder becomes a model file that texts are drawn from.</summary>
[Collection(nameof(CliFolder))]
public sealed class ImportVerbTests
{
    [Fact]
    public void A_folder_becomes_a_model_that_draws_and_scores()
    {
        Directory.CreateDirectory("gpt2 tiny");
        var golden = Path.Combine(Path.GetDirectoryName(PairTokensTests.Folder)!, "gpt2");
        foreach (var name in (string[])["config.json", "model.safetensors"]) File.Copy(Path.Combine(golden, name), Path.Combine("gpt2 tiny", name), overwrite: true);
        foreach (var name in (string[])["vocab.json", "merges.txt"]) File.Copy(Path.Combine(PairTokensTests.Folder, name), Path.Combine("gpt2 tiny", name), overwrite: true);
        var json = CliRun.Of("import", "gpt2 tiny", "--out", "gpt2.likely", "--json", "--force").Json;
        Assert.Equal(385, (int)json["symbols"]!);
        Assert.Equal(Checkpoint.Load("gpt2.likely").Identity(), (string)json["identity"]!);
        CliRun.Ok("sample gpt2.likely --length 40 --seed 2");
        File.WriteAllText("gpt2-text.txt", "the other theatre's there\n");
        Assert.True((double)CliRun.Ok("score gpt2.likely gpt2-text.txt --split all --json --force").Json["bits_per_byte"]! > 1);
        var exported = CliRun.Ok("export gpt2.likely --out gpt2-again --json --force").Json;
        Assert.False((bool)exported["own_beginning"]!);
        Assert.Equal((string)json["identity"]!, Gpt2Folder.Read("gpt2-again").Identity());
        var there = CliRun.Of("export", "gpt2.likely", "--out", "gpt2-again");
        Assert.Equal(2, there.Code);
        var refused = CliRun.Of("import", "gpt2.likely", "--force");
        Assert.Equal(2, refused.Code);
        Assert.Contains("no folder", refused.Error);
    }
}
