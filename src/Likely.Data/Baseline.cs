namespace Likely;

/// <summary>What a simple method needs for held-out data.</summary>
/// <param name="Key">Its name in JSON.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Bits">What it needs; null if it cannot be measured here.</param>
public sealed record Baseline(string Key, string Name, double? Bits);
