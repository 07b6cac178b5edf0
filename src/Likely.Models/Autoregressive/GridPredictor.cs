using System.Runtime.CompilerServices;
using Likely.Tensors;

namespace Likely.Models.Autoregressive;

/// <summary>
/// Walks a <see cref="GridModel"/> symbol by symbol: one network step a position, or one a symbol where the network itself
/// carries the dependence within a position.
/// </summary>
sealed unsafe class GridPredictor : IPredictor
{
    readonly GridModel _model;
    readonly Run _run;
    readonly byte[] _known;
    readonly float _temperature;
    readonly int _sub;
    Tensor? _parameters;

    public GridPredictor(GridModel model, int batch, ReadOnlySpan<int> labels, float temperature)
    {
        (_model, _temperature, _sub) = (model, temperature, model.Geometry.SubPositions);
        _run = new Run(batch) { Labels = labels.ToArray() };
        _run.Input = model.NewInput(_run.Memory, batch);
        new Span<float>(_run.Input.Data, checked((int)_run.Input.Length)).Clear();
        _known = GC.AllocateArray<byte>(batch * _sub + 16, pinned: true);
    }

    public int Batch => _run.Batch;
    public int Count => _model.Geometry.Dimensions;
    public int Position { get; private set; }

    public int DimensionAt(int step) => step;

    public void Next(Span<float> probabilities)
    {
        var parameters = Parameters();
        var (head, levels) = (_model.Head, _model.Geometry.Levels);
        fixed (byte* known = _known)
            for (var b = 0; b < Batch; b++)
                Ops.Probabilities(head.Kind, parameters.Data + (long)b * parameters.Stride, known + b * _sub, Position % _sub, head.Size,
                    _temperature, probabilities.Slice(b * levels, levels));
    }

    public SymbolDistributions Distributions()
    {
        var parameters = Parameters();
        return new SymbolDistributions(_model.Head, parameters.Data, parameters.Stride, (byte*)Unsafe.AsPointer(ref _known[0]), Position % _sub, Batch);
    }

    public void Observe(ReadOnlySpan<byte> symbols, Span<float> logProbabilities = default)
    {
        var (position, s) = (Position / _sub, Position % _sub);
        for (var b = 0; b < Batch; b++)
        {
            _known[b * _sub + s] = symbols[b];
            _model.SetInput(_run.Input!, (long)position * Batch + b, s, symbols[b]);
        }
        if (!logProbabilities.IsEmpty) Score(logProbabilities, s);
        Position++;
        if (Position % _sub == 0 || _model.Head.NeedsGroups) _parameters = null;
    }

    void Score(Span<float> logProbabilities, int s)
    {
        var parameters = Parameters();
        var head = _model.Head;
        var logs = stackalloc float[16];
        fixed (byte* known = _known)
            for (var b = 0; b < Batch; b++)
            {
                var row = parameters.Data + (long)b * parameters.Stride;
                if (head.Kind == LikelihoodKind.LogisticMixture)
                {
                    Ops.LogProbability(head.Kind, row, known + b * _sub, _sub, head.Size, logs, null, 0);
                    logProbabilities[b] = logs[s];
                    continue;
                }
                Ops.LogProbability(head.Kind, row + s * (head.Kind == LikelihoodKind.Softmax ? head.Size : 1), known + b * _sub + s, 1, head.Size, logs, null, 0);
                logProbabilities[b] = logs[0];
            }
    }

    // What the network says of the current position. Computed before the symbol was known, or now if nobody asked: the network
    // does not see the symbol at its own position, so both give the same.
    Tensor Parameters()
    {
        if (_parameters is not null) return _parameters;
        _run.Step.Reset();
        (_run.Start, _run.Count) = (Position / _sub, 1);
        return _parameters = _model.Forward(_run.Input!, _run.Labels, _run);
    }
}
