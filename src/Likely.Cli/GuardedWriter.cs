using System.Text;

namespace Likely.Cli;

/// <summary>A stream of the process as the verbs write to it, of which every write goes through one rule of what a fault means.</summary>
abstract class GuardedWriter(TextWriter inner) : TextWriter
{
    public sealed override Encoding Encoding => inner.Encoding;

    public sealed override void Write(char value) => Guard(() => inner.Write(value));

    public sealed override void Write(string? value) => Guard(() => inner.Write(value));

    public sealed override void Write(char[] buffer, int index, int count) => Guard(() => inner.Write(buffer, index, count));

    public sealed override void WriteLine(string? value) => Guard(() => inner.WriteLine(value));

    public sealed override void Flush() => Guard(inner.Flush);

    protected abstract void Guard(Action write);
}
