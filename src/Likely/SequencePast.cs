using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>What stands before some sequences, read once: a run that goes on behind it, of each class of a model that is told one. Safe to use from many threads.</summary>
sealed class SequencePast
{
    readonly SequenceModel _model;
    readonly Run _run;
    readonly SymbolBatch _batch;
    readonly int _window;

    /// <summary>At the beginning, before which there is nothing.</summary>
    public SequencePast(SequenceModel model)
    {
        var classes = Math.Max(1, model.Classes);
        (_model, _window) = (model, SequenceWindows.WindowOf(model, classes));
        (_run, _batch) = (new Run(classes, [.. Enumerable.Range(0, model.Classes)]), new SymbolBatch(SequenceWindows.SpaceOf(model, _window), classes));
    }

    /// <summary>The last symbol; -1: there is none.</summary>
    public int Last { get; private set; } = -1;

    /// <summary>Symbols that were read.</summary>
    public long Count { get; private set; }

    /// <summary>Reads some more.</summary>
    public void Read(ReadOnlySpan<int> symbols)
    {
        var tape = new Tape();
        for (var first = 0; first < symbols.Length; first += _window)
        {
            var own = symbols.Slice(first, Math.Min(_window, symbols.Length - first));
            _batch.BeginWindows(_run.Batch, own.Length);
            for (var i = 0; i < _run.Batch; i++) _batch.Set(i, own, _model.Classes > 0 ? i : -1, Last);
            tape.ResetAndTrim();
            _model.Show(tape, _batch, _run);
            (Last, Count) = (own[^1], Count + own.Length);
        }
    }

    /// <summary>A run for some examples, of which each goes on behind what was read.</summary>
    /// <param name="labels">One an example; of a model without classes they mean nothing.</param>
    public Run? Fork(int[] labels)
    {
        if (Count == 0) return null;
        lock (_run) return _run.Fork(_model.Classes > 0 ? labels : new int[labels.Length]);
    }
}
