using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Models;

namespace Likely.Cli;

/// <summary>
/// One run of a verb: the shared options, where text goes, and the wish to stop. All that people read passes here, and nothing that
/// came from a file can steer their terminal.
/// </summary>
sealed class Session(AnswerWriter output, ForgivingWriter error, CancellationToken cancellation)
{
    readonly List<string> _notes = [];
    readonly HashSet<string> _remarks = [];
    ProgressDisplay? _bar;
    bool _streamed;

    public required int Threads { get; init; }
    public required ulong Seed { get; init; }
    public bool Json { get; init; }
    public bool Quiet { get; init; }
    public bool Verbose { get; init; }
    public bool Force { get; init; }

    public CancellationToken Cancellation => cancellation;

    /// <summary>A remark on stderr, unless --quiet; above the bar if there is one.</summary>
    public void Say(string line)
    {
        if (Quiet) return;
        SayNotes();
        if (_bar is { } bar) bar.Line(VisibleText.Sentence(line));
        else lock (error) error.WriteLine(VisibleText.Sentence(line));
    }

    /// <summary>Opens a data set, and says what people should know about how it was read and divided, before anything else is said; nothing if the verb is refused.</summary>
    /// <param name="source">The data.</param>
    /// <param name="options">What is done to them.</param>
    /// <param name="model">The model that brings some of the options along: which of them change these data is said.</param>
    /// <exception cref="DataException">as <see cref="Dataset.Open"/></exception>
    public Dataset Open(string source, DataOptions options, Checkpoint? model = null)
    {
        var data = Dataset.Open(source, options, Say, cancellation);
        string[] brought = [.. data.Effects.Split(' ', StringSplitOptions.RemoveEmptyEntries).Intersect(model?.Preprocessing.Split(' ') ?? [])];
        lock (_notes)
        {
            foreach (var note in data.Notes) _notes.Add($"note        {note}");
            if (brought.Length > 0) _notes.Add($"set         {string.Join(' ', brought)} (from the model)");
        }
        return data;
    }

    void SayNotes()
    {
        string[] notes;
        lock (_notes)
        {
            notes = [.. _notes];
            _notes.Clear();
        }
        foreach (var note in notes) Say(note);
    }

    /// <summary>A warning on stderr, --quiet or not.</summary>
    public void Warn(string line)
    {
        lock (error) error.WriteLine(VisibleText.Sentence(line));
    }

    /// <summary>A remark on what becomes of files, --quiet or not; the same only once.</summary>
    public void Remark(string note)
    {
        lock (_remarks)
            if (!_remarks.Add(note)) return;
        Warn($"note        {note}");
    }

    /// <summary>A line of a long answer, as soon as it is known; with --json none.</summary>
    public void Print(string line)
    {
        if (!Json) output.WriteLine(VisibleText.Lines(line));
    }

    /// <summary>A text whose only control codes are those of colours, and line ends; with --json none.</summary>
    public void PrintColoured(string text)
    {
        if (!Json) output.WriteLine(text.EndsWith('\n') ? text[..^1] : text);
    }

    /// <summary>Writes what --out - asks for to stdout; the answer's text then goes to stderr.</summary>
    public void Stream(Action<TextWriter> write)
    {
        SayNotes();
        var text = new StringWriter { NewLine = "\n" };
        write(text);
        output.Write(output.IsTerminal ? VisibleText.Lines(text.ToString()) : text.ToString());
        output.Flush();
        _streamed = true;
    }

    /// <summary>True if a person watches stdout.</summary>
    public bool IsWatched => output.IsTerminal;

    /// <summary>A piece of a text that comes bit by bit, to stdout at once; the answer's text then goes to stderr.</summary>
    public void Echo(string text)
    {
        if (!_streamed) SayNotes();
        _streamed = true;
        output.Write(output.IsTerminal ? VisibleText.Lines(text) : text);
        output.Flush();
        output.RequireReader();
    }

    /// <summary>The verb's answer on stdout: text for people, in which names from files are <see cref="VisibleText.Line"/>, or with --json one object.</summary>
    public void Answer(string text, JsonObject json)
    {
        SayNotes();
        if (Json) output.WriteLine(json.ToJsonString());
        else if (!_streamed) output.WriteLine(VisibleText.Lines(text));
        else if (!Quiet) error.WriteLine(VisibleText.Lines(text));
        output.Flush();
    }

    /// <summary>Does something long, showing how far it is: a bar on a terminal, else a line each ten seconds.</summary>
    public T Watch<T>(Func<ProgressDisplay, T> work)
    {
        if (Quiet) return work(new ProgressDisplay(null));
        SayNotes();
        if (!error.IsTerminal) return work(new ProgressDisplay(Say));
        try
        {
            return TerminalProgress.Watch(error, display => work(_bar = display));
        }
        finally
        {
            _bar = null;
        }
    }

    /// <summary>A number for JSON; null if it is not finite.</summary>
    public static JsonNode? Number(double? value) => value is { } number && double.IsFinite(number) ? JsonValue.Create(number) : null;
}
