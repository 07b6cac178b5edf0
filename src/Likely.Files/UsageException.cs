namespace Likely;

/// <summary>What was asked for cannot be done as it was asked: a place, a name, an option.</summary>
public sealed class UsageException(string message, Exception? inner = null) : LikelyException(message, inner);
