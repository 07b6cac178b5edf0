namespace Likely.Models;

/// <summary>
/// A model going through its symbols one by one for a batch: <see cref="Next"/> tells the distribution of the next symbol,
/// <see cref="Observe"/> takes its value. Symbols come in the model's visiting order.
/// </summary>
public interface IPredictor
{
    int Batch { get; }

    /// <summary>Symbols of one example.</summary>
    int Count { get; }

    /// <summary>Number of symbols observed so far.</summary>
    int Position { get; }

    /// <summary>The index within an example (position, then symbol) of the symbol visited at <paramref name="step"/>.</summary>
    int DimensionAt(int step);

    /// <summary>The distributions of the next symbol, one an example; valid until it is observed.</summary>
    SymbolDistributions Next();

    /// <summary>Takes the next symbol of every example. If <paramref name="logProbabilities"/> has room, it receives their log-probabilities in nats.</summary>
    void Observe(ReadOnlySpan<int> symbols, Span<float> logProbabilities = default);
}
