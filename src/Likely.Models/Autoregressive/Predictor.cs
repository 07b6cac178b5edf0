using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// What all walks share: where they are, and that nobody asks beyond the end, gives a symbol that no level has, or too little room. A
/// derived walk computes; what it hands out holds until the next symbol is observed.
/// </summary>
abstract class Predictor : IPredictor
{
    readonly int[]? _order;
    readonly Space _space;

    /// <param name="space">What is walked through.</param>
    /// <param name="batch">Examples.</param>
    /// <param name="order">The symbol visited at each step; null: as they come.</param>
    protected Predictor(Space space, int batch, int[]? order) => (Batch, Count, _space, _order) = (batch, space.Dimensions, space, order);

    /// <summary>A walk of other examples that is where another one is.</summary>
    protected Predictor(Predictor from, int batch) => (Batch, Count, Position, _space, _order) = (batch, from.Count, from.Position, from._space, from._order);

    public int Batch { get; }
    public int Count { get; }
    public int Position { get; private set; }

    /// <summary>What the distributions that are handed out rest on.</summary>
    protected DistributionSource Source { get; } = new();

    public int DimensionAt(int step)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)step, (uint)Count, nameof(step));
        return _order is null ? step : _order[step];
    }

    public SymbolDistributions Next()
    {
        RequireLeft(1);
        Source.Memory = this;
        return Tell();
    }

    public void Observe(ReadOnlySpan<int> symbols, Span<float> logProbabilities = default)
    {
        var steps = symbols.Length / Batch;
        RequireLeft(Math.Max(1, steps));
        if (steps == 0 || symbols.Length % Batch != 0) throw new ArgumentException($"{Batch} examples need one symbol each, or as many for all, not {symbols.Length}", nameof(symbols));
        if (!logProbabilities.IsEmpty && logProbabilities.Length < symbols.Length) throw new ArgumentException($"{symbols.Length} symbols need room for as many log-probabilities, not {logProbabilities.Length}", nameof(logProbabilities));
        if (_space.Columns is null) SymbolBatch.RequireLevels(symbols, _space.Levels);
        for (var step = 0; step < steps; step++)
        {
            if (_space.Columns is { } columns) SymbolBatch.RequireLevels(symbols.Slice(step * Batch, Batch), columns[DimensionAt(Position)].Size);
            Take(symbols.Slice(step * Batch, Batch), logProbabilities.IsEmpty ? default : logProbabilities.Slice(step * Batch, Batch));
            Position++;
        }
        Source.Turn++;
        GC.KeepAlive(this);
    }

    public abstract IPredictor Fork(ReadOnlySpan<int> examples);

    /// <summary>Distributions of the symbol at <see cref="Position"/>.</summary>
    protected abstract SymbolDistributions Tell();

    /// <summary>Takes in the symbol at <see cref="Position"/>, and tells its log-probabilities if there is room.</summary>
    protected abstract void Take(ReadOnlySpan<int> symbols, Span<float> logProbabilities);

    /// <summary>Examples of this walk that another may go on from.</summary>
    protected ReadOnlySpan<int> Checked(ReadOnlySpan<int> examples)
    {
        ArgumentOutOfRangeException.ThrowIfZero(examples.Length, nameof(examples));
        foreach (var example in examples) ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)example, (uint)Batch, nameof(examples));
        return examples;
    }

    void RequireLeft(int steps)
    {
        if (Count - Position < steps) throw new InvalidOperationException(Position == Count ? $"all {Count} symbols have been observed" : $"of {Count} symbols {Position} have been observed, and not so many as {steps} are left");
    }
}
