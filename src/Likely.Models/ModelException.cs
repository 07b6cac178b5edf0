namespace Likely;

/// <summary>A model that cannot be built or read; the message is one plain sentence for the user.</summary>
public sealed class ModelException(string message, Exception? inner = null) : LikelyException(message, inner);
