namespace Likely;

/// <summary>A data set that can be opened by name.</summary>
public sealed record KnownDataset(string Name, string Description, string Source, string Splits, string Size)
{
    /// <summary>Made by a generator; there is nothing to fetch.</summary>
    public bool IsBuiltIn { get; init; }

    /// <summary>Can be fetched; others must be put into the folder LIKELY_DATA by hand.</summary>
    public bool IsFetched { get; init; }

    /// <summary>Its publishers shuffled it, so the first items of a part are as good a sample as any.</summary>
    internal bool IsShuffled { get; init; }

    /// <summary>The validation split is this many items at the end of the training part, by the usual protocol, unless none is wanted.</summary>
    internal int? ValidationTail { get; init; }

    internal IReadOnlyList<string>? ClassNames { get; init; }
}
