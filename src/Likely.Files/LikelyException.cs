namespace Likely;

/// <summary>
/// What the library refuses or cannot do, in one plain sentence for the user: whoever catches this catches all of the library's own. Besides it
/// there are <see cref="OperationCanceledException"/>, <see cref="OutOfMemoryException"/>, and <see cref="ArgumentException"/> and its kin and <see cref="ObjectDisposedException"/> for calls that are wrong.
/// </summary>
/// <param name="message">One sentence that names the file or the key and says what is wrong.</param>
/// <param name="inner">What it came of.</param>
public abstract class LikelyException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What the user could do about it, where a program knows how to offer that: the library names no options of a command line.</summary>
    public Remedy Remedy { get; init; }
}
