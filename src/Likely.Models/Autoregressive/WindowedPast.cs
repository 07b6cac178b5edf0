using Likely.Tensors;

namespace Likely.Models;

/// <summary>How far each example of a run is in its window of a model that has windows of C positions; a pass is cut where one ends, and what a new one begins with is decided there.</summary>
abstract unsafe class WindowedPast : RunMemory
{
    readonly SequenceModel _model;
    readonly int _context;

    protected WindowedPast(SequenceModel model, int context, Run run) => (_model, _context, Run, Counts) = (model, context, run, new int[run.Batch]);

    protected Run Run { get; }

    /// <summary>Positions of each example's window so far.</summary>
    protected int[] Counts { get; }

    /// <summary>The network's numbers at all positions of a pass.</summary>
    public Tensor Forward(SymbolInput x, Pass pass)
    {
        Tensor? whole = null;
        for (var first = 0; first < x.Positions;)
        {
            int[] full = [.. Enumerable.Range(0, Counts.Length).Where(example => Counts[example] == _context)];
            if (full.Length > 0) BeginAnew(full);
            var count = Math.Min(x.Positions - first, _context - Counts.Max());
            if (pass.Tape.Computes) Note(x, first, count);
            for (var example = 0; example < Counts.Length; example++) Counts[example] += count;
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

    public override void Cut(int example) => Counts[example] = 0;

    /// <summary>Lets examples whose windows are full begin new ones, and counts what those begin with.</summary>
    protected abstract void BeginAnew(int[] full);

    /// <summary>Takes note of symbols that go through the network next.</summary>
    protected virtual void Note(SymbolInput x, int first, int count) { }
}
