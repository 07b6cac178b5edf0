using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Likely.Data;
using Likely.Files;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// GPT-2 (Radford et al. 2019) as Hugging Face keeps it: a folder of config.json, of model.safetensors or its shards, and of a vocabulary. What it becomes is the same network, a
/// <see cref="TransformerConfig"/> whose texts begin behind the symbol bos_token_id. Layout: names with or without "transformer." in front; maps are [inputs, outputs]; buffers of
/// attention masks are nothing to read.
/// </summary>
public static partial class Gpt2Folder
{
    const string Weights = "model.safetensors", Index = "model.safetensors.index.json", Pickled = "pytorch_model.bin", Prefix = "transformer.";
    const int LongestIndex = 1 << 24, MostShards = 1 << 10;

    /// <summary>Reads a folder.</summary>
    /// <param name="folder">Its path.</param>
    /// <param name="cancellation">Ends it between two tensors.</param>
    /// <exception cref="ModelException">A part is missing or damaged, or it is another model; the sentence names what.</exception>
    /// <exception cref="SafetensorsException">A file of weights is damaged.</exception>
    /// <exception cref="DataException">The vocabulary is missing, or another kind of vocabulary.</exception>
    public static Checkpoint Read(string folder, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!Directory.Exists(folder)) throw new ModelException($"there is no folder {folder}");
        var source = Gpt2Config.Read(Path.Combine(folder, Gpt2Config.Name));
        var tokens = Tokens.Read(folder);
        if (tokens.Size != source.Symbols) throw new ModelException($"{Path.Combine(folder, Gpt2Config.Name)}: there are {source.Symbols} symbols by its config (vocab_size) and {tokens.Size} by the vocabulary beside it");
        var config = new TransformerConfig { Layers = source.Layers, Heads = source.Heads, Channels = source.Channels, Context = source.Context, Tied = source.IsTied };
        var space = Space.Sequence(source.Context, source.Symbols);
        var shards = Shards(folder);
        Require(config, space, shards, folder);
        var model = config.Build(space, 0, null);
        var left = model.Parameters.Parameters.ToDictionary(parameter => parameter.Name, StringComparer.Ordinal);
        foreach (var shard in shards)
            foreach (var entry in Safetensors.Read(shard, cancellation).Entries)
            {
                cancellation.ThrowIfCancellationRequested();
                Take(entry, source, left, shard);
            }
        if (left.Remove("output.bias", out var bias)) bias.Assign(new float[bias.Shape.Count]);
        if (left.Count > 0) throw new ModelException($"{folder} has no tensor for {left.Keys.Order(StringComparer.Ordinal).First()}, and {left.Count - 1} more are missing");
        return new Checkpoint(model, [], (DataOptions.Default with { As = Modality.Text, Items = ItemRule.Files, Tokens = TokenRule.Vocabulary }).ToCanonical())
        {
            Assets = new SortedDictionary<string, string>(StringComparer.Ordinal) { [Checkpoint.Tokens] = tokens.ToText() },
            DataName = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))),
        };
    }

    // A config must not make us reserve more than the files can fill.
    static void Require(TransformerConfig config, Space space, string[] shards, string folder)
    {
        var (needed, held) = (config.Outline(space, 0).Parameters.Parameters.Sum(parameter => parameter.Shape.Count), shards.Sum(shard => new FileInfo(shard).Length));
        if (2 * (needed - config.Channels - (config.Tied ? 0 : space.Levels)) > held) // the beginning's row, and a bias, are ours
            throw new ModelException(string.Create(CultureInfo.InvariantCulture, $"{Path.Combine(folder, Gpt2Config.Name)} tells of {needed} weights, and {folder} has {held} bytes of them, which is less than two each"));
        if (!MachineMemory.Fits(3L * sizeof(float) * needed))
            throw new ModelException($"{folder} needs {MachineMemory.Text(3L * sizeof(float) * needed)} of memory to be read, and {MachineMemory.Text(MachineMemory.Available())} are free");
    }

    static string[] Shards(string folder)
    {
        var (whole, index) = (Path.Combine(folder, Weights), Path.Combine(folder, Index));
        if (FileStatus.Of(whole).Type != FileType.Missing)
            return RegularFile.Fault(FileStatus.Of(whole).Type) is { } fault ? throw new ModelException($"{whole} cannot be read: it is {fault}") : [whole];
        if (!File.Exists(index))
            throw new ModelException(File.Exists(Path.Combine(folder, Pickled))
                ? $"{folder} has its weights as {Pickled}, which is a program of Python's and is not run; save them as {Weights}" : $"{folder} has no {Weights}");
        try
        {
            using var stream = RegularFile.OpenRead(index, FileOptions.SequentialScan);
            if (stream.Length > LongestIndex) throw new ModelException($"{index} has {stream.Length} bytes, and no index needs more than {LongestIndex}");
            using var json = JsonDocument.Parse(stream);
            var names = json.RootElement.GetProperty("weight_map").EnumerateObject().Select(tensor => NameOf(tensor, index)).Distinct(StringComparer.Ordinal).Take(MostShards + 1).Order(StringComparer.Ordinal).ToArray();
            if (names.Length > MostShards) throw new ModelException($"{index} names more than {MostShards} files");
            if (names.Length == 0) throw new ModelException($"{index} names no file of weights");
            return Array.ConvertAll(names, name => Shard(folder, name, index));
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentNullException)
        {
            throw new ModelException($"{index} is no index of weights", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"{index} cannot be read ({fault.Message.TrimEnd('.')})", fault);
        }
    }

    static string NameOf(JsonProperty tensor, string index) => tensor.Value.ValueKind == JsonValueKind.String ? tensor.Value.GetString()!
        : throw new ModelException($"{index} names no file for tensor {Safetensors.Quote(tensor.Name)} in its weight_map");

    static string Shard(string folder, string name, string index)
    {
        if (name != Path.GetFileName(name) || name.Any(char.IsControl) || !name.EndsWith(".safetensors", StringComparison.Ordinal))
            throw new ModelException($"{index} names a file {Safetensors.Quote(name)}, which is none of its folder");
        var path = Path.Combine(folder, name);
        var type = FileStatus.Of(path).Type;
        if (type is FileType.Missing or FileType.Unreachable) throw new ModelException($"{index} names {name}, which is not there; fetch it");
        return RegularFile.Fault(type) is { } fault ? throw new ModelException($"{index} names {name}, which cannot be read: it is {fault}") : path;
    }

    static void Take(Safetensors.Entry entry, Gpt2Config source, Dictionary<string, Parameter> left, string shard)
    {
        var name = entry.Name.StartsWith(Prefix, StringComparison.Ordinal) ? entry.Name[Prefix.Length..] : entry.Name;
        if (Masks().IsMatch(name) || name == "lm_head.weight" && source.IsTied) return;
        if (Ours(name) is not { } ours || !left.Remove(ours, out var parameter))
            throw new ModelException($"{shard} has a tensor {Safetensors.Quote(entry.Name)} that a GPT-2 of its config has not");
        var (symbols, channels) = (source.Symbols, source.Channels);
        long[] shape = ours == "symbols" ? [symbols, channels] : ours == "output.weight" ? [symbols, channels] : parameter.Inputs == 1 && !name.EndsWith("wpe.weight", StringComparison.Ordinal) ? [parameter.Outputs] : [parameter.Inputs, parameter.Outputs];
        if (!entry.Shape.AsSpan().SequenceEqual(shape))
            throw new ModelException($"{shard}: tensor {Safetensors.Quote(entry.Name)} is [{string.Join(", ", entry.Shape)}] where the config needs [{string.Join(", ", shape)}]");
        var values = Values(entry, shard);
        if (ours == "symbols") values = [.. values, .. values.AsSpan(source.Beginning * channels, channels)];
        if (ours == "output.weight") values = Turned(values, symbols, channels);
        parameter.Assign(values);
    }

    static string? Ours(string name)
    {
        switch (name)
        {
            case "wte.weight": return "symbols";
            case "wpe.weight": return "positions";
            case "ln_f.weight": return "norm.gain";
            case "ln_f.bias": return "norm.bias";
            case "lm_head.weight": return "output.weight";
        }
        var match = Blocks().Match(name);
        if (!match.Success) return null;
        var (block, part, kind) = ($"blocks.{match.Groups[1].Value}", match.Groups[2].Value, match.Groups[3].Value);
        return part switch
        {
            "ln_1" => $"{block}.attention.norm.{(kind == "weight" ? "gain" : kind)}",
            "ln_2" => $"{block}.maps.norm.{(kind == "weight" ? "gain" : kind)}",
            "attn.c_attn" => $"{block}.attention.input.{kind}",
            "attn.c_proj" => $"{block}.attention.output.{kind}",
            "mlp.c_fc" => $"{block}.maps.inner.{kind}",
            _ => $"{block}.maps.outer.{kind}",
        };
    }

    static float[] Values(Safetensors.Entry entry, string shard)
    {
        if (entry.DataType is not ("F32" or "F16" or "BF16")) throw new ModelException($"{shard}: tensor {Safetensors.Quote(entry.Name)} is of type {entry.DataType}, and F32, F16 and BF16 are read");
        var values = entry.ToFloats();
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i])) throw new ModelException($"{shard}: tensor {Safetensors.Quote(entry.Name)} holds a value that is not finite");
            if (values[i] == 0) values[i] = 0; // never -0, with which no chain may begin
        }
        return values;
    }

    static float[] Turned(float[] values, int rows, int columns)
    {
        var turned = new float[values.Length];
        for (var r = 0; r < rows; r++)
            for (var c = 0; c < columns; c++) turned[(long)c * rows + r] = values[(long)r * columns + c];
        return turned;
    }

    [GeneratedRegex(@"^h\.(0|[1-9]\d{0,3})\.(ln_1|ln_2|attn\.c_attn|attn\.c_proj|mlp\.c_fc|mlp\.c_proj)\.(weight|bias)$")]
    private static partial Regex Blocks();

    [GeneratedRegex(@"^h\.\d{1,4}\.attn\.(bias|masked_bias)$")]
    private static partial Regex Masks();
}
