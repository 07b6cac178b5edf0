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
    int _passed; // positions that the network has seen whole
    Tensor? _parameters; // what it says of the last position that it went through

    public GridPredictor(GridModel model, int batch, ReadOnlySpan<int> labels, Extent extent) : base(model.Space with { Extent = extent }, batch, null)
    {
        (_model, _sub) = (model, model.Space.Symbols);
        _run = new Run(batch, extent) { Labels = labels.ToArray() };
        _run.Input = model.NewInput(_run.Memory, model.WalkPositions(extent), batch);
        Clear(0);
        _known = new PinnedSymbols(GC.AllocateArray<int>(batch * _sub + 16, pinned: true));
    }

    GridPredictor(GridPredictor from, ReadOnlySpan<int> examples) : base(from, examples.Length)
    {
        (_model, _sub, _run, _passed) = (from._model, from._sub, from._run.Fork(examples), from._passed);
        _known = new PinnedSymbols(GC.AllocateArray<int>(Batch * _sub + 16, pinned: true));
        for (var i = 0; i < Batch; i++)
            for (var s = 0; s < _sub; s++) _known.Pointer[i * _sub + s] = from._known.Pointer[examples[i] * _sub + s];
        if (from._parameters is { } told) _parameters = RunMemory.Copy(told, _run.Memory, examples);
    }

    public override IPredictor Fork(ReadOnlySpan<int> examples) => new GridPredictor(this, Checked(examples));

    protected override SymbolDistributions Tell()
    {
        var row = Row();
        return new SymbolDistributions(_model.Head, Source, row, _parameters!.Stride, _known.Pointer, Position % _sub, Batch);
    }

    protected override void Take(ReadOnlySpan<int> symbols, Span<float> logProbabilities)
    {
        var (position, s) = (Position / _sub, Position % _sub);
        MakeRoom(position);
        for (var b = 0; b < Batch; b++)
        {
            _known.Pointer[b * _sub + s] = symbols[b];
            _model.SetInput(_run, position, b, s, symbols[b]);
        }
        if (!logProbabilities.IsEmpty) Score(logProbabilities, s);
        if (s == _sub - 1 || _model.Head.NeedsGroups) _parameters = null;
    }

    void Score(Span<float> logProbabilities, int s)
    {
        var row = Row();
        for (var b = 0; b < Batch; b++)
            logProbabilities[b] = _model.Head.LogProbability(row + (long)b * _parameters!.Stride, _known.Pointer + b * _sub, s);
    }

    // What the network says of the current position. Computed before the symbol was known, or now if nobody asked: the network
    // does not see the symbol at its own position, so both give the same.
    float* Row()
    {
        var position = Position / _sub;
        if (_parameters is null)
        {
            MakeRoom(position);
            // Where the network carries the dependence within a position, what it remembers of it is whole with the last symbol but one.
            Pass(position + 1, isWhole: !_model.Head.NeedsGroups || Position % _sub == _sub - 1);
        }
        return _parameters!.Data + (_parameters.Positions - 1L) * Batch * _parameters.Stride;
    }

    // The network goes through all positions that it has not seen whole: several, where nobody asked about those before.
    void Pass(int end, bool isWhole)
    {
        _parameters = _model.Forward(_run.Input!, _run.Next(_passed, end - _passed));
        _passed = isWhole ? end : end - 1;
    }

    // Moves the positions that are still read to the front, before the given one enters a full input.
    void MakeRoom(int position)
    {
        var input = _run.Input!;
        if (position - _run.InputOrigin < input.Positions) return;
        if (_passed < position) Pass(position, isWhole: true);
        _parameters = null;
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
