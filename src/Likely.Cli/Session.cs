using System.Text.Json.Nodes;

namespace Likely.Cli;

/// <summary>One run of a verb: the shared options, where text goes, and the wish to stop.</summary>
sealed class Session(TextWriter output, TextWriter error, CancellationToken cancellation)
{
    ProgressDisplay? _bar;

    public required int Threads { get; init; }
    public required ulong Seed { get; init; }
    public bool Json { get; init; }
    public bool Quiet { get; init; }
    public bool Verbose { get; init; }
    public bool Force { get; init; }

    public CancellationToken Cancellation => cancellation;

    /// <summary>True if a person watches stderr.</summary>
    public bool IsTerminal { get; } = ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb");

    /// <summary>A remark on stderr, unless --quiet; above the bar if there is one.</summary>
    public void Say(string line)
    {
        if (Quiet) return;
        if (_bar is { } bar) bar.Line(line);
        else lock (error) error.WriteLine(line);
    }

    /// <summary>A warning on stderr, --quiet or not.</summary>
    public void Warn(string line)
    {
        lock (error) error.WriteLine(line);
    }

    /// <summary>A line of a long answer, as soon as it is known; with --json none.</summary>
    public void Print(string line)
    {
        if (!Json) output.WriteLine(line);
    }

    /// <summary>The verb's answer on stdout: text for people, or with --json one object.</summary>
    public void Answer(string text, JsonObject json)
    {
        if (Json) output.WriteLine(json.ToJsonString());
        else output.WriteLine(text);
        output.Flush();
    }

    /// <summary>Does something long, showing how far it is: a bar on a terminal, else a line each ten seconds.</summary>
    public T Watch<T>(Func<ProgressDisplay, T> work)
    {
        if (Quiet) return work(new ProgressDisplay(null));
        if (!IsTerminal) return work(new ProgressDisplay(Say));
        try
        {
            return TerminalProgress.Watch(display => work(_bar = display));
        }
        finally
        {
            _bar = null;
        }
    }

    /// <summary>A number for JSON; null if it is not finite.</summary>
    public static JsonNode? Number(double? value) => value is { } number && double.IsFinite(number) ? JsonValue.Create(number) : null;
}
