namespace Likely;

/// <summary>How near two codes are.</summary>
public enum CodeDistance
{
    /// <summary>Their cosine; a row of zeros has 0 with all.</summary>
    Cosine,

    /// <summary>The sum of squared differences.</summary>
    Euclidean,

    /// <summary>How many of their numbers, each 0 or 1, differ.</summary>
    Hamming,
}
