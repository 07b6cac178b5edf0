using Likely.Tensors;

namespace Likely.Models.Autoregressive;

/// <summary>
/// Walks a model of binary variables, one logit at a time: what fully connected models share. A derived walk gives the logits of
/// the next variable and takes its values in; both are the chains of the parallel pass, cut between two variables.
/// </summary>
abstract unsafe class BinaryPredictor(Geometry geometry, int batch, float temperature, int[]? order) : Predictor(geometry, batch, order)
{
    readonly FloatBlock _logits = new(batch);
    int _answered = -1;

    protected sealed override void Tell(Span<float> probabilities) => Ops.BinaryProbabilities(Logits(), Batch, temperature, probabilities);

    protected sealed override SymbolDistributions Tell() => new(BinaryModel.HeadOf(1), Source, Logits(), 1, null, 0, Batch);

    protected sealed override void Take(ReadOnlySpan<byte> symbols, Span<float> logProbabilities)
    {
        if (!logProbabilities.IsEmpty)
            fixed (float* logs = logProbabilities)
            fixed (byte* symbol = symbols)
                Ops.LogProbability(LikelihoodKind.Bernoulli, Logits(), symbol, Batch, 2, logs, null, 0);
        if (Position + 1 < Count) Absorb(Position, symbols);
    }

    /// <summary>Writes the logits of the variable visited at <paramref name="step"/>, one an example.</summary>
    protected abstract void Predict(int step, float* logits);

    /// <summary>Takes in the values of the variable visited at <paramref name="step"/>.</summary>
    protected abstract void Absorb(int step, ReadOnlySpan<byte> symbols);

    float* Logits()
    {
        if (_answered != Position) Predict(Position, _logits.Pointer);
        _answered = Position;
        return _logits.Pointer;
    }
}
