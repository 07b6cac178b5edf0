using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Files;
using Likely.Models;

namespace Likely;

/// <summary>What config.json of a GPT-2 says that its model needs; whatever would make another model is refused by name.</summary>
sealed record Gpt2Config(int Layers, int Heads, int Channels, int Context, int Symbols, int Beginning, bool IsTied)
{
    /// <summary>The file's name.</summary>
    public const string Name = "config.json";

    const int LongestFile = 1 << 20, MostDepth = 16;

    // Keys whose other values would compute something else, with those that do not. A missing key is as its first value.
    static readonly (string Key, string[] Usual)[] Fixed =
    [
        ("model_type", ["gpt2"]), ("activation_function", ["gelu_new", "gelu_pytorch_tanh"]), ("layer_norm_epsilon", ["1e-05"]),
        ("scale_attn_weights", ["true"]), ("scale_attn_by_inverse_layer_idx", ["false"]), ("add_cross_attention", ["false"]), ("is_encoder_decoder", ["false"]),
        ("quantization_config", ["null"]), ("pruned_heads", ["{}", "null"]),
    ];

    /// <summary>Reads the file.</summary>
    /// <exception cref="ModelException">It is not there, is no config, or is that of another model.</exception>
    public static Gpt2Config Read(string path)
    {
        try
        {
            using var stream = RegularFile.OpenRead(path, FileOptions.SequentialScan);
            if (stream.Length > LongestFile) throw new ModelException($"{path} has {stream.Length} bytes, and no config needs more than {LongestFile}");
            using var json = JsonDocument.Parse(stream, new JsonDocumentOptions { MaxDepth = MostDepth });
            return Of(json.RootElement, path);
        }
        catch (JsonException fault)
        {
            throw new ModelException($"{path} is no config of a model: its line {fault.LineNumber + 1} is no JSON", fault);
        }
        catch (InvalidOperationException fault)
        {
            throw new ModelException($"{path} is no config of a model: a text in it is no Unicode", fault); // the half of a pair, escaped
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelException($"there is no {path}; a GPT-2 comes as a folder of config.json, model.safetensors, and vocab.json with merges.txt or tokenizer.json", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"{path} cannot be read ({fault.Message.TrimEnd('.')})", fault);
        }
    }

    /// <summary>The file's content.</summary>
    public byte[] ToJson(double dropout) => System.Text.Encoding.UTF8.GetBytes(new JsonObject
    {
        ["architectures"] = new JsonArray("GPT2LMHeadModel"),
        ["model_type"] = "gpt2",
        ["activation_function"] = "gelu_new",
        ["n_layer"] = Layers,
        ["n_head"] = Heads,
        ["n_embd"] = Channels,
        ["n_positions"] = Context,
        ["vocab_size"] = Symbols,
        ["bos_token_id"] = Beginning,
        ["eos_token_id"] = Beginning,
        ["layer_norm_epsilon"] = 1e-5,
        ["tie_word_embeddings"] = IsTied,
        ["embd_pdrop"] = dropout,
        ["resid_pdrop"] = dropout,
        ["attn_pdrop"] = 0,
        ["torch_dtype"] = "float32",
    }.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));

    static Gpt2Config Of(JsonElement root, string path)
    {
        if (root.ValueKind != JsonValueKind.Object) throw new ModelException($"{path} is no config of a model: it is no JSON object");
        foreach (var (key, usual) in Fixed)
            if (root.TryGetProperty(key, out var value) && !Array.Exists(usual, plain => IsAs(value, plain))) throw new ModelException($"{path} has {key}={Short(Plain(value))}, and only models with {usual[0]} are read");
        var (channels, symbols) = (Number(root, path, "n_embd", 768, nameof(TransformerConfig.Channels)), Number(root, path, "vocab_size", 50_257, 1, Tokens.MostSymbols));
        var context = Number(root, path, "n_positions", Number(root, path, "n_ctx", 1024, nameof(TransformerConfig.Context)), nameof(TransformerConfig.Context));
        var (layers, heads) = (Number(root, path, "n_layer", 12, nameof(TransformerConfig.Layers)), Number(root, path, "n_head", 12, nameof(TransformerConfig.Heads)));
        if (channels % heads != 0) throw new ModelException($"{path} has n_embd={channels} and n_head={heads}, and heads share what is n_embd wide evenly");
        if (root.TryGetProperty("n_inner", out var inner) && inner.ValueKind != JsonValueKind.Null && Number(root, path, "n_inner", 0, 0, int.MaxValue) != 4L * channels)
            throw new ModelException($"{path} has n_inner={Short(Plain(inner))}, and only models with four times n_embd={channels} are read");
        var isTied = !root.TryGetProperty("tie_word_embeddings", out var tied) || Plain(tied) != "false";
        var beginning = Number(root, path, "bos_token_id", symbols - 1, 0, int.MaxValue);
        if (beginning >= symbols) throw new ModelException($"{path} has bos_token_id={beginning}, and its vocab_size={symbols} symbols are 0 to {symbols - 1}; set it to the one that texts begin behind");
        return new Gpt2Config(layers, heads, channels, context, symbols, beginning, isTied);
    }

    // A number that becomes a key of ours, by what that takes.
    static int Number(JsonElement root, string path, string key, int missing, string ours)
    {
        var bounds = typeof(TransformerConfig).GetProperty(ours)!.GetCustomAttribute<KeyAttribute>()!;
        return Number(root, path, key, missing, (int)bounds.Least, (int)bounds.Most);
    }

    static int Number(JsonElement root, string path, string key, int missing, int least, int most)
    {
        if (!root.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null) return missing;
        if (value.ValueKind != JsonValueKind.Number) throw new ModelException($"{path} has {key}={Short(value.GetRawText())}, and a whole number belongs there, without quotes");
        return value.TryGetInt32(out var number) && number >= least && number <= most ? number
            : throw new ModelException(string.Create(CultureInfo.InvariantCulture, $"{path} has {key}={Short(value.GetRawText())}, and a whole number {(most == int.MaxValue ? $"of {least} or more" : $"from {least} to {most}")} belongs there"));
    }

    // The same text, or the same number however it is written.
    static bool IsAs(JsonElement value, string usual) => Plain(value) == usual
        || value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.TryParse(usual, NumberStyles.Float, CultureInfo.InvariantCulture, out var other) && number == other;

    static string Plain(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    static string Short(string text) => VisibleText.Line(text.Length > 40 ? text[..40] + "..." : text);
}
