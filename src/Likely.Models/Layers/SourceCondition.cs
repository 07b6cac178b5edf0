using Likely.Tensors;

namespace Likely.Models.Layers;

/// <summary>
/// Conditions a sequence, position by position, on what a network makes of its source: position p of an example takes column floor(p / stretch), and nothing behind the last. A run computes
/// the columns once, and remembers how far each example has come; a pass that records computes them anew, so that gradients reach the network.
/// </summary>
/// <param name="columns">The network: sources to columns [positions, examples, channels], and how many of them each example has.</param>
/// <param name="lengthOf">Columns of a source of so many symbols.</param>
/// <param name="weights">One of its weights.</param>
/// <param name="stretch">Positions that a column lasts.</param>
sealed class SourceCondition(Func<Tape, SourceSymbols, int[], Tensor> columns, Func<int, int> lengthOf, Parameter weights, int stretch = 1)
{
    public Tensor Forward(Tensor x, Pass pass)
    {
        var sources = pass.Sources ?? None(x.Batch);
        var lengths = new int[sources.Count];
        for (var i = 0; i < lengths.Length; i++) lengths[i] = lengthOf(sources.LengthOf(i));
        var memory = pass.Run is { } run ? run.Slot(this, () => new Memory(run)) : null;
        var condition = memory is null || pass.Tape.Recording ? columns(pass.Tape, sources, lengths)
            : memory.Columns(sources, weights.Set!.Version, () => columns(pass.Tape, sources, lengths));
        var before = memory?.Before ?? new int[lengths.Length];
        for (var i = 0; i < before.Length; i++)
            if (sources.First(i) is >= 0 and var first) before[i] = first;
        var y = Ops.AddCondition(x, condition, before, lengths, stretch);
        for (var i = 0; i < memory?.Before.Length; i++) memory.Before[i] += y.Positions;
        return y;
    }

    static SourceSymbols None(int batch)
    {
        var none = new SourceSymbols();
        none.Begin(batch);
        return none;
    }

    sealed class Memory(Run run) : RunMemory
    {
        Tensor? _columns;
        SourceSymbols? _sources; // of the columns
        long _version;

        /// <summary>Positions of each example that came before.</summary>
        public int[] Before { get; } = new int[run.Batch];

        public Tensor Columns(SourceSymbols sources, long version, Func<Tensor> compute)
        {
            if (_columns is not null && _version == version && _sources!.Equals(sources)) return _columns;
            int[] all = [.. Enumerable.Range(0, sources.Count)];
            if (_columns is not null) run.Memory.Release(_columns);
            (_columns, _sources, _version) = (Copy(compute(), run.Memory, all), sources.Of(all), version);
            return _columns;
        }

        public override RunMemory Fork(Run other, ReadOnlySpan<int> examples)
        {
            var fork = new Memory(other) { _version = _version, _sources = _sources?.Of(examples), _columns = _columns is null ? null : Copy(_columns, other.Memory, examples) };
            for (var i = 0; i < examples.Length; i++) fork.Before[i] = Before[examples[i]];
            return fork;
        }

        public override void Cut(int example) => Before[example] = 0;

        public override void Write(List<float> values)
        {
            foreach (var count in Before) values.AddRange([count >> 12, count & 0xFFF]); // exact as floats
        }

        public override int Read(ReadOnlySpan<float> values)
        {
            for (var i = 0; i < Before.Length; i++)
                Before[i] = values[2 * i] is >= 0 and < 1 << 12 && values[2 * i + 1] is >= 0 and < 1 << 12 ? (int)values[2 * i] << 12 | (int)values[2 * i + 1] : throw new ModelException("the state of a source that was saved is damaged; train anew");
            return 2 * Before.Length;
        }
    }
}
