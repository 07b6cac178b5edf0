using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// A trained model with all that its use needs: config, space, class names, the preprocessing of its data, and a summary of its
/// training. On disk it is a valid safetensors file: tensors by path name, the rest as JSON under "likely" in the metadata.
/// </summary>
public sealed class Checkpoint(Model model, IReadOnlyList<string> classNames, string preprocessing)
{
    /// <summary>The version of the order of arithmetic; models and archives of one version give the same bits everywhere.</summary>
    public const int OrderVersion = 0;

    /// <summary>The asset that says what symbols are as bytes.</summary>
    public const string Tokens = "tokens";

    /// <summary>The asset that says of which words rows are counts.</summary>
    public const string Words = "words";

    const string Key = "likely", SumKey = "likely_sha256", Categorical = "categorical", InTime = "ordinal";
    const double LargestSummary = 1e15; // of counts, seconds, nats

    const int LongestDescription = 1 << 22;

    public Model Model { get; } = model;

    /// <summary>The model as a density.</summary>
    /// <exception cref="ModelException">It is none of symbols: it makes features of rows.</exception>
    public AutoregressiveModel Density => Model as AutoregressiveModel ?? throw new ModelException($"{Model.Config.Name} makes features of rows, and tells no likelihoods of symbols, which this needs");

    /// <summary>Names of the classes the model is conditioned on; empty if unconditional.</summary>
    public IReadOnlyList<string> ClassNames { get; } = classNames;

    /// <summary>The canonical text of the data options the model was trained with.</summary>
    public string Preprocessing { get; } = preprocessing;

    /// <summary>What the model's symbols stand for beyond their numbers, as text by name, such as the vocabulary of a text; part of the identity. Empty for pictures.</summary>
    public IReadOnlyDictionary<string, string> Assets { get; init; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What training showed (name to number); no part of the identity.</summary>
    public SortedDictionary<string, double> Summary { get; } = new(StringComparer.Ordinal);

    /// <summary>The data set's name; no part of the identity.</summary>
    public string DataName { get; set; } = "";

    /// <summary>The training's plan, which repeats it; empty if it is not known. No part of the identity.</summary>
    public string Plan { get; set; } = "";

    /// <summary>What it was trained on, as the text of a sketch of contents; no part of the identity. Empty if that is not known.</summary>
    public string TrainedOn { get; set; } = "";

    /// <summary>How it judges held-out items, as text (see <c>Calibration</c>), so that others can be held against them; no part of the identity. Empty if that is not known, as of a shrunk model, which judges otherwise.</summary>
    public string Calibration { get; set; } = "";

    /// <summary>How <see cref="Save(string, bool, CancellationToken)"/> stores the weights; no part of the identity, which is that of the float32 values computed with.</summary>
    public WeightStorage Storage { get; init; }

    /// <summary>SHA-256 over order version, the config's keys that are not the defaults, space, classes, preprocessing and tensors in name order: the same model has the same one.</summary>
    public string Identity()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(Description(withSummary: false).ToJsonString()));
        foreach (var parameter in Model.Parameters.Parameters.OrderBy(parameter => parameter.Name, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{parameter.Name} {parameter.Shape}"));
            hash.AppendData(BitConverter.IsLittleEndian ? MemoryMarshal.AsBytes(parameter.ToArray().AsSpan()) : Bytes(parameter.ToArray()));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>A model with these weights rounded to what fewer bits can hold: another model, with an identity of its own.</summary>
    /// <exception cref="ModelException">A weight is too large.</exception>
    public Checkpoint Shrink(WeightStorage storage)
    {
        var smaller = Model.Config.Outline(Model.Space, ClassNames.Count);
        smaller.Parameters.Allocate(null);
        for (var i = 0; i < Model.Parameters.Parameters.Count; i++)
            smaller.Parameters.Parameters[i].Assign(StoredWeights.Round(Model.Parameters.Parameters[i], storage));
        var checkpoint = new Checkpoint(smaller, ClassNames, Preprocessing) { Assets = Assets, DataName = DataName, Plan = Plan, TrainedOn = TrainedOn, Storage = storage };
        foreach (var (key, value) in Summary) checkpoint.Summary[key] = value;
        return checkpoint;
    }

    /// <summary>Writes a model file, the whole file or nothing; weights that <see cref="Storage"/> does not hold exactly are written in 32 bits.</summary>
    /// <param name="path">The file, by custom NAME.likely; its folder is made.</param>
    /// <param name="overwrite">Whether it may be there before.</param>
    /// <param name="cancellation">Ends the writing; what was there before stays.</param>
    /// <exception cref="UsageException">It cannot be written, or is there and may not be overwritten.</exception>
    public void Save(string path, bool overwrite = true, CancellationToken cancellation = default)
        => AtomicFile.Write(path, overwrite, stream => Save(stream, cancellation));

    /// <summary>Writes a model file to a stream, from where it stands.</summary>
    public void Save(Stream stream, CancellationToken cancellation = default)
    {
        var file = new Safetensors();
        file.Metadata["format"] = "likely";
        file.Metadata[Key] = Description(withSummary: true).ToJsonString();
        foreach (var parameter in Model.Parameters.Parameters) StoredWeights.Add(file, parameter, Storage);
        file.Metadata[SumKey] = SumOf(file);
        file.Write(stream, cancellation);
    }

    // Of what is said of the model and of each tensor's bytes, in ordinal order of their names.
    static string SumOf(Safetensors file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(file.Metadata[Key]));
        foreach (var entry in file.Entries.OrderBy(entry => entry.Name, StringComparer.Ordinal)) hash.AppendData(entry.Data.Span);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The bytes of a model's file without <see cref="TrainedOn"/>, <see cref="Calibration"/> and its check sum, for a copy whose length counts and whose identity somebody else keeps.</summary>
    /// <exception cref="ModelException">As <see cref="Load(string, CancellationToken)"/>.</exception>
    /// <exception cref="SafetensorsException">As there.</exception>
    public static byte[] WithoutEvidence(byte[] bytes, string name)
    {
        Load(bytes, name);
        var file = Safetensors.Read(bytes, name);
        var description = JsonNode.Parse(file.Metadata[Key])!.AsObject();
        description.Remove("trained_on");
        description.Remove("calibration");
        file.Metadata[Key] = description.ToJsonString();
        file.Metadata.Remove(SumKey);
        using var stream = new MemoryStream();
        file.Write(stream);
        return stream.ToArray();
    }

    /// <summary>Reads a model file. It may come from a stranger: no more memory is taken than its bytes bear out.</summary>
    /// <exception cref="ModelException">Not a model of ours, or damaged: unknown keys, missing, extra or mis-shaped tensors are named.</exception>
    /// <exception cref="SafetensorsException">It is not there, cannot be read, or is no safetensors file.</exception>
    public static Checkpoint Load(string path, CancellationToken cancellation = default) => FromFile(Safetensors.Read(path, cancellation), path);

    /// <summary>Reads a model file from a stream, to its end and no further; <paramref name="name"/> is for messages.</summary>
    /// <exception cref="ModelException">As of a file.</exception>
    /// <exception cref="SafetensorsException">As of a file.</exception>
    public static Checkpoint Load(Stream stream, string name = "The model", CancellationToken cancellation = default) => FromFile(Safetensors.Read(stream, name, cancellation), name);

    /// <summary>Reads a model from the bytes of its file; <paramref name="name"/> is for messages.</summary>
    /// <exception cref="ModelException">As above.</exception>
    /// <exception cref="SafetensorsException">As above.</exception>
    public static Checkpoint Load(ReadOnlyMemory<byte> bytes, string name = "The model") => FromFile(Safetensors.Read(bytes, name), name);

    static Checkpoint FromFile(Safetensors file, string path)
    {
        if (!file.Metadata.TryGetValue(Key, out var text))
            throw new ModelException($"{path} is a safetensors file but not a Likely model (its metadata has no '{Key}')");
        if (text.Length > LongestDescription) throw new ModelException($"{path} is damaged: its description has {text.Length} characters, more than {LongestDescription}");
        try
        {
            var checkpoint = FromFile(file, JsonNode.Parse(text)!.AsObject(), path);
            if (file.Metadata.TryGetValue(SumKey, out var sum) && sum != SumOf(file)) throw new ModelException($"{path} is damaged: its check sum is not that of what it holds");
            return checkpoint;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException or NullReferenceException or OverflowException or ArgumentException)
        {
            throw new ModelException($"{path} is damaged: its description cannot be read", fault);
        }
    }

    static Checkpoint FromFile(Safetensors file, JsonObject description, string path)
    {
        var order = (int)description["order_version"]!;
        if (order != OrderVersion) throw new ModelException($"{path} was made with order version {order}, and this version knows {OrderVersion} only");
        var shape = description["geometry"]!.AsArray();
        if (shape.Count != 4) throw new ModelException($"{path} is damaged: its geometry has {shape.Count} numbers, not 4");
        var space = Space.Image((int)shape[0]!, (int)shape[1]!, (int)shape[2]!, (int)shape[3]!);
        if (description["scale"] is { } scale)
        {
            space = (string?)scale switch
            {
                Categorical => space with { Alphabet = space.Alphabet with { Scale = AlphabetScale.Categorical } },
                InTime => space with { IsInTime = true },
                var other => throw new ModelException($"{path} is damaged, or of a later version: it has a scale '{other}'"),
            };
        }
        if (description["source"] is { } source) space = space with { Source = (int)source };
        if (description["columns"] is JsonArray columns)
        {
            // Names and levels, a pair of numbers each; more columns than the geometry has are refused before they are read.
            if (columns.Count != 2L * space.Extent.Positions) throw new ModelException($"{path} is damaged: it tells the values of {columns.Count / 2} columns, and has {space.Extent.Positions}");
            space = Space.Table(columns.Chunk(2).Select(pair => Alphabet.OfColumn((int)pair[0]!, (int)pair[1]!)));
        }
        // Rows of real numbers have no levels.
        if (!(space.Levels == 0 ? space with { Levels = 2 } : space).IsPossible)
            throw new ModelException($"{path} is damaged: a geometry of {space} is impossible");
        var classes = description["classes"]!.AsArray().Select(name => (string?)name ?? throw new ModelException($"{path} is damaged: a label has no name")).ToArray();
        if (classes.Distinct().Count() != classes.Length) throw new ModelException($"{path} is damaged: two labels have one name");
        var model = Outline(file, description["config"]!.ToJsonString(), space, classes.Length, path);
        foreach (var parameter in model.Parameters.Parameters) StoredWeights.RequireEntry(file, parameter, path);
        var bytes = sizeof(float) * (model.Parameters.Length + model.Parameters.Parameters.Max(parameter => parameter.Shape.Count));
        if (!MachineMemory.Fits(bytes)) throw new ModelException($"{path} needs {MachineMemory.Text(bytes)} of memory for its weights, and {MachineMemory.Text(MachineMemory.Available())} are free");
        model.Parameters.Allocate(null);
        var known = new HashSet<string>();
        foreach (var parameter in model.Parameters.Parameters)
        {
            var values = StoredWeights.Read(file, parameter, path, known);
            // What lies under a mask would feed a symbol to its own prediction in one face and not in the other: no density, and an archive that never decodes.
            if (!model.Parameters.Allows(parameter, values))
                throw new ModelException($"{path} is damaged: tensor '{parameter.Name}' holds weights that are not zero where the order of the symbols forbids any");
            parameter.Assign(values);
        }
        if (file.Entries.Count != known.Count)
            throw new ModelException($"{path} has a tensor '{file.Entries.First(entry => !known.Contains(entry.Name)).Name}' that the config does not know");
        var storage = file.Entries.Any(entry => entry.DataType == "I8") ? WeightStorage.Int8
            : file.Entries.Any(entry => entry.DataType == "BF16") ? WeightStorage.BFloat16 : WeightStorage.Float32;
        var preprocessing = (string?)description["preprocessing"] ?? throw new ModelException($"{path} is damaged: it does not say how its data were preprocessed");
        var assets = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (description["assets"] is JsonObject held)
            foreach (var (name, value) in held) assets[name] = (string?)value ?? throw new ModelException($"{path} is damaged: it holds nothing as {name}");
        var checkpoint = new Checkpoint(model, classes, preprocessing) { Assets = assets, DataName = (string?)description["data"] ?? "", Plan = (string?)description["plan"] ?? "", TrainedOn = (string?)description["trained_on"] ?? "", Calibration = (string?)description["calibration"] ?? "", Storage = storage };
        if (description["summary"] is JsonObject summary)
            foreach (var (key, value) in summary)
            {
                var number = (double)value!;
                if (!(Math.Abs(number) < LargestSummary)) throw new ModelException(FormattableString.Invariant($"{path} is damaged: its summary says {key} is {number}"));
                checkpoint.Summary[key] = number;
            }
        return checkpoint;
    }

    static Model Outline(Safetensors file, string json, Space space, int classes, string path)
    {
        try
        {
            var config = ModelRegistry.FromJson(json);
            if (config is DensityConfig) Bound(config, file);
            return config.Outline(space, classes);
        }
        catch (ModelException fault)
        {
            throw new ModelException($"{path} is damaged, or of a later version: {fault.Message}", fault);
        }
    }

    // A config from a stranger must not make us reserve more than the file itself holds.
    static void Bound(ModelConfig config, Safetensors file)
    {
        var held = file.Entries.Sum(entry => entry.Count);
        foreach (var (key, text) in ModelRegistry.Keys(config))
            if (double.TryParse(text, CultureInfo.InvariantCulture, out var value) && Math.Abs(value) > Math.Max(4096, held) && !key.EndsWith("seed", StringComparison.Ordinal))
                throw new ModelException($"{key}={text} does not fit its tensors");
    }

    JsonObject Description(bool withSummary)
    {
        var space = Model.Space;
        var description = new JsonObject
        {
            ["order_version"] = OrderVersion,
            ["config"] = JsonNode.Parse(withSummary ? ModelRegistry.ToJson(Model.Config) : ModelRegistry.ToShortJson(Model.Config)),
            ["geometry"] = new JsonArray(space.Height, space.Width, space.Symbols, space.Levels),
            ["classes"] = new JsonArray([.. ClassNames.Select(name => (JsonNode)name)]),
            ["preprocessing"] = Preprocessing,
        };
        if (space.Alphabet.Scale == AlphabetScale.Categorical) description["scale"] = Categorical;
        else if (space.IsInTime) description["scale"] = InTime;
        if (space.Source > 0) description["source"] = space.Source;
        if (space.Columns is not null) description["columns"] = new JsonArray([.. space.Columns.SelectMany(column => (int[])[column.Names, column.Size - column.Names]).Select(number => (JsonNode)number)]);
        if (Assets.Count > 0)
        {
            var assets = new JsonObject();
            foreach (var (name, value) in Assets) assets[name] = value;
            description["assets"] = assets;
        }
        if (!withSummary) return description;
        description["data"] = DataName;
        if (TrainedOn.Length > 0) description["trained_on"] = TrainedOn;
        if (Calibration.Length > 0) description["calibration"] = Calibration;
        description["version"] = typeof(Checkpoint).Assembly.GetName().Version!.ToString(3);
        var summary = new JsonObject();
        foreach (var (key, value) in Summary) summary[key] = value;
        description["summary"] = summary;
        if (Plan.Length > 0) description["plan"] = Plan;
        return description;
    }

    static byte[] Bytes(float[] values)
    {
        var bytes = MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
        if (!BitConverter.IsLittleEndian)
            for (var i = 0; i < bytes.Length; i += 4) BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(i), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(i)));
        return bytes;
    }
}
