using System.Text;

namespace Likely.Cli;

/// <summary>stdout as the verbs write to it: where it cannot be written (it is closed, or its disk is full) one sentence says so. A reader that wants no more, such as head, is no fault.</summary>
sealed class AnswerWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    /// <summary>True if a person watches it.</summary>
    public bool IsTerminal { get; } = ReferenceEquals(inner, Console.Out) && !Console.IsOutputRedirected;

    public override void Write(char value) => Try(() => inner.Write(value));

    public override void Write(string? value) => Try(() => inner.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    public override void WriteLine(string? value) => Try(() => inner.WriteLine(value));

    public override void Flush() => Try(inner.Flush);

    static void Try(Action write)
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
