namespace Likely.Tensors;

/// <summary>The values of a symbol, 0 to <paramref name="Size"/> - 1, and whether their order means something.</summary>
public readonly record struct Alphabet(int Size, AlphabetScale Scale);

/// <summary>What the numbers of an alphabet mean: names, such as characters and classes, or levels of a quantity.</summary>
public enum AlphabetScale { Categorical, Ordinal }
