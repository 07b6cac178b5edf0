namespace Likely;

/// <summary>Accuracies of many draws: their mean, and what 5 % of them lie below and 5 % above.</summary>
public sealed record AccuracyBand
{
    /// <param name="accuracies">One a draw.</param>
    /// <exception cref="ArgumentException">There are none.</exception>
    public AccuracyBand(IReadOnlyList<double> accuracies)
    {
        ArgumentNullException.ThrowIfNull(accuracies);
        if (accuracies.Count == 0) throw new ArgumentException("there are no draws", nameof(accuracies));
        double[] sorted = [.. accuracies.Order()];
        (Count, Mean, Low, High) = (sorted.Length, sorted.Average(), Quantile(sorted, 0.05), Quantile(sorted, 0.95));
    }

    /// <summary>Draws.</summary>
    public int Count { get; }

    public double Mean { get; }

    /// <summary>The 5 % quantile.</summary>
    public double Low { get; }

    /// <summary>The 95 % quantile.</summary>
    public double High { get; }

    // Between the two draws that it lies between, in proportion.
    static double Quantile(double[] sorted, double share)
    {
        var place = share * (sorted.Length - 1);
        var below = (int)place;
        return below + 1 < sorted.Length ? sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
    }
}
