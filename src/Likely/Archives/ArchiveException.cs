namespace Likely;

/// <summary>An archive that is damaged, of another version or model, or would write where it must not; the message is one plain sentence.</summary>
public sealed class ArchiveException(string message, Exception? inner = null) : LikelyException(message, inner);
