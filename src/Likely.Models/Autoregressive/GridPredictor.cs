using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Walks a <see cref="GridModel"/> symbol by symbol: one network step a position, or one a symbol where the network itself
/// carries the dependence within a position. Of the input it keeps as many positions as the network reads back, and some more.
/// </summary>
sealed unsafe class GridPredictor : Predictor
{
    readonly GridModel _model;
    readonly Run _run;
    readonly PinnedSymbols _known;
    readonly int _sub;
    Tensor? _parameters;

    public GridPredictor(GridModel model, int batch, ReadOnlySpan<int> labels, Extent extent) : base(model.Space with { Extent = extent }, batch, null)
    {
        (_model, _sub) = (model, model.Space.Symbols);
        _run = new Run(batch, extent) { Labels = labels.ToArray() };
        _run.Input = model.NewInput(_run.Memory, model.WalkPositions(extent), batch);
        Clear(0);
        _known = new PinnedSymbols(GC.AllocateArray<int>(batch * _sub + 16, pinned: true));
    }

    protected override SymbolDistributions Tell()
    {
        var parameters = Parameters();
        return new SymbolDistributions(_model.Head, Source, parameters.Data, parameters.Stride, _known.Pointer, Position % _sub, Batch);
    }

    protected override void Take(ReadOnlySpan<int> symbols, Span<float> logProbabilities)
    {
        var (position, s) = (Position / _sub, Position % _sub);
        if (position - _run.InputOrigin == _run.Input!.Positions) Slide(position);
        for (var b = 0; b < Batch; b++)
        {
            _known.Pointer[b * _sub + s] = symbols[b];
            _model.SetInput(_run.Input, (long)(position - _run.InputOrigin) * Batch + b, s, symbols[b]);
        }
        if (!logProbabilities.IsEmpty) Score(logProbabilities, s);
        if (s == _sub - 1 || _model.Head.NeedsGroups) _parameters = null;
    }

    void Score(Span<float> logProbabilities, int s)
    {
        var parameters = Parameters();
        for (var b = 0; b < Batch; b++)
            logProbabilities[b] = _model.Head.LogProbability(parameters.Data + (long)b * parameters.Stride, _known.Pointer + b * _sub, s);
    }

    // What the network says of the current position. Computed before the symbol was known, or now if nobody asked: the network
    // does not see the symbol at its own position, so both give the same.
    Tensor Parameters()
    {
        if (_parameters is not null) return _parameters;
        var position = Position / _sub;
        if (position - _run.InputOrigin == _run.Input!.Positions) Slide(position);
        return _parameters = _model.Forward(_run.Input, _run.Next(position, 1));
    }

    // Moves the positions that are still read to the front, before the given one enters.
    void Slide(int position)
    {
        var input = _run.Input!;
        var origin = Math.Max(0, position - _model.InputReach(_run.Extent));
        var row = (long)Batch * input.Stride;
        var kept = (position - origin) * row;
        new ReadOnlySpan<float>(input.Data + (origin - _run.InputOrigin) * row, (int)kept).CopyTo(new Span<float>(input.Data, (int)kept));
        _run.InputOrigin = origin;
        Clear(kept);
    }

    // Unknown symbols are zeros.
    void Clear(long from) => new Span<float>(_run.Input!.Data + from, (int)(_run.Input.Length - from)).Clear();
}
