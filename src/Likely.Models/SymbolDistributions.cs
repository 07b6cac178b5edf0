using Likely.Tensors;

namespace Likely.Models;

/// <summary>Takes the distributions of one dimension of a batch; they are valid during the call.</summary>
public delegate void DistributionsReader(int dimension, SymbolDistributions distributions);

/// <summary>
/// The distributions of one symbol for some examples, at temperature 1, as rows of a head's parameters. Both faces of a model hand
/// them out, and the routines here turn them into numbers, so a coder sees the same bits in both. Kept beyond their time they throw
/// <see cref="InvalidOperationException"/>.
/// </summary>
public readonly unsafe struct SymbolDistributions
{
    const int Lanes = 16;

    readonly DistributionSource? _source;
    readonly float* _parameters;
    readonly long _stride;
    readonly byte* _known;
    readonly int _symbol, _turn;

    /// <param name="head">What the parameters mean.</param>
    /// <param name="source">What holds the memory of the pointers.</param>
    /// <param name="parameters">The first example's row.</param>
    /// <param name="stride">Floats from one example to the next.</param>
    /// <param name="known">The symbols before this one at the same position, those of an example side by side.</param>
    /// <param name="symbol">Which symbol of its position.</param>
    /// <param name="count">Examples.</param>
    internal SymbolDistributions(LikelihoodHead head, DistributionSource source, float* parameters, long stride, byte* known, int symbol, int count)
    {
        (Head, _source, _turn, _stride, _symbol, Count) = (head, source, source.Turn, stride, symbol, count);
        _parameters = parameters;
        _known = known;
    }

    public LikelihoodHead Head { get; }

    /// <summary>Examples.</summary>
    public int Count { get; }

    /// <summary>Probabilities of all levels for one example: what <see cref="IPredictor.Next"/> gives.</summary>
    /// <exception cref="ArgumentException">There is no such example, or too little room.</exception>
    public void Probabilities(int example, Span<float> probabilities)
    {
        Require(example);
        if (probabilities.Length < Head.Levels) throw new ArgumentException($"{Head.Levels} levels need room for as many probabilities, not {probabilities.Length}", nameof(probabilities));
        Ops.Probabilities(Head.Kind, _parameters + example * _stride, _known + (long)example * Head.SubPositions, _symbol, Head.Size, 1, probabilities);
        GC.KeepAlive(_source);
    }

    /// <summary>p(1) for every example, of a Bernoulli head: the second of the probabilities of <see cref="IPredictor.Next"/>.</summary>
    /// <exception cref="ArgumentException">There is too little room.</exception>
    public void ProbabilitiesOfOne(Span<float> probabilities)
    {
        RequireValid();
        if (Head.Kind != LikelihoodKind.Bernoulli) throw new InvalidOperationException($"symbols of {Head.Levels} levels have more than one probability");
        if (probabilities.Length < Count) throw new ArgumentException($"{Count} examples need room for as many probabilities, not {probabilities.Length}", nameof(probabilities));
        var logits = stackalloc float[Lanes];
        for (var i = 0; i < Count; i += Lanes)
        {
            var n = Math.Min(Lanes, Count - i);
            for (var lane = 0; lane < n; lane++) logits[lane] = _parameters[(i + lane) * _stride + _symbol];
            Ops.Sigmoids(logits);
            new ReadOnlySpan<float>(logits, n).CopyTo(probabilities[i..]);
        }
        GC.KeepAlive(_source);
    }

    /// <summary>The cumulative distribution of one example of a logistic mixture.</summary>
    /// <exception cref="ArgumentException">There is no such example.</exception>
    public void Cumulative(int example, ref CumulativeMixture cumulative)
    {
        Require(example);
        if (Head.Kind != LikelihoodKind.LogisticMixture) throw new InvalidOperationException("the model's symbols have no logistic mixture");
        cumulative.Begin(_parameters + example * _stride, Head.Components, _known + (long)example * Head.SubPositions, _symbol);
        GC.KeepAlive(_source);
    }

    void Require(int example)
    {
        RequireValid();
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)example, (uint)Count, nameof(example));
    }

    void RequireValid()
    {
        if (_source is null || _source.Turn != _turn)
            throw new InvalidOperationException("these distributions are over: they hold until the next symbol is observed, or during the call that hands them out");
    }
}
