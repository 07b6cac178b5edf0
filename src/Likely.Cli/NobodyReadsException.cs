namespace Likely.Cli;

/// <summary>Who read stdout wants no more, such as head: what was to be written there need not be made, and nothing is wrong.</summary>
sealed class NobodyReadsException() : IOException("nobody reads what is written to stdout");
