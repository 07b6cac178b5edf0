using System.Text.Json;
using System.Text.Json.Nodes;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Training;

/// <summary>
/// Everything a run needs to go on as if it had never stopped: last, averaged and best weights, both moments, the plan and the
/// counters. Kept in memory for roll-back and, as a safetensors file, on disk for --resume.
/// </summary>
sealed unsafe class TrainingState
{
    static readonly string[] BlockNames = ["weights", "average", "best", "first_moment", "second_moment"];

    readonly float[][] _blocks;

    public TrainingState(long length) => _blocks = Array.ConvertAll(BlockNames, _ => new float[length]);

    /// <summary>What the run is: config, geometry, data, plan. A file of another run is refused.</summary>
    public string Fingerprint { get; set; } = "";

    public long Step { get; set; }
    public long TotalSteps { get; set; }
    public long ValidateEvery { get; set; }
    public double BestNats { get; set; } = double.PositiveInfinity;
    public long BestStep { get; set; }
    public int Stale { get; set; }
    public int RollBacks { get; set; }
    public double RateScale { get; set; } = 1;

    /// <summary>Takes a copy of the live blocks.</summary>
    public void Capture(ParameterSet set, AdamOptimizer optimizer)
    {
        Copy(set.Values, _blocks[0]);
        Copy(optimizer.Average, _blocks[1]);
        Copy(optimizer.FirstMoment, _blocks[3]);
        Copy(optimizer.SecondMoment, _blocks[4]);
        Step = optimizer.Step;
    }

    /// <summary>Keeps the averaged weights as the best so far.</summary>
    public void CaptureBest(AdamOptimizer optimizer) => Copy(optimizer.Average, _blocks[2]);

    /// <summary>Puts the copy back.</summary>
    public void Restore(ParameterSet set, AdamOptimizer optimizer)
    {
        _blocks[0].CopyTo(new Span<float>(set.Values, _blocks[0].Length));
        _blocks[1].CopyTo(new Span<float>(optimizer.Average, _blocks[1].Length));
        _blocks[3].CopyTo(new Span<float>(optimizer.FirstMoment, _blocks[3].Length));
        _blocks[4].CopyTo(new Span<float>(optimizer.SecondMoment, _blocks[4].Length));
        optimizer.Step = Step;
        set.Changed();
    }

    /// <summary>Refuses weights that are not zero under a mask: no training leaves any.</summary>
    /// <exception cref="UsageException">There are some.</exception>
    public void RequireMasked(ParameterSet set, string path)
    {
        for (var i = 0; i < 3; i++)
            fixed (float* block = _blocks[i])
                if (set.FindUnderMask(block) is { } parameter) throw new UsageException($"{path} is damaged: its {BlockNames[i]} of '{parameter.Name}' are not zero where the model allows none");
    }

    /// <summary>Makes the best weights the model's.</summary>
    public void RestoreBest(ParameterSet set)
    {
        _blocks[2].CopyTo(new Span<float>(set.Values, _blocks[2].Length));
        set.Changed();
    }

    public void Write(string path) => AtomicFile.Write(path, overwrite: true, stream =>
    {
        var file = new Safetensors();
        file.Metadata["likely_resume"] = new JsonObject
        {
            ["fingerprint"] = Fingerprint,
            ["step"] = Step,
            ["total_steps"] = TotalSteps,
            ["validate_every"] = ValidateEvery,
            ["best_nats"] = double.IsFinite(BestNats) ? BestNats : null,
            ["best_step"] = BestStep,
            ["stale"] = Stale,
            ["roll_backs"] = RollBacks,
            ["rate_scale"] = RateScale,
        }.ToJsonString();
        for (var i = 0; i < BlockNames.Length; i++)
            if (BitConverter.IsLittleEndian) file.Add(new Safetensors.Entry(BlockNames[i], "F32", [_blocks[i].Length], new BlockBytes(_blocks[i]).Memory));
            else file.Add(BlockNames[i], [_blocks[i].Length], _blocks[i]);
        file.Write(stream);
    });

    /// <exception cref="UsageException">The file is damaged or belongs to another run.</exception>
    public static TrainingState Read(string path, long length, string fingerprint)
    {
        try
        {
            var file = Safetensors.Read(path);
            var json = JsonNode.Parse(file.Metadata.GetValueOrDefault("likely_resume") ?? throw new UsageException($"{path} is not a resume file"))!.AsObject();
            if ((string)json["fingerprint"]! is var held && held != fingerprint)
                throw new UsageException($"{path} belongs to another run: {Difference(held, fingerprint)}; give the same options, or train without --resume");
            var state = new TrainingState(length)
            {
                Fingerprint = fingerprint,
                Step = (long)json["step"]!,
                TotalSteps = (long)json["total_steps"]!,
                ValidateEvery = (long)json["validate_every"]!,
                BestNats = json["best_nats"] is { } best ? (double)best : double.PositiveInfinity,
                BestStep = (long)json["best_step"]!,
                Stale = (int)json["stale"]!,
                RollBacks = (int)json["roll_backs"]!,
                RateScale = (double)json["rate_scale"]!,
            };
            for (var i = 0; i < BlockNames.Length; i++)
            {
                var entry = file.Find(BlockNames[i]);
                if (entry is null || entry.DataType != "F32" || entry.Count != length) throw new UsageException($"{path} is damaged: '{BlockNames[i]}' is missing or has the wrong size");
                entry.CopyTo(state._blocks[i]);
            }
            return state;
        }
        catch (Exception fault) when (fault is SafetensorsException or JsonException or InvalidOperationException or NullReferenceException or FormatException)
        {
            throw new UsageException($"{path} cannot be resumed from: {fault.Message}");
        }
    }

    static string Difference(string held, string wanted)
    {
        var (a, b) = (held.Split('\n'), wanted.Split('\n'));
        for (var i = 0; i < Math.Min(a.Length, b.Length); i++)
            if (a[i] != b[i]) return $"it has {a[i]} and this one {b[i]}";
        return "it has other options";
    }

    static void Copy(float* from, float[] to) => new ReadOnlySpan<float>(from, to.Length).CopyTo(to);
}
