namespace Likely;

/// <summary>How many of some items something is right for.</summary>
/// <param name="Right">Of how many it is.</param>
/// <param name="Count">How many there are.</param>
public readonly record struct Proportion(int Right, int Count)
{
    const double Quantile = 1.959963984540054; // of a normal distribution, 2.5 % above it

    /// <summary>The share; not a number of no items.</summary>
    public double Share => (double)Right / Count;

    /// <summary>The 95 % interval of Wilson (1927): the shares that what was seen does not speak against. Not a number of no items.</summary>
    public (double Low, double High) Interval
    {
        get
        {
            var (z, n) = (Quantile * Quantile / Count, Share);
            var (middle, half) = ((n + z / 2) / (1 + z), Quantile * Math.Sqrt(n * (1 - n) / Count + z / (4 * Count)) / (1 + z));
            return (Right == 0 ? 0 : middle - half, Right == Count ? 1 : middle + half); // exactly, where rounding would miss it
        }
    }

    /// <summary>Of how many items the class that was told is the label.</summary>
    public static Proportion Of(ReadOnlySpan<int> told, ReadOnlySpan<int> labels)
    {
        var right = 0;
        for (var i = 0; i < labels.Length; i++) right += told[i] == labels[i] ? 1 : 0;
        return new Proportion(right, labels.Length);
    }
}
