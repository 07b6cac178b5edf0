using System.Runtime.CompilerServices;
using Likely.Tensors;

namespace Likely.Models.Autoregressive;

/// <summary>
/// Walks a model of binary variables, one logit at a time: what fully connected models share. A derived walk gives the logits of
/// the next variable and takes its values in; both are the chains of the parallel pass, cut between two variables.
/// </summary>
abstract unsafe class BinaryPredictor(Geometry geometry, int batch, float temperature, int[]? order) : IPredictor
{
    readonly float[] _logits = GC.AllocateArray<float>(batch + BufferPool.Slack, pinned: true);
    int _answered = -1;

    public int Batch { get; } = batch;
    public int Count { get; } = geometry.Dimensions;
    public int Position { get; private set; }

    public int DimensionAt(int step) => order is null ? step : order[step];

    public void Next(Span<float> probabilities)
    {
        fixed (float* logits = Logits()) Ops.BinaryProbabilities(logits, Batch, temperature, probabilities);
    }

    public SymbolDistributions Distributions()
        => new(BinaryModel.HeadOf(1), (float*)Unsafe.AsPointer(ref Logits()[0]), 1, null, 0, Batch);

    public void Observe(ReadOnlySpan<byte> symbols, Span<float> logProbabilities = default)
    {
        if (!logProbabilities.IsEmpty)
            fixed (float* logits = Logits(), logs = logProbabilities)
            fixed (byte* symbol = symbols)
                Ops.LogProbability(LikelihoodKind.Bernoulli, logits, symbol, Batch, 2, logs, null, 0);
        if (Position + 1 < Count) Absorb(Position, symbols);
        Position++;
    }

    /// <summary>Writes the logits of the variable visited at <paramref name="step"/>, one an example.</summary>
    protected abstract void Predict(int step, float* logits);

    /// <summary>Takes in the values of the variable visited at <paramref name="step"/>.</summary>
    protected abstract void Absorb(int step, ReadOnlySpan<byte> symbols);

    float[] Logits()
    {
        if (_answered == Position) return _logits;
        fixed (float* logits = _logits) Predict(Position, logits);
        _answered = Position;
        return _logits;
    }
}
