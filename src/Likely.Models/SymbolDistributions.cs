using Likely.Tensors;

namespace Likely.Models;

/// <summary>Takes the distributions of one dimension of a batch; they are valid during the call.</summary>
public delegate void DistributionsReader(int dimension, SymbolDistributions distributions);

/// <summary>
/// The distributions of one symbol for some examples, at temperature 1, as rows of a head's parameters. Both faces of a model hand
/// them out, and the routines here turn them into numbers, so a coder sees the same bits in both.
/// </summary>
/// <param name="head">What the parameters mean.</param>
/// <param name="parameters">The first example's row.</param>
/// <param name="stride">Floats from one example to the next.</param>
/// <param name="known">The symbols before this one at the same position, those of an example side by side.</param>
/// <param name="symbol">Which symbol of its position.</param>
/// <param name="count">Examples.</param>
public readonly unsafe struct SymbolDistributions(LikelihoodHead head, float* parameters, long stride, byte* known, int symbol, int count)
{
    const int Lanes = 16;

    public LikelihoodHead Head => head;

    /// <summary>Examples.</summary>
    public int Count => count;

    /// <summary>Probabilities of all levels for one example: what <see cref="IPredictor.Next"/> gives.</summary>
    public void Probabilities(int example, Span<float> probabilities) =>
        Ops.Probabilities(head.Kind, parameters + example * stride, known + (long)example * head.SubPositions, symbol, head.Size, 1, probabilities);

    /// <summary>p(1) for every example, of a Bernoulli head: the second of the probabilities of <see cref="IPredictor.Next"/>.</summary>
    public void ProbabilitiesOfOne(Span<float> probabilities)
    {
        var logits = stackalloc float[Lanes];
        for (var i = 0; i < count; i += Lanes)
        {
            var n = Math.Min(Lanes, count - i);
            for (var lane = 0; lane < n; lane++) logits[lane] = parameters[(i + lane) * stride + symbol];
            Ops.Sigmoids(logits);
            new ReadOnlySpan<float>(logits, n).CopyTo(probabilities[i..]);
        }
    }

    /// <summary>The cumulative distribution of one example of a logistic mixture.</summary>
    public void Cumulative(int example, ref CumulativeMixture cumulative) =>
        cumulative.Begin(parameters + example * stride, head.Components, known + (long)example * head.SubPositions, symbol);
}
