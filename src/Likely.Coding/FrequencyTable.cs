namespace Likely.Coding;

/// <summary>
/// From probabilities to the integers of the coder, the one place where coding sees a float. With weights w_0 .. w_(n-1) of
/// sum S, cumulative_i = i + floor((2^24 - n) (w_0 + ... + w_(i-1)) / S) in double precision: the last is 2^24, each symbol
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
        Span<double> weights = stackalloc double[probabilities.Length];
        for (var i = 0; i < weights.Length; i++)
        {
            var p = probabilities[i];
            weights[i] = p > 0 ? p < float.MaxValue ? p : float.MaxValue : 0;
        }
        Accumulate(weights, cumulative);
    }

    /// <summary>
    /// Fills n + 1 cumulative frequencies from n logarithms of weights in nats, such as log-probabilities or logits. NaN counts
    /// as minus infinity; all minus infinity gives equal frequencies. Throws ArgumentException when the sizes do not fit.
    /// </summary>
    public static void FromLogProbabilities(ReadOnlySpan<float> logarithms, Span<uint> cumulative)
    {
        Check(logarithms.Length, cumulative.Length);
        var largest = float.NegativeInfinity;
        foreach (var l in logarithms)
            if (l > largest) largest = l;
        largest = largest < float.MaxValue ? largest : float.MaxValue;
        Span<double> weights = stackalloc double[logarithms.Length];
        for (var i = 0; i < weights.Length; i++)
        {
            var below = (double)(logarithms[i] < float.MaxValue ? logarithms[i] : logarithms[i] > 0 ? float.MaxValue : float.NegativeInfinity) - largest;
            weights[i] = below > -64 ? Exponential(below) : 0; // e^-64 of 2^24 is nothing; NaN is not above
        }
        Accumulate(weights, cumulative);
    }

    /// <summary>The probability of a 1 as an integer of 24 bits, within 1 .. 2^24 - 1; NaN counts as 1/2.</summary>
    public static uint FromProbability(float probabilityOfOne) =>
        float.IsNaN(probabilityOfOne) ? Total / 2
            : probabilityOfOne <= 0 ? 1
            : probabilityOfOne >= 1 ? Total - 1
            : Math.Clamp((uint)((double)probabilityOfOne * Total + 0.5), 1, Total - 1);

    /// <summary>
    /// Where the share of a symbol begins, from the probability of those below it: symbol + floor((2^24 - alphabet) below), and the whole
    /// for symbol = alphabet. Rises by at least 1 a symbol if <paramref name="below"/> never falls; NaN counts as 0.
    /// </summary>
    public static uint FromCumulative(double below, int symbol, int alphabet)
    {
        if (symbol >= alphabet) return Total;
        var free = Total - (uint)alphabet;
        return (uint)symbol + (symbol > 0 && below > 0 ? below < 1 ? (uint)(below * free) : free : 0);
    }

    /// <summary>Where one of <paramref name="count"/> equally likely values begins; the whole for value = count.</summary>
    public static uint Uniform(int value, int count) => (uint)((ulong)value * Total / (ulong)count);

    static void Check(int symbols, int entries)
    {
        if (symbols is < 2 or > LargestAlphabet)
            throw new ArgumentException($"An alphabet has 2 to {LargestAlphabet} symbols, not {symbols}; code a larger one in two stages.");
        if (entries != symbols + 1)
            throw new ArgumentException($"{symbols} symbols need {symbols + 1} cumulative frequencies, not {entries}.");
    }

    static void Accumulate(ReadOnlySpan<double> weights, Span<uint> cumulative)
    {
        double even = 0, odd = 0;
        for (var i = 1; i < weights.Length; i += 2)
        {
            even += weights[i - 1];
            odd += weights[i];
        }
        if ((weights.Length & 1) != 0) even += weights[^1];
        var sum = even + odd;
        var free = (double)(Total - (uint)weights.Length);
        var scale = sum > 0 ? free / sum : 0;
        var equal = sum > 0 ? 0 : free / weights.Length;
        var running = 0.0;
        for (var i = 0; i < weights.Length; i++)
        {
            // Rounding may lift the product past free by less than 1, so the floor never exceeds it.
            cumulative[i] = (uint)i + (uint)(running * scale + i * equal);
            running += weights[i];
        }
        cumulative[weights.Length] = Total;
    }

    /// <summary>e^x for x in -64 .. 0 within 2^-32 of its size: 2^n times a Taylor polynomial of degree 8, summed in pairs.</summary>
    static double Exponential(double x)
    {
        const double rounding = 6755399441055744.0; // 1.5 * 2^52: adding it rounds to an integer
        var shifted = x * 1.4426950408889634 + rounding;
        var r = x - (shifted - rounding) * 0.6931471805599453;
        var square = r * r;
        var low = 1 + r + (0.5 + r * 0.16666666666666666) * square;
        var high = 0.041666666666666664 + r * 0.008333333333333333 + (0.001388888888888889 + r * 0.0001984126984126984) * square + 2.48015873015873e-05 * (square * square);
        var scale = BitConverter.DoubleToInt64Bits(shifted) + 1023 << 52;
        return (low + high * (square * square)) * BitConverter.Int64BitsToDouble(scale);
    }
}
