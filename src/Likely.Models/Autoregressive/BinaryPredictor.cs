using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Walks a model of binary variables, one logit at a time: what fully connected models share. A derived walk gives the logits of
/// the next variable and takes its values in; both are the chains of the parallel pass, cut between two variables.
/// </summary>
abstract unsafe class BinaryPredictor : Predictor
{
    static readonly BernoulliHead _bit = new(1, 2);

    readonly FloatBlock _logits;
    int _answered = -1;

    protected BinaryPredictor(Space space, int batch, int[]? order) : base(space, batch, order) => _logits = new(batch);

    /// <summary>A walk of other examples that is where another one is.</summary>
    protected BinaryPredictor(BinaryPredictor from, int batch) : base(from, batch) => _logits = new(batch);

    protected sealed override SymbolDistributions Tell() => new(_bit, Source, Logits(), 1, null, 0, Batch);

    protected sealed override void Take(ReadOnlySpan<int> symbols, Span<float> logProbabilities)
    {
        if (!logProbabilities.IsEmpty)
            fixed (float* logs = logProbabilities)
            fixed (int* symbol = symbols)
                Ops.BernoulliLogProbabilities(Logits(), symbol, Batch, logs);
        if (Position + 1 < Count) Absorb(Position, symbols);
    }

    /// <summary>Writes the logits of the variable visited at <paramref name="step"/>, one an example.</summary>
    protected abstract void Predict(int step, float* logits);

    /// <summary>Takes in the values of the variable visited at <paramref name="step"/>.</summary>
    protected abstract void Absorb(int step, ReadOnlySpan<int> symbols);

    float* Logits()
    {
        if (_answered != Position) Predict(Position, _logits.Pointer);
        _answered = Position;
        return _logits.Pointer;
    }
}
