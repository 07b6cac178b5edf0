namespace Likely;

/// <summary>Wrong usage or bad input; the message is one plain sentence for the user, and the program ends with exit code 2.</summary>
public sealed class UsageException(string message) : Exception(message);
