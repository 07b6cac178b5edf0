using Likely.Models;

namespace Likely;

/// <summary>
/// Draws symbols from their distributions, or from the likeliest of each: a symbol is left out that is not among the k likeliest, that comes after likelier ones
/// which have a share p together, or whose probability is below a share of the likeliest one's; the likeliest stays. Of equals the smaller symbol comes first.
/// One sampler serves one walk; its memory is kept from step to step.
/// </summary>
public sealed class Sampler
{
    readonly float _temperature;
    readonly int _topK;
    readonly double _topP, _minP;
    readonly Comparison<int> _likelierFirst;
    Cumulative?[] _cumulatives = []; // one an example, as those of a position's symbols may carry on
    float[] _bits = [];
    double[] _probabilities = [];
    int[] _order = [];

    /// <param name="temperature">Logits are divided by it; 1 draws from the model itself.</param>
    /// <param name="topK">Only so many of the likeliest symbols; 0: all.</param>
    /// <param name="topP">Only the fewest likeliest symbols that have this share together; 1: all.</param>
    /// <param name="minP">Only symbols with this share of the likeliest one's probability; 0: all.</param>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is not above 0, topK is negative, topP is not above 0 and at most 1, or minP is not from 0 to 1.</exception>
    public Sampler(float temperature = 1, int topK = 0, double topP = 1, double minP = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(topK);
        if (!(topP is > 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(topP), topP, "A share of the whole is above 0 and at most 1.");
        if (!(minP is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(minP), minP, "A share of the likeliest is from 0 to 1.");
        (_temperature, _topK, _topP, _minP) = (SymbolDistributions.RequireTemperature(temperature), topK, topP, minP);
        _likelierFirst = (a, b) => _probabilities[a] != _probabilities[b] ? _probabilities[b].CompareTo(_probabilities[a]) : a.CompareTo(b);
    }

    /// <summary>One symbol an example: the one whose share of the whole, or of what is left of it, holds the example's number.</summary>
    /// <param name="distributions">Of the examples' next symbols.</param>
    /// <param name="uniform">Numbers from 0 up to 1, one an example.</param>
    /// <param name="symbols">Receives the symbols.</param>
    /// <param name="undrawn">Symbols that are not drawn, where the others are not all impossible.</param>
    /// <exception cref="ArgumentException">There are fewer numbers, or less room, than examples.</exception>
    /// <exception cref="ModelException">A distribution is not finite.</exception>
    public void Draw(SymbolDistributions distributions, ReadOnlySpan<double> uniform, Span<int> symbols, Range undrawn = default)
    {
        if (Math.Min(uniform.Length, symbols.Length) < distributions.Count)
            throw new ArgumentException($"{distributions.Count} examples need one number and room for one symbol each, not {uniform.Length} and {symbols.Length}");
        var all = _topK == 0 && _topP == 1 && _minP == 0;
        var (first, end) = (undrawn.Start.Value, undrawn.End.Value);
        if (distributions.Head.IsBit && all && end <= first)
        {
            DrawBits(distributions, uniform, symbols);
            return;
        }
        if (_cumulatives.Length < distributions.Count) _cumulatives = new Cumulative?[distributions.Count];
        for (var b = 0; b < distributions.Count; b++)
        {
            var cumulative = distributions.Begin(b, ref _cumulatives[b], _temperature);
            symbols[b] = all ? cumulative.Draw(Beside(cumulative, uniform[b], first, end)) : DrawLikeliest(cumulative, uniform[b], first, end);
        }
    }

    // The number that stands for the same share of what lies beside the symbols that are not drawn.
    static double Beside(Cumulative cumulative, double uniform, int first, int end)
    {
        if (end <= first || end > cumulative.Levels) return uniform;
        var (all, below, above) = (cumulative.Below(cumulative.Levels), cumulative.Below(first), cumulative.Below(end));
        if (!(above - below < all)) return uniform;
        var target = uniform * (all - (above - below));
        return (target < below ? target : target + (above - below)) / all;
    }

    int DrawLikeliest(Cumulative cumulative, double uniform, int first, int end)
    {
        var levels = cumulative.Levels;
        if (!(cumulative.Below(levels) is > 0 and < double.PositiveInfinity)) throw Cumulative.NotFinite();
        if (_probabilities.Length != levels) (_probabilities, _order) = (new double[levels], new int[levels]);
        cumulative.Probabilities(_probabilities);
        if (end > first && end <= levels && (_probabilities.AsSpan(0, first).ContainsAnyExcept(0) || _probabilities.AsSpan(end).ContainsAnyExcept(0))) _probabilities.AsSpan(first, end - first).Clear();
        for (var level = 0; level < levels; level++) _order[level] = level;
        _order.AsSpan().Sort(_likelierFirst);
        var (kept, whole, likeliest) = (0, 0.0, _probabilities[_order[0]]);
        while (kept < levels && (_topK == 0 || kept < _topK) && whole < _topP && _probabilities[_order[kept]] is var p && p > 0 && p >= _minP * likeliest)
        {
            whole += p;
            kept++;
        }
        // In the order of the symbols, as from the whole.
        var chosen = _order.AsSpan(0, kept);
        chosen.Sort();
        whole = 0;
        foreach (var symbol in chosen) whole += _probabilities[symbol];
        var (target, below) = (Math.Clamp(uniform, 0, 1) * whole, 0.0);
        foreach (var symbol in chosen)
        {
            below += _probabilities[symbol];
            if (target < below) return symbol;
        }
        return chosen[^1];
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
