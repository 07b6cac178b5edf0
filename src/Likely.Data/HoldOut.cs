namespace Likely;

/// <summary>What decides which items are held out of the training part, where the source has no parts of its own.</summary>
public enum HoldOut
{
    /// <summary>Each item's own content and the seed: adding a file moves no other. Known data sets, which never grow, are permuted all the same.</summary>
    Content,

    /// <summary>A seeded permutation of all items: parts of exact sizes, which one more item divides anew. What model files without this setting mean.</summary>
    Permutation,
}
