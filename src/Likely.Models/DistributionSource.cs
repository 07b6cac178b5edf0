namespace Likely.Models;

/// <summary>What distributions rest on: the memory that they are read from, and whether they are over.</summary>
sealed class DistributionSource
{
    /// <summary>What holds the memory.</summary>
    public object? Memory { get; set; }

    /// <summary>Rises when what was handed out is over.</summary>
    public int Turn { get; set; }
}
