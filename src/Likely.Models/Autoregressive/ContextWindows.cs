using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// What lies beyond the context of C positions of a model that looks back on so many: windows begin anew at every multiple of C - floor(C / 2) positions, reading again what
/// the last floor(C / 2) were, so that each position behind the first C sees at least floor(C / 2) of those before it. Which it sees depends on its place in the sequence alone, however it is asked for.
/// </summary>
sealed unsafe class ContextWindows : WindowedPast
{
    readonly SequenceModel _model;
    readonly int _context, _again;
    readonly int[][] _inputs; // the symbols of each example's window
    Run? _reader; // what windows begin anew in, kept for its memory

    public ContextWindows(SequenceModel model, int context, Run run) : base(model, context, run)
    {
        (_model, _context, _again, _inputs) = (model, context, context / 2, new int[run.Batch][]);
        for (var example = 0; example < run.Batch; example++) _inputs[example] = new int[context];
    }

    public override RunMemory Fork(Run run, ReadOnlySpan<int> examples)
    {
        var fork = new ContextWindows(_model, _context, run);
        for (var i = 0; i < examples.Length; i++)
        {
            fork.Counts[i] = Counts[examples[i]];
            _inputs[examples[i]].CopyTo(fork._inputs[i], 0);
        }
        return fork;
    }

    public override void Write(List<float> values)
    {
        for (var example = 0; example < Counts.Length; example++)
        {
            values.Add(Counts[example]);
            foreach (var input in _inputs[example]) values.Add(input);
        }
    }

    public override int Read(ReadOnlySpan<float> values)
    {
        var read = 0;
        for (var example = 0; example < Counts.Length; example++)
        {
            Counts[example] = (int)values[read++];
            for (var i = 0; i < _context; i++) _inputs[example][i] = (int)values[read++];
        }
        return read;
    }

    protected override void Note(SymbolInput x, int first, int count)
    {
        for (var i = 0; i < count; i++)
            for (var example = 0; example < x.Batch; example++) _inputs[example][Counts[example] + i] = x.Symbols.Pointer[(long)(first + i) * x.Batch + example];
        x.Symbols.KeepAlive();
    }

    // Together, reading again what the last positions were.
    protected override void BeginAnew(int[] full)
    {
        foreach (var example in full) Run.Cut(example);
        if (_again == 0) return;
        var inputs = GC.AllocateArray<int>(_again * full.Length, pinned: true);
        for (var p = 0; p < _again; p++)
            for (var i = 0; i < full.Length; i++) inputs[p * full.Length + i] = _inputs[full[i]][_context - _again + p];
        var run = Reader(full);
        _model.RunWithin(new SymbolInput(new PinnedSymbols(inputs), _again, full.Length), run.Next(0, _again));
        for (var i = 0; i < full.Length; i++)
        {
            var example = full[i];
            Run.Take(example, run, i);
            Array.Copy(_inputs[example], _context - _again, _inputs[example], 0, _again);
            Counts[example] = _again;
        }
    }

    Run Reader(int[] full)
    {
        int[] labels = Run.Labels.Length == 0 ? [] : [.. full.Select(example => Run.Labels[example])];
        if (_reader is null || _reader.Batch != full.Length || !_reader.Labels.AsSpan().SequenceEqual(labels)) return _reader = new Run(full.Length, Run.Extent, Run.Memory.Meter) { Labels = labels, Held = Run.Held };
        for (var example = 0; example < full.Length; example++) _reader.Cut(example);
        return _reader;
    }
}
