using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// One walk's past and condition, never a field of a layer: what each mixing layer remembers, the network's input, and the labels. Passes with a run
/// go through the positions in order and extend the memories; a recording pass takes them as constants.
/// </summary>
public sealed class Run
{
    readonly Dictionary<object, object> _slots = [];
    readonly List<RunMemory> _memories = [];
    float[] _written = [];
    readonly List<int> _cuts = []; // since they were written, of memories that are not there yet
    int _read;

    /// <param name="batch">Examples.</param>
    /// <param name="extent">Positions of each.</param>
    /// <param name="meter">If given, nothing is computed and the meter counts the memory that it would take.</param>
    internal Run(int batch, Extent extent, MemoryMeter? meter = null)
    {
        (Batch, Extent, Step, Memory) = (batch, extent, new Tape(false, meter), new Tape(false, meter));
    }

    /// <summary>A run at its beginning.</summary>
    /// <param name="batch">Examples.</param>
    /// <param name="labels">One an example, or none.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no examples.</exception>
    public Run(int batch, ReadOnlySpan<int> labels = default) : this(batch, Extent.Open)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        Labels = labels.ToArray();
    }

    public int Batch { get; }

    internal Extent Extent { get; }

    /// <summary>Values of the pass in progress.</summary>
    internal Tape Step { get; }

    /// <summary>Values that live as long as the run.</summary>
    internal Tape Memory { get; }

    /// <summary>The network's input [positions, B, S] from position <see cref="InputOrigin"/> on; unknown symbols are zero. The first layers read it in place.</summary>
    internal Tensor? Input { get; set; }

    /// <summary>The first position that <see cref="Input"/> holds: not after the farthest that the first layers read.</summary>
    internal int InputOrigin { get; set; }

    /// <summary>Labels of the examples, or empty.</summary>
    internal int[] Labels { get; init; } = [];

    /// <summary>What the examples are given; null: nothing, or what each batch says.</summary>
    internal SourceSymbols? Sources { get; init; }

    /// <summary>Who is shown the model's inner states at the positions of every pass; null: nobody.</summary>
    internal StateObserver? Observer { get; set; }

    /// <summary>Of each of the model's inner states the units that are held at a value; empty: none is.</summary>
    internal UnitValue[][] Held { get; init; } = [];

    /// <summary>Begins a pass over some positions; the values of the one before are over.</summary>
    internal Pass Next(int first, int count)
    {
        Step.Reset();
        return On(Step, first, count);
    }

    /// <summary>A pass whose values live on another tape, which may record.</summary>
    internal Pass On(Tape tape, int first, int count) => new(tape, Extent, Labels, first, count, this) { Sources = Sources };

    /// <summary>What a layer remembers, made on first use.</summary>
    internal T Slot<T>(object layer, Func<T> create) where T : class
    {
        if (_slots.TryGetValue(layer, out var slot)) return (T)slot;
        var made = create();
        _slots.Add(layer, made);
        if (made is RunMemory memory) Keep(memory);
        return made;
    }

    /// <summary>A run of other examples that have the past of this one's: the i-th goes on from <paramref name="examples"/>[i].</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such example.</exception>
    internal Run Fork(ReadOnlySpan<int> examples)
    {
        foreach (var example in examples) ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)example, (uint)Batch, nameof(examples));
        var labels = new int[Labels.Length == 0 ? 0 : examples.Length];
        for (var i = 0; i < labels.Length; i++) labels[i] = Labels[examples[i]];
        var fork = new Run(examples.Length, Extent) { Labels = labels, Sources = Sources?.Of(examples), InputOrigin = InputOrigin, Observer = Observer, Held = Held };
        if (Input is { } input) fork.Input = RunMemory.Copy(input, fork.Memory, examples);
        // What depends on labels alone is made anew.
        foreach (var (layer, slot) in _slots)
        {
            if (slot is not RunMemory memory) continue;
            var copy = memory.Fork(fork, examples);
            fork._slots.Add(layer, copy);
            fork._memories.Add(copy);
        }
        return fork;
    }

    /// <summary>Begins one example anew, as if nothing had come before.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such example.</exception>
    public void Cut(int example)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)example, (uint)Batch, nameof(example));
        foreach (var memory in _memories) memory.Cut(example);
        if (_read < _written.Length) _cuts.Add(example);
    }

    /// <summary>Lets one example go on from the past of one of another run of the same model, all of whose layers have been asked here as well.</summary>
    internal void Take(int example, Run from, int source)
    {
        foreach (var (layer, slot) in from._slots)
            if (slot is RunMemory memory) ((RunMemory)_slots[layer]).Take(example, memory, source);
    }

    /// <summary>All that the layers remember, to go on from by <see cref="Read"/>.</summary>
    internal float[] Write()
    {
        var values = new List<float>();
        foreach (var memory in _memories) memory.Write(values);
        values.AddRange(_written.AsSpan(_read)); // of layers that have not been asked since
        return [.. values];
    }

    /// <summary>Goes on from what was written by a run of the same model and examples; empty: from the beginning.</summary>
    /// <exception cref="ModelException">It is shorter than what the model remembers; of layers that are not asked yet, when they are.</exception>
    internal void Read(float[] values)
    {
        (_written, _read) = (values, 0);
        _cuts.Clear();
        if (values.Length == 0)
            for (var example = 0; example < Batch; example++) Cut(example);
        else
            foreach (var memory in _memories) Fill(memory);
    }

    void Keep(RunMemory memory)
    {
        _memories.Add(memory);
        if (_written.Length == 0) return;
        Fill(memory);
        foreach (var example in _cuts) memory.Cut(example);
    }

    /// <summary>To be called once all layers have been asked.</summary>
    /// <exception cref="ModelException">What was read is longer than what they remember.</exception>
    internal void RequireAllRead()
    {
        if (_read < _written.Length) throw Damaged("longer");
        (_written, _read) = ([], 0);
    }

    void Fill(RunMemory memory)
    {
        try
        {
            _read += memory.Read(_written.AsSpan(_read));
        }
        catch (Exception fault) when (fault is ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            throw Damaged("shorter");
        }
    }

    static ModelException Damaged(string how) => new($"what the windows of a training go on from is {how} than what the model remembers; the file that it was read from is damaged");
}
