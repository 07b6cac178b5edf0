using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// What all walks share: where they are, and that nobody asks beyond the end, gives a symbol that no level has, or too little room. A
/// derived walk computes; what it hands out holds until the next symbol is observed.
/// </summary>
/// <param name="space">What is walked through.</param>
/// <param name="batch">Examples.</param>
/// <param name="order">The symbol visited at each step; null: as they come.</param>
abstract class Predictor(Space space, int batch, int[]? order) : IPredictor
{
    public int Batch { get; } = batch;
    public int Count { get; } = space.Dimensions;
    public int Position { get; private set; }

    /// <summary>What the distributions that are handed out rest on.</summary>
    protected DistributionSource Source { get; } = new();

    public int DimensionAt(int step)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)step, (uint)Count, nameof(step));
        return order is null ? step : order[step];
    }

    public SymbolDistributions Next()
    {
        RequireNext();
        Source.Memory = this;
        return Tell();
    }

    public void Observe(ReadOnlySpan<int> symbols, Span<float> logProbabilities = default)
    {
        RequireNext();
        if (symbols.Length != Batch) throw new ArgumentException($"{Batch} examples need one symbol each, not {symbols.Length}", nameof(symbols));
        if (!logProbabilities.IsEmpty && logProbabilities.Length < Batch) throw new ArgumentException($"{Batch} examples need room for as many log-probabilities, not {logProbabilities.Length}", nameof(logProbabilities));
        SymbolBatch.RequireLevels(symbols, space.Levels);
        Take(symbols, logProbabilities);
        Source.Turn++;
        Position++;
        GC.KeepAlive(this);
    }

    /// <summary>Distributions of the symbol at <see cref="Position"/>.</summary>
    protected abstract SymbolDistributions Tell();

    /// <summary>Takes in the symbol at <see cref="Position"/>, and tells its log-probabilities if there is room.</summary>
    protected abstract void Take(ReadOnlySpan<int> symbols, Span<float> logProbabilities);

    void RequireNext()
    {
        if (Position >= Count) throw new InvalidOperationException($"all {Count} symbols have been observed");
    }
}
