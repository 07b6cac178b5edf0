namespace Likely.Coding;

/// <summary>
/// From probabilities to the integers of the coder, the one place where coding sees a float. With weights w_0 .. w_(n-1) of
/// sum S, cumulative_i = i + floor((w_0 + ... + w_(i-1)) ((2^24 - n) / S)) in double precision: the last is 2^24, each symbol
/// has at least frequency 1 and more than (2^24 - n) / 2^24 of its share, so a symbol costs at most n * 8.6e-8 bits above
/// -log2(w / S). Only + - * / in a fixed order: the same integers on every machine.
/// </summary>
public static class FrequencyTable
{
    public const int Bits = 24;
    public const uint Total = 1u << Bits;
    public const int LargestAlphabet = 4096;

    /// <summary>
    /// Fills n + 1 cumulative frequencies from n weights (2 .. 4096), which need not sum to 1. Negative ones and NaN count as 0,
    /// infinity as the largest float; all zero gives equal frequencies. Throws ArgumentException when the sizes do not fit.
    /// </summary>
    public static void FromProbabilities(ReadOnlySpan<float> probabilities, Span<uint> cumulative)
    {
        Check(probabilities.Length, cumulative.Length);
        double even = 0, odd = 0, below = 0;
        for (var i = 0; i < probabilities.Length; i++)
            if ((i & 1) == 0) even += Weight(probabilities[i]);
            else odd += Weight(probabilities[i]);
        for (var i = 0; i < probabilities.Length; i++)
        {
            cumulative[i] = Begin(below, even + odd, i, probabilities.Length);
            below += Weight(probabilities[i]);
        }
        cumulative[probabilities.Length] = Total;
    }

    /// <summary>The probability of a 1 as an integer of 24 bits, within 1 .. 2^24 - 1; NaN counts as 1/2.</summary>
    public static uint FromProbability(float probabilityOfOne) =>
        float.IsNaN(probabilityOfOne) ? Total / 2
            : probabilityOfOne <= 0 ? 1
            : probabilityOfOne >= 1 ? Total - 1
            : Math.Clamp((uint)((double)probabilityOfOne * Total + 0.5), 1, Total - 1);

    /// <summary>
    /// Where the share of a symbol begins, from the weight of those below it and that of all: symbol + floor(below ((2^24 - alphabet) / total)), and the
    /// whole for symbol = alphabet. Rises by at least 1 a symbol if <paramref name="below"/> never falls; NaN counts as 0, no weight at all as equal ones.
    /// </summary>
    public static uint Begin(double below, double total, int symbol, int alphabet)
    {
        if (symbol <= 0) return 0;
        if (symbol >= alphabet) return Total;
        var free = (double)(Total - (uint)alphabet);
        if (!(total > 0)) return (uint)symbol + (uint)(symbol * (free / alphabet));
        var at = below * (free / total); // rounding may lift it past the end
        return (uint)symbol + (at > 0 ? (uint)Math.Min(at, free) : 0);
    }

    /// <summary>Where one of <paramref name="count"/> equally likely values begins; the whole for value = count.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no values, or there is no such one.</exception>
    public static uint Uniform(int value, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)value, (uint)count, nameof(value));
        return (uint)((ulong)value * Total / (ulong)count);
    }

    static void Check(int symbols, int entries)
    {
        if (symbols is < 2 or > LargestAlphabet)
            throw new ArgumentException($"An alphabet has 2 to {LargestAlphabet} symbols, not {symbols}; code a larger one in two stages.");
        if (entries != symbols + 1)
            throw new ArgumentException($"{symbols} symbols need {symbols + 1} cumulative frequencies, not {entries}.");
    }

    static double Weight(float probability) => probability > 0 ? probability < float.MaxValue ? probability : float.MaxValue : 0;
}
