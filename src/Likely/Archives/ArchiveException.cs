namespace Likely;

/// <summary>An archive that is damaged, of another version or model, or would write where it must not; the message is one plain sentence.</summary>
public sealed class ArchiveException(string message, Exception? inner = null) : LikelyException(message, inner)
{
    // What reads a part of an archive does not know whose it is.
    internal static T Named<T>(string words, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (ArchiveException fault)
        {
            throw new ArchiveException($"{words}: {fault.Message.TrimEnd('.')}.", fault);
        }
    }
}
