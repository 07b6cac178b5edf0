namespace Likely;

/// <summary>A sequence that a search found.</summary>
/// <param name="Symbols">Its symbols; without the one that ended it.</param>
/// <param name="LogProbability">log p in nats of all of them, and of the end if there is one, given what came before.</param>
/// <param name="HasEnded">False if it only came to the most symbols that were asked for.</param>
public sealed record Hypothesis(int[] Symbols, double LogProbability, bool HasEnded);
