namespace Likely;

/// <summary>What the numbers of a row of words are, n being how often a word is in the text.</summary>
public enum CountRule
{
    /// <summary>n.</summary>
    Raw,

    /// <summary>1 if the word is in the text.</summary>
    Binary,

    /// <summary>log(1 + n).</summary>
    Log,

    /// <summary>(1 + log n) log(N / d), d of the N training texts having the word, and the row divided by its length (SMART's ltc, Salton and Buckley 1988).</summary>
    Tfidf,
}
