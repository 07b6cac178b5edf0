using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// What lies beyond the context of C positions of a model that looks back on so many: windows begin anew at every multiple of C - floor(C / 2) positions, reading again what
/// the last floor(C / 2) were, so that each position behind the first C sees at least floor(C / 2) of those before it. Which it sees depends on its place in the sequence alone, however it is asked for.
/// </summary>
sealed unsafe class ContextWindows : RunMemory
{
    readonly SequenceModel _model;
    readonly Run _run;
    readonly int _context, _again;
    readonly int[] _counts; // positions of each example's window
    readonly int[][] _inputs; // and their symbols

    public ContextWindows(SequenceModel model, int context, Run run)
    {
        (_model, _context, _again, _run, _counts, _inputs) = (model, context, context / 2, run, new int[run.Batch], new int[run.Batch][]);
        for (var example = 0; example < run.Batch; example++) _inputs[example] = new int[context];
    }

    /// <summary>The network's numbers at all positions of a pass.</summary>
    public Tensor Forward(SymbolInput x, Pass pass)
    {
        Tensor? whole = null;
        for (var first = 0; first < x.Positions;)
        {
            BeginAnew();
            var count = Math.Min(x.Positions - first, _context - _counts.Max());
            if (pass.Tape.Computes) Note(x, first, count);
            for (var example = 0; example < _counts.Length; example++) _counts[example] += count;
            var part = _model.RunWithin(new SymbolInput(x.Symbols.At((long)first * x.Batch), count, x.Batch), pass with { First = pass.First + first, Count = count });
            if (count == x.Positions) return part;
            if (pass.Tape.Recording) throw new InvalidOperationException($"no gradient goes through {x.Positions} positions that are in several windows of {_context}");
            whole ??= pass.Tape.New(part.Shape with { Positions = x.Positions });
            if (pass.Tape.Computes) Buffer.MemoryCopy(part.Data, whole.Data + (long)first * x.Batch * whole.Stride, part.Length * sizeof(float), part.Length * sizeof(float));
            pass.Tape.Release(part);
            first += count;
        }
        return whole!;
    }

    public override RunMemory Fork(Run run, ReadOnlySpan<int> examples)
    {
        var fork = new ContextWindows(_model, _context, run);
        for (var i = 0; i < examples.Length; i++)
        {
            fork._counts[i] = _counts[examples[i]];
            _inputs[examples[i]].CopyTo(fork._inputs[i], 0);
        }
        return fork;
    }

    public override void Cut(int example) => _counts[example] = 0;

    public override void Write(List<float> values)
    {
        for (var example = 0; example < _counts.Length; example++)
        {
            values.Add(_counts[example]);
            foreach (var input in _inputs[example]) values.Add(input);
        }
    }

    public override int Read(ReadOnlySpan<float> values)
    {
        var read = 0;
        for (var example = 0; example < _counts.Length; example++)
        {
            _counts[example] = (int)values[read++];
            for (var i = 0; i < _context; i++) _inputs[example][i] = (int)values[read++];
        }
        return read;
    }

    void Note(SymbolInput x, int first, int count)
    {
        for (var i = 0; i < count; i++)
            for (var example = 0; example < x.Batch; example++) _inputs[example][_counts[example] + i] = x.Symbols.Pointer[(long)(first + i) * x.Batch + example];
        x.Symbols.KeepAlive();
    }

    // All examples whose windows are full, together.
    void BeginAnew()
    {
        int[] full = [.. Enumerable.Range(0, _counts.Length).Where(example => _counts[example] == _context)];
        if (full.Length == 0) return;
        foreach (var example in full) _run.Cut(example);
        if (_again == 0) return;
        var inputs = GC.AllocateArray<int>(_again * full.Length, pinned: true);
        for (var p = 0; p < _again; p++)
            for (var i = 0; i < full.Length; i++) inputs[p * full.Length + i] = _inputs[full[i]][_context - _again + p];
        var run = new Run(full.Length, _run.Extent, _run.Memory.Meter) { Labels = _run.Labels.Length == 0 ? [] : [.. full.Select(example => _run.Labels[example])] };
        _model.RunWithin(new SymbolInput(new PinnedSymbols(inputs), _again, full.Length), run.Next(0, _again));
        for (var i = 0; i < full.Length; i++)
        {
            var example = full[i];
            _run.Take(example, run, i);
            Array.Copy(_inputs[example], _context - _again, _inputs[example], 0, _again);
            _counts[example] = _again;
        }
    }
}
