namespace Likely.Models;

/// <summary>
/// A model going through its symbols one by one for a batch: <see cref="Next"/> tells the distribution of the next symbol,
/// <see cref="Observe"/> takes its value, or the values of a whole stretch at once. Symbols come in the model's visiting order.
/// </summary>
public interface IPredictor
{
    int Batch { get; }

    /// <summary>Symbols of one example; of a sequence whose length nobody knows, as many as one can have.</summary>
    int Count { get; }

    /// <summary>Number of symbols observed so far.</summary>
    int Position { get; }

    /// <summary>The index within an example (position, then symbol) of the symbol visited at <paramref name="step"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such step.</exception>
    int DimensionAt(int step);

    /// <summary>The distributions of the next symbol, one an example; valid until it is observed.</summary>
    /// <exception cref="InvalidOperationException">All symbols have been observed.</exception>
    SymbolDistributions Next();

    /// <summary>
    /// Takes the next symbol of every example, or the next k of each, step after step: [k, batch]. If <paramref name="logProbabilities"/> has room, it receives
    /// their log-probabilities in nats in the same order.
    /// </summary>
    /// <exception cref="ArgumentException">There is not a whole number of symbols for each example, one is no level, or there is too little room.</exception>
    /// <exception cref="InvalidOperationException">There are not so many symbols left.</exception>
    void Observe(ReadOnlySpan<int> symbols, Span<float> logProbabilities = default);

    /// <summary>
    /// A walk of its own that has seen what this one has: its i-th example goes on from example <paramref name="examples"/>[i] of this one. What either observes
    /// does not concern the other.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such example, or none is asked for.</exception>
    IPredictor Fork(ReadOnlySpan<int> examples);
}
