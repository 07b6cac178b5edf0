using System.Text.Json;
using System.Text.Json.Nodes;
using Likely.Files;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// What a long fit has reached, in a file beside the model, so that one that was interrupted goes on and ends with the same bits: the weights of the stages that are done, and of the one at work also the optimizer's moments.
/// </summary>
/// <param name="path">The file, which is written whole or not at all.</param>
/// <param name="fingerprint">What the fit is: config, seed, data. A file of another is refused.</param>
public sealed class FitJournal(string path, string fingerprint)
{
    /// <summary>The metadata by which such a file is known.</summary>
    public const string Mark = "likely_fit";

    static readonly string[] _blocks = ["weights", "average", "first_moment", "second_moment", "beside"];

    readonly List<FitStage> _stages = [];

    /// <summary>The config that was decided when the fit began; null: nothing was left to be decided.</summary>
    internal FeatureConfig? Config { get; set; }

    /// <summary>Told in a sentence that what a fit has reached could not be noted, as where the disk is full, and that it goes on.</summary>
    public Action<string>? Warn { get; init; }

    /// <summary>Reads what there is; false if there is nothing.</summary>
    /// <exception cref="ModelException">The file is damaged, or of another fit.</exception>
    public bool Read()
    {
        if (!File.Exists(path)) return false;
        try
        {
            var file = Safetensors.Read(path);
            var json = JsonNode.Parse(file.Metadata.GetValueOrDefault(Mark) ?? throw new ModelException($"{path} is no file of an interrupted fit"))!.AsObject();
            if ((string)json["fingerprint"]! != fingerprint) throw new ModelException($"{path} belongs to a fit with other keys, seed or data; give the same ones, or begin a run of its own") { Remedy = Remedy.BeginAnew };
            if ((string?)json["config"] is { } config) Config = ModelRegistry.FromJson(config) as FeatureConfig ?? throw new ModelException($"{path} is no file of an interrupted fit");
            foreach (var stage in json["stages"]!.AsArray())
            {
                var blocks = new float[_blocks.Length][];
                for (var i = 0; i < blocks.Length; i++) blocks[i] = file.Find(Name(_stages.Count, i)) is { DataType: "F32" } entry ? entry.ToFloats() : [];
                _stages.Add(new FitStage((string)stage!["name"]!, (long)stage["step"]!, (bool)stage["finished"]!, (double)stage["mean"]!, blocks));
            }
            return true;
        }
        catch (Exception fault) when (fault is SafetensorsException or JsonException or InvalidOperationException or NullReferenceException or FormatException)
        {
            throw new ModelException($"{path} cannot be gone on with: {fault.Message}", fault);
        }
    }

    internal FitStage? Find(string stage) => _stages.Find(one => one.Name == stage);

    /// <summary>Notes where a stage is, in place of what was noted of it before.</summary>
    internal void Keep(FitStage stage)
    {
        var at = _stages.FindIndex(one => one.Name == stage.Name);
        if (at < 0) _stages.Add(stage);
        else _stages[at] = stage;
        try
        {
            Write();
        }
        catch (UsageException fault)
        {
            Warn?.Invoke($"{fault.Message.TrimEnd('.')}; what {stage.Name} has reached is not noted, and fitting goes on");
        }
    }

    void Write()
        => AtomicFile.Write(path, overwrite: true, stream =>
        {
            var file = new Safetensors();
            var stages = new JsonArray();
            for (var s = 0; s < _stages.Count; s++)
            {
                var one = _stages[s];
                stages.Add((JsonNode)new JsonObject { ["name"] = one.Name, ["step"] = one.Step, ["finished"] = one.IsFinished, ["mean"] = double.IsFinite(one.Mean) ? one.Mean : 0 });
                for (var i = 0; i < one.Blocks.Length; i++)
                    if (one.Blocks[i].Length > 0) file.Add(Name(s, i), [one.Blocks[i].Length], one.Blocks[i]);
            }
            file.Metadata[Mark] = new JsonObject { ["fingerprint"] = fingerprint, ["config"] = Config is null ? null : ModelRegistry.ToJson(Config), ["stages"] = stages }.ToJsonString();
            file.Write(stream);
        });

    static string Name(int stage, int block) => $"{stage}.{_blocks[block]}";
}

/// <summary>Where a stage of a fit is.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Step">Steps taken.</param>
/// <param name="IsFinished">Whether it has come to its end, and the weights are its result.</param>
/// <param name="Mean">The mean loss of the last steps.</param>
/// <param name="Blocks">Weights; and of one that is at work their average, both moments, and what goes on beside them.</param>
sealed unsafe record FitStage(string Name, long Step, bool IsFinished, double Mean, float[][] Blocks)
{
    /// <summary>What the set and the optimizer hold now.</summary>
    public static FitStage Of(string name, ParameterSet set, Optimizer optimizer, double mean, Matrix? beside)
        => new(name, optimizer.Step, false, mean, [Copy(set.Values, set.Length), Copy(optimizer.Average.Pointer, set.Length), Copy(optimizer.FirstMoment.Pointer, set.Length), Copy(optimizer.SecondMoment.Pointer, set.Length), beside is null ? [] : Copy(beside.Data, (long)beside.Rows * beside.Stride)]);

    /// <summary>The result of a stage.</summary>
    public static FitStage Of(string name, ParameterSet set, long step, double mean) => new(name, step, true, mean, [Copy(set.Values, set.Length), [], [], [], []]);

    /// <summary>Makes them so again.</summary>
    /// <exception cref="ModelException">They are of another size.</exception>
    public void Restore(ParameterSet set, Optimizer optimizer, Matrix? beside)
    {
        if (Step < 0) throw new ModelException($"what was kept of {Name} is of step {Step}; begin a run of its own") { Remedy = Remedy.BeginAnew };
        Put(0, set.Values, set.Length);
        set.Changed();
        if (IsFinished) return;
        Put(1, optimizer.Average.Pointer, set.Length);
        Put(2, optimizer.FirstMoment.Pointer, set.Length);
        Put(3, optimizer.SecondMoment.Pointer, set.Length);
        if (beside is not null) Put(4, beside.Data, (long)beside.Rows * beside.Stride);
        GC.KeepAlive(beside);
        optimizer.Step = Step;
    }

    void Put(int block, float* to, long length)
    {
        if (Blocks[block].Length != length) throw new ModelException($"what was kept of {Name} has {Blocks[block].Length} numbers and not {length}; begin a run of its own") { Remedy = Remedy.BeginAnew };
        Blocks[block].CopyTo(new Span<float>(to, Blocks[block].Length));
    }

    static float[] Copy(float* from, long length) => new ReadOnlySpan<float>(from, (int)length).ToArray();
}
