namespace Likely.Cli;

/// <summary>stderr as the verbs write to it: where nothing can be written (it is closed, or its disk is full) the words are lost and the work goes on.</summary>
sealed class ForgivingWriter(TextWriter inner) : GuardedWriter(inner)
{
    /// <summary>True if a person watches it.</summary>
    public bool IsTerminal { get; } = ReferenceEquals(inner, Console.Error) && !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb");

    protected override void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            // There is nobody to tell.
        }
    }
}
