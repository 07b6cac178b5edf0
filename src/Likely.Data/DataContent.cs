using Likely.Tensors;

namespace Likely.Data;

/// <summary>What a <see cref="Modality"/> made of a path: items as symbols, and which of them are for what.</summary>
/// <param name="Modality">Whose they are.</param>
/// <param name="Items">All items; whoever takes this disposes of them.</param>
/// <param name="Space">See <see cref="Dataset.Space"/>.</param>
/// <param name="Options">The options, with what was found out about the data.</param>
sealed record DataContent(Modality Modality, SymbolItems Items, Space Space, DataOptions Options) : IDisposable
{
    /// <summary>What the source is, for people, in one or more lines.</summary>
    public required string Source { get; init; }

    /// <summary>The items of each part.</summary>
    public required (ItemIndices Train, ItemIndices Validation, ItemIndices Test, ItemIndices All) Parts { get; init; }

    /// <summary>How items were held out, for people; empty if there is nothing to say.</summary>
    public string Division { get; init; } = "";

    /// <summary>The size of the windows that are the items of each part; null if whole items are.</summary>
    public PatchSize? Patches { get; init; }

    public IReadOnlyList<string> ClassNames { get; init; } = [];

    /// <summary>See <see cref="Dataset.Effects"/>.</summary>
    public string Effects { get; init; } = "";

    /// <summary>See <see cref="Dataset.Tokens"/>.</summary>
    public Tokens? Tokens { get; init; }

    /// <summary>See <see cref="Dataset.Words"/>.</summary>
    public WordVocabulary? Words { get; init; }

    public IReadOnlyList<string> Notes { get; init; } = [];
    public IReadOnlyList<string> PartNotes { get; init; } = [];

    public void Dispose() => Items.Dispose();
}
