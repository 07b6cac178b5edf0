using Likely.Models;

namespace Likely;

/// <summary>Draws symbols from their distributions. One sampler serves one walk; its memory is kept from step to step.</summary>
/// <param name="temperature">Logits are divided by it; 1 draws from the model itself.</param>
/// <exception cref="ArgumentOutOfRangeException">The temperature is not above 0.</exception>
public sealed class Sampler(float temperature = 1)
{
    readonly float _temperature = SymbolDistributions.RequireTemperature(temperature);
    Cumulative?[] _cumulatives = []; // one an example, as those of a position's symbols may carry on
    float[] _bits = [];

    /// <summary>One symbol an example: the one whose share of the whole holds the example's number.</summary>
    /// <param name="distributions">Of the examples' next symbols.</param>
    /// <param name="uniform">Numbers from 0 up to 1, one an example.</param>
    /// <param name="symbols">Receives the symbols.</param>
    /// <exception cref="ArgumentException">There are fewer numbers, or less room, than examples.</exception>
    /// <exception cref="ModelException">A distribution is not finite.</exception>
    public void Draw(SymbolDistributions distributions, ReadOnlySpan<double> uniform, Span<int> symbols)
    {
        if (Math.Min(uniform.Length, symbols.Length) < distributions.Count)
            throw new ArgumentException($"{distributions.Count} examples need one number and room for one symbol each, not {uniform.Length} and {symbols.Length}");
        if (distributions.Head.IsBit)
        {
            DrawBits(distributions, uniform, symbols);
            return;
        }
        if (_cumulatives.Length < distributions.Count) _cumulatives = new Cumulative?[distributions.Count];
        for (var b = 0; b < distributions.Count; b++)
        {
            if (_cumulatives[b]?.Head != distributions.Head) _cumulatives[b] = distributions.NewCumulative();
            var cumulative = _cumulatives[b]!;
            distributions.Begin(b, cumulative, _temperature);
            symbols[b] = cumulative.Draw(uniform[b]);
        }
    }

    // The same numbers, sixteen examples at a time.
    void DrawBits(SymbolDistributions distributions, ReadOnlySpan<double> uniform, Span<int> symbols)
    {
        if (_bits.Length < 2 * distributions.Count) _bits = new float[2 * distributions.Count];
        distributions.RequireFiniteBits();
        distributions.ProbabilitiesOfBoth(_bits, _temperature);
        for (var b = 0; b < distributions.Count; b++)
        {
            double zero = _bits[2 * b], one = _bits[2 * b + 1];
            symbols[b] = uniform[b] * (zero + one) >= zero && one > 0 ? 1 : 0;
        }
    }
}
