namespace Likely;

/// <summary>Bad input from outside: one plain sentence that names the file and says what to do.</summary>
public sealed class DataException(string message, Exception? inner = null) : LikelyException(message, inner);
