using Likely.Data;

namespace Likely;

/// <summary>What no model should be worse than, on held-out data.</summary>
/// <param name="All">The methods, from no knowledge at all to the one that knows most.</param>
/// <param name="Unit">What their bits are for: "bits/dim", "bits/byte".</param>
/// <param name="Dimensions">Dimensions of a model for one of these units.</param>
/// <param name="Warnings">What looks wrong with the data, in plain sentences.</param>
public sealed record Baselines(IReadOnlyList<Baseline> All, string Unit, double Dimensions, IReadOnlyList<string> Warnings)
{
    /// <summary>Every value equally likely.</summary>
    public double Uniform => All[0].Bits ?? double.PositiveInfinity;

    /// <summary>The bits of one method by its key; null if there is no such method here, or no figure.</summary>
    public double? this[string key] => All.FirstOrDefault(baseline => baseline.Key == key)?.Bits;

    /// <summary>A model's bits per dimension in the unit of these.</summary>
    public double Of(double bitsPerDimension) => bitsPerDimension * Dimensions;

    /// <summary>"uniform 8.0000, PNG 5.6465", - for what cannot be measured.</summary>
    public override string ToString() => string.Join(", ", All.Select(baseline => $"{baseline.Name} {(baseline.Bits is { } bits ? FormattableString.Invariant($"{bits:0.0000}") : "-")}"));

    /// <summary>Counts the training part of a data set once and evaluates on at most <paramref name="limit"/> items of a held-out split, drawn evenly, or if it is empty on the training part.</summary>
    /// <exception cref="DataException">An item cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Baselines Measure(Dataset data, Split heldOut, int threads, int limit = 10_000, CancellationToken cancellation = default) =>
        data.Modality.Measure(data.Train, (heldOut.Count == 0 ? data.Train : heldOut).Sample(limit), data.Tokens, threads, cancellation);
}
