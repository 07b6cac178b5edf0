namespace Likely.Tensors;

/// <summary>The values of a symbol, 0 to <paramref name="Size"/> - 1, and whether their order means something.</summary>
public readonly record struct Alphabet(int Size, AlphabetScale Scale)
{
    /// <summary>Of levels of a quantity, how many are none but names that stand before them, such as that of a missing value.</summary>
    public int Names { get; init; }

    /// <summary>Names, and so many levels of a quantity behind them; 0: names alone.</summary>
    public static Alphabet OfColumn(int names, int levels) => levels == 0 ? new Alphabet(names, AlphabetScale.Categorical) { Names = names } : new Alphabet(names + levels, AlphabetScale.Ordinal) { Names = names };
}

/// <summary>What the numbers of an alphabet mean: names, such as characters and classes, or levels of a quantity.</summary>
public enum AlphabetScale { Categorical, Ordinal }
