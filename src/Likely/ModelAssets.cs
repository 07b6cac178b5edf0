using Likely.Data;
using Likely.Models;

namespace Likely;

/// <summary>What a model keeps of its data beyond their preprocessing, as text by name: see <see cref="Checkpoint.Assets"/>.</summary>
public static class ModelAssets
{
    /// <summary>The assets of a model that was trained on such data.</summary>
    public static IReadOnlyDictionary<string, string> Of(Dataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var assets = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (data.Tokens is { } tokens) assets[Checkpoint.Tokens] = tokens.ToText();
        if (data.Words is { } words) assets[Checkpoint.Words] = words.ToText();
        return assets;
    }

    /// <summary>The words that a model's rows are counts of; null if they are none.</summary>
    /// <exception cref="DataException">The model is damaged.</exception>
    public static WordVocabulary? WordsOf(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        if (!checkpoint.Assets.TryGetValue(Checkpoint.Words, out var text)) return null;
        var words = WordVocabulary.FromText(text);
        return words.Count == checkpoint.Model.Space.Dimensions ? words : throw new DataException($"The model is damaged: it has rows of {checkpoint.Model.Space.Dimensions} numbers, and {words.Count} words.");
    }
}
