namespace Likely;

/// <summary>What keeps the weights of a linear classifier small.</summary>
public enum Penalty
{
    /// <summary>The sum of their sizes: most become zero.</summary>
    L1,

    /// <summary>Half the sum of their squares.</summary>
    L2,
}
