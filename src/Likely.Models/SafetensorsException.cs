namespace Likely.Models;

/// <summary>A safetensors file that cannot be read or written; the message is one plain sentence naming the file and the fault.</summary>
public sealed class SafetensorsException(string message) : LikelyException(message);
