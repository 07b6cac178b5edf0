using System.Text.Json;
using System.Text.Json.Nodes;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// Everything a run needs to go on as if it had never stopped: weights, their average and best, both moments, the plan and the counters, as
/// they were at the last validation or at the beginning. Kept in memory for roll-back and, as a safetensors file, on disk to resume from. A
/// run that is asked to stop between validations adds where it was then: it goes on from there, and still rolls back to the validation.
/// </summary>
sealed unsafe class TrainingState
{
    static readonly string[] BlockNames = ["weights", "average", "best", "first_moment", "second_moment"];
    const string LastPrefix = "last.";
    const int Best = 2;

    static string PastName(int shard) => $"past.{shard}";

    readonly float[][] _blocks;

    // Where the run was when it was asked to stop, in the order of the names, the best left out; null: at the roll-back point.
    float[]?[]? _last;
    float[][] _past = [], _lastPast = []; // of the runs that windows go on from
    long _lastStep;

    public TrainingState(long length) => _blocks = Array.ConvertAll(BlockNames, _ => new float[length]);

    /// <summary>What the run is: config, space, data, plan. A file of another run is refused.</summary>
    public string Fingerprint { get; set; } = "";

    /// <summary>Step of the roll-back point.</summary>
    public long Step { get; set; }

    /// <summary>The moments at which the number of steps was decided; null: none yet.</summary>
    public TrainingPlan? Plan { get; set; }

    /// <summary>At most so many examples are scored at a validation.</summary>
    public int ValidationItems { get; set; }

    /// <summary>The most steps that the run had ever taken, before it rolled back too.</summary>
    public long Reached { get; set; }

    /// <summary>Time spent.</summary>
    public double Seconds { get; set; }

    /// <summary>Running mean of the training loss in bits per dimension.</summary>
    public double TrainBits { get; set; } = double.NaN;

    public double BestNats { get; set; } = double.PositiveInfinity;
    public long BestStep { get; set; }

    /// <summary>The best of validations that were not late, see <see cref="Outcome.Late"/>.</summary>
    public double EarlierNats { get; set; } = double.PositiveInfinity;
    public int Stale { get; set; }
    public int RollBacks { get; set; }
    public double RateScale { get; set; } = 1;

    /// <summary>Makes the present the roll-back point.</summary>
    public void Capture(ParameterSet set, Optimizer optimizer, float[][] past)
    {
        _past = past;
        for (var i = 0; i < _blocks.Length; i++)
            if (Live(i, set, optimizer) is var live && live != null) Copy(live, _blocks[i]);
        Step = optimizer.Step;
    }

    /// <summary>Keeps the averaged weights as the best so far.</summary>
    public void CaptureBest(Optimizer optimizer) => Copy(optimizer.Average.Pointer, _blocks[Best]);

    /// <summary>Goes back to the roll-back point, and tells what the runs remembered there.</summary>
    public float[][] Restore(ParameterSet set, Optimizer optimizer)
    {
        Restore(_blocks, Step, set, optimizer);
        return _past;
    }

    /// <summary>Goes to where a run that was read had stopped, and tells what the runs remembered there.</summary>
    public float[][] RestoreLast(ParameterSet set, Optimizer optimizer)
    {
        if (_last is null) return Restore(set, optimizer);
        Restore(_last, _lastStep, set, optimizer);
        _last = null;
        return _lastPast;
    }

    /// <summary>Refuses weights that are not zero under a mask: no training leaves any.</summary>
    /// <exception cref="UsageException">There are some.</exception>
    public void RequireMasked(ParameterSet set, string path)
    {
        for (var i = 0; i <= Best; i++)
        {
            Check(_blocks[i], BlockNames[i]);
            if (_last?[i] is { } last) Check(last, LastPrefix + BlockNames[i]);
        }

        void Check(float[] values, string name)
        {
            fixed (float* block = values)
                if (set.FindUnderMask(block) is { } parameter) throw new UsageException($"{path} is damaged: its {name} of '{parameter.Name}' are not zero where the model allows none");
        }
    }

    /// <summary>Makes the best weights the model's.</summary>
    public void RestoreBest(ParameterSet set)
    {
        _blocks[Best].CopyTo(new Span<float>(set.Values, _blocks[Best].Length));
        set.Changed();
    }

    /// <summary>Writes the roll-back point, whole or not at all.</summary>
    public void Write(string path) => Write(path, Step, [], []);

    /// <summary>Writes the roll-back point and beside it where the run is now.</summary>
    public void Write(string path, ParameterSet set, Optimizer optimizer, float[][] past)
    {
        var now = new float[]?[_blocks.Length];
        for (var i = 0; i < now.Length && optimizer.Step != Step; i++)
            if (Live(i, set, optimizer) is var live && live != null) Copy(live, now[i] = new float[_blocks[i].Length]);
        Write(path, optimizer.Step, now, optimizer.Step == Step ? [] : past);
    }

    void Write(string path, long last, float[]?[] now, float[][] past) => AtomicFile.Write(path, overwrite: true, stream =>
    {
        var file = new Safetensors();
        file.Metadata["likely_resume"] = new JsonObject
        {
            ["fingerprint"] = Fingerprint,
            ["step"] = Step,
            ["last_step"] = last,
            ["reached"] = Reached,
            ["plan"] = Plan?.ToString(),
            ["validation_items"] = ValidationItems,
            ["best_nats"] = double.IsFinite(BestNats) ? BestNats : null,
            ["best_step"] = BestStep,
            ["earlier_nats"] = double.IsFinite(EarlierNats) ? EarlierNats : null,
            ["stale"] = Stale,
            ["roll_backs"] = RollBacks,
            ["rate_scale"] = RateScale,
            ["train_bits"] = double.IsFinite(TrainBits) ? TrainBits : null,
            ["seconds"] = Seconds,
        }.ToJsonString();
        for (var i = 0; i < BlockNames.Length; i++) Add(BlockNames[i], _blocks[i]);
        for (var i = 0; i < now.Length; i++)
            if (now[i] is { } block) Add(LastPrefix + BlockNames[i], block);
        for (var i = 0; i < _past.Length; i++) Add(PastName(i), _past[i]);
        for (var i = 0; i < past.Length; i++) Add(LastPrefix + PastName(i), past[i]);
        file.Write(stream);

        void Add(string name, float[] block)
        {
            if (BitConverter.IsLittleEndian) file.Add(new Safetensors.Entry(name, "F32", [block.Length], new BlockBytes(block).Memory));
            else file.Add(name, [block.Length], block);
        }
    });

    /// <exception cref="UsageException">The file is damaged or belongs to another run.</exception>
    public static TrainingState Read(string path, long length, string fingerprint)
    {
        try
        {
            var file = Safetensors.Read(path);
            var json = JsonNode.Parse(file.Metadata.GetValueOrDefault("likely_resume") ?? throw new UsageException($"{path} is not a resume file"))!.AsObject();
            if ((string)json["fingerprint"]! is var held && held != fingerprint)
                throw new UsageException($"{path} belongs to another run: {Difference(held, fingerprint)}; give the same options, or begin a run of its own") { Remedy = Remedy.BeginAnew };
            var state = new TrainingState(length)
            {
                Fingerprint = fingerprint,
                Step = (long)json["step"]!,
                Plan = TrainingPlan.Parse((string)json["plan"]!),
                ValidationItems = (int)json["validation_items"]!,
                Reached = (long)json["reached"]!,
                Seconds = (double)json["seconds"]!,
                TrainBits = json["train_bits"] is { } bits ? (double)bits : double.NaN,
                BestNats = json["best_nats"] is { } best ? (double)best : double.PositiveInfinity,
                BestStep = (long)json["best_step"]!,
                EarlierNats = json["earlier_nats"] is { } earlier ? (double)earlier : double.PositiveInfinity,
                Stale = (int)json["stale"]!,
                RollBacks = (int)json["roll_backs"]!,
                RateScale = (double)json["rate_scale"]!,
                _lastStep = (long)json["last_step"]!,
            };
            if (state._lastStep != state.Step) state._last = new float[]?[BlockNames.Length];
            for (var i = 0; i < BlockNames.Length; i++)
            {
                Read(BlockNames[i], state._blocks[i]);
                if (state._last is { } last && i != Best) Read(LastPrefix + BlockNames[i], last[i] = new float[length]);
            }
            state._past = Past("");
            state._lastPast = Past(LastPrefix);
            foreach (var (name, values) in BlockNames.Zip(state._blocks).Concat(state._past.Select((values, shard) => (PastName(shard), values))))
                if (!AreFinite(values)) throw new UsageException($"{path} is damaged: '{name}' holds what is no number");
            // A run may have stopped where it had just left the numbers, and goes back as it would have.
            if (state._last is { } now && !(now.All(values => values is null || AreFinite(values)) && state._lastPast.All(AreFinite))) state._last = null;
            return state;

            static bool AreFinite(float[] values) => Array.TrueForAll(values, float.IsFinite);

            float[][] Past(string prefix)
            {
                var past = new List<float[]>();
                while (file.Find(prefix + PastName(past.Count)) is { DataType: "F32" } entry)
                {
                    past.Add(new float[entry.Count]);
                    entry.CopyTo(past[^1]);
                }
                return [.. past];
            }

            void Read(string name, float[] block)
            {
                var entry = file.Find(name);
                if (entry is null || entry.DataType != "F32" || entry.Count != length) throw new UsageException($"{path} is damaged: '{name}' is missing or has the wrong size");
                entry.CopyTo(block);
            }
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
            if (a[i] != b[i])
            {
                // Of a line of options, those that differ; other lines say nothing in parts.
                (string Held, string Wanted)[] words = [.. a[i].Split(' ').Zip(b[i].Split(' ')).Where(pair => pair.First != pair.Second)];
                var areOptions = a[i].Count(letter => letter == ' ') == b[i].Count(letter => letter == ' ') && words.All(pair => pair.Held.Contains('=') && pair.Wanted.Contains('='));
                return areOptions ? $"it has {string.Join(' ', words.Select(pair => pair.Held))} and this one {string.Join(' ', words.Select(pair => pair.Wanted))}" : $"it has {a[i]} and this one {b[i]}";
            }
        return "it has other options";
    }

    // The live block of a name; null for the best weights, which are no one's but this copy's.
    static float* Live(int block, ParameterSet set, Optimizer optimizer) => block switch
    {
        0 => set.Values,
        1 => optimizer.Average.Pointer,
        3 => optimizer.FirstMoment.Pointer,
        4 => optimizer.SecondMoment.Pointer,
        _ => null,
    };

    static void Restore(float[]?[] blocks, long step, ParameterSet set, Optimizer optimizer)
    {
        for (var i = 0; i < blocks.Length; i++)
            if (Live(i, set, optimizer) is var live && live != null) blocks[i]!.CopyTo(new Span<float>(live, blocks[i]!.Length));
        optimizer.Step = step;
        set.Changed();
    }

    static void Copy(float* from, float[] to) => new ReadOnlySpan<float>(from, to.Length).CopyTo(to);
}
