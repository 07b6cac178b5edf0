using Likely.Files;

namespace Likely.Cli;

/// <summary>stdout as the verbs write to it: where it cannot be written (it is closed, or its disk is full) one sentence says so. A reader that wants no more, such as head, is no fault.</summary>
sealed class AnswerWriter(TextWriter inner) : GuardedWriter(inner)
{
    readonly bool _isOfProcess = ReferenceEquals(inner, Console.Out);

    /// <summary>True if a person watches it.</summary>
    public bool IsTerminal { get; } = ReferenceEquals(inner, Console.Out) && !Console.IsOutputRedirected;

    /// <summary>Ends what is written bit by bit where nobody reads it any more.</summary>
    /// <exception cref="NobodyReadsException">Nobody does.</exception>
    public void RequireReader()
    {
        if (_isOfProcess && !IsTerminal && StandardOutput.HasNoReader()) throw new NobodyReadsException();
    }

    protected override void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception fault) when (fault is ObjectDisposedException or UnauthorizedAccessException)
        {
            throw new IOException("standard output is closed, so the answer cannot be given", fault);
        }
        catch (IOException fault)
        {
            throw new IOException($"standard output cannot be written ({fault.Message.TrimEnd('.')})", fault);
        }
    }
}
