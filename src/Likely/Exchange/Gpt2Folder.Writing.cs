using Likely.Data;
using Likely.Files;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

public static partial class Gpt2Folder
{
    // Where texts begin behind a symbol that only this model has.
    const string BeginningName = "<|beginning|>";

    /// <summary>Writes a Transformer of GPT-2's form as a folder: config.json, model.safetensors, vocab.json and merges.txt. Each file is written whole or not at all.</summary>
    /// <exception cref="ModelException">It is another model; the sentence names what GPT-2 has not.</exception>
    /// <exception cref="DataException">Its tokens are no byte-level BPE.</exception>
    /// <exception cref="UsageException">A file cannot be written, or is there and may not be overwritten.</exception>
    public static void Write(Checkpoint checkpoint, string folder, bool overwrite = true, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        foreach (var (name, write) in Parts(checkpoint, cancellation)) AtomicFile.Write(Path.Combine(folder, name), overwrite, write);
    }

    /// <summary>Whether texts begin behind a symbol that is none of the model's others, and that its folder has one more for.</summary>
    public static bool HasOwnBeginning(Checkpoint checkpoint) => Beginning(checkpoint ?? throw new ArgumentNullException(nameof(checkpoint))) == checkpoint.Density.Space.Levels;

    /// <summary>The files of a folder, and what writes each.</summary>
    /// <exception cref="ModelException">As <see cref="Write"/>.</exception>
    /// <exception cref="DataException">As there.</exception>
    public static IReadOnlyList<(string Name, Action<Stream> Write)> Parts(Checkpoint checkpoint, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        if (checkpoint.Density.Config is not TransformerConfig config) throw new ModelException($"the model is {checkpoint.Density.Config.Name}, and only a transformer can be a GPT-2");
        foreach (var (key, value, usual) in ((string, string, string)[])[("attention", config.Attention, "dense"), ("positions", config.Positions, "learned"), ("norm", config.Norm, "layer"), ("activation", config.Activation, "gelu"), ("query_key_norm", config.QueryKeyNorm ? "true" : "false", "false")])
            if (value != usual) throw new ModelException($"the model has {key}={value}, and a GPT-2 has {usual}");
        var parameters = checkpoint.Density.Parameters.Parameters.ToDictionary(parameter => parameter.Name, StringComparer.Ordinal);
        if (parameters.TryGetValue("output.bias", out var bias) && Array.Exists(bias.ToArray(), value => value != 0)) throw new ModelException("the model's output has a bias, and a GPT-2's has none; train it with tied=true");
        var tokens = Continuation.TokensOf(checkpoint) ?? Tokens.Bytes;
        var (levels, beginning) = (checkpoint.Density.Space.Levels, Beginning(checkpoint));
        var symbols = Math.Max(levels, beginning + 1);
        var (vocabulary, merges) = tokens.ToVocabulary(symbols > levels ? BeginningName : null);
        var gpt2 = new Gpt2Config(config.Layers, config.Heads, config.Channels, config.Context, symbols, beginning, config.Tied);
        return
        [
            (Gpt2Config.Name, stream => stream.Write(gpt2.ToJson(config.Dropout))),
            ("model.safetensors", stream => WriteWeights(parameters, gpt2, levels, stream, cancellation)),
            ("vocab.json", stream => stream.Write(vocabulary)),
            ("merges.txt", stream => stream.Write(merges)),
        ];
    }

    // The symbol whose row is that of the beginning; one more than there are if none is.
    static int Beginning(Checkpoint checkpoint)
    {
        var (table, levels) = (checkpoint.Density.Parameters.Parameters.First(parameter => parameter.Name == "symbols"), checkpoint.Density.Space.Levels);
        var (values, channels) = (table.ToArray(), table.Outputs);
        for (var symbol = levels - 1; symbol >= 0; symbol--)
            if (values.AsSpan(symbol * channels, channels).SequenceEqual(values.AsSpan(levels * channels))) return symbol;
        return levels;
    }

    static void WriteWeights(Dictionary<string, Parameter> parameters, Gpt2Config gpt2, int levels, Stream stream, CancellationToken cancellation)
    {
        var file = new Safetensors();
        file.Metadata["format"] = "pt";
        void Add(string name, string ours, params long[] shape) => file.Add(Prefix + name, shape, parameters[ours].ToArray().AsSpan(0, (int)shape.Aggregate(1L, (product, size) => product * size)));
        long channels = gpt2.Channels;
        Add("wte.weight", "symbols", gpt2.Symbols, channels);
        Add("wpe.weight", "positions", gpt2.Context, channels);
        for (var i = 0; i < gpt2.Layers; i++)
            foreach (var (part, kind, shape) in ((string, string, long[])[])
            [
                ("ln_1", "weight", [channels]), ("ln_1", "bias", [channels]), ("ln_2", "weight", [channels]), ("ln_2", "bias", [channels]),
                ("attn.c_attn", "weight", [channels, 3 * channels]), ("attn.c_attn", "bias", [3 * channels]), ("attn.c_proj", "weight", [channels, channels]), ("attn.c_proj", "bias", [channels]),
                ("mlp.c_fc", "weight", [channels, 4 * channels]), ("mlp.c_fc", "bias", [4 * channels]), ("mlp.c_proj", "weight", [4 * channels, channels]), ("mlp.c_proj", "bias", [channels]),
            ])
                Add($"h.{i}.{part}.{kind}", Ours($"h.{i}.{part}.{kind}")!, shape);
        Add("ln_f.weight", "norm.gain", channels);
        Add("ln_f.bias", "norm.bias", channels);
        if (!gpt2.IsTied)
        {
            var rows = new float[gpt2.Symbols * channels]; // those of no symbol of ours are zeros
            Turned(parameters["output.weight"].ToArray(), gpt2.Channels, levels).CopyTo(rows, 0);
            file.Add("lm_head.weight", [gpt2.Symbols, channels], rows);
        }
        file.Write(stream, cancellation);
    }
}
