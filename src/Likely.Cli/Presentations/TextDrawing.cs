using System.CommandLine;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>Draws texts that go on from a prompt: to the terminal as they come, into files byte for byte, or into the answer's JSON.</summary>
sealed class TextDrawing
{
    public const int LongestLength = 100_000_000;

    const int UsualLength = 500;

    public static readonly Option<int?> Length = Options.Whole("--length", $"Symbols to draw: of text at most so many, {UsualLength} if not given; of a target twice the longest of the training and 16; of sound samples", most: LongestLength);
    public static readonly Option<int?> TopK = Options.Whole("--top-k", "Only the K likeliest symbols");
    public static readonly Option<double?> TopP = Options.Number("--top-p", "Only the fewest likeliest symbols that have this share together", 1, valueName: "P");
    public static readonly Option<double?> MinP = Options.Number("--min-p", "Only symbols that have this share of the likeliest one's probability", 1, zeroAllowed: true, valueName: "P");
    static readonly Option<string[]> Stop = new("--stop") { Description = "End in front of this text, in which \\n is the end of a line, \\t a tab and \\\\ one \\; repeatable", HelpName = "TEXT" };

    static readonly Option<string?> Against = Options.Text("--against", "Tell the longest stretch of what is drawn that stands in these data; if not given, in the training text, where it is still found by its name beside the model or in the current folder", "DATA");

    readonly ParseResult _result;
    readonly Session _session;
    readonly Checkpoint _checkpoint;
    readonly string _model;
    readonly int _count, _length;
    readonly byte[][] _stops;
    readonly string? _output, _folder;
    readonly List<byte>[] _drawn;
    readonly (int Symbols, byte[]? Stop)[] _ends;
    long _symbols;
    bool _interrupted;

    /// <summary>Every option of it.</summary>
    public static IReadOnlyList<Option> All { get; } =
        [Length, DrawingOptions.Count, DrawingOptions.Label, DrawingOptions.Temperature, TopK, TopP, MinP, Stop, CodeOptions.Clamp, DrawingOptions.Out, DrawingOptions.Each, Against];

    /// <exception cref="UsageException">Options contradict each other.</exception>
    public TextDrawing(ParseResult result, Session session, Checkpoint checkpoint, string model)
    {
        (_result, _session, _checkpoint, _model) = (result, session, checkpoint, model);
        (_count, _length) = (result.GetValue(DrawingOptions.Count) ?? 1, result.GetValue(Length) ?? UsualLength);
        (_output, _folder) = (result.GetValue(DrawingOptions.Out), result.GetValue(DrawingOptions.Each));
        if (_output is not null && FileStatusIsStdout(_output)) _output = null; // where it goes without a name
        if ((long)_count * _length > LongestLength) throw new UsageException($"{_count} texts of {_length} symbols are more than the {LongestLength} that one command draws");
        _stops = StopsOf(result);
        if (result.GetValue(Against) is { } against && !Dataset.IsHere(against)) throw new UsageException($"--against {against}: there is no such file or folder");
        (_drawn, _ends) = (new List<byte>[_count], new (int, byte[]?)[_count]);
    }

    /// <summary>The texts that end what is drawn or found.</summary>
    /// <exception cref="UsageException">One is empty.</exception>
    public static byte[][] StopsOf(ParseResult result)
    {
        byte[][] stops = [.. (result.GetValue(Stop) ?? []).Select(stop => Encoding.UTF8.GetBytes(Unescaped(stop)))];
        return stops.Any(stop => stop.Length == 0) ? throw new UsageException("--stop is empty; give it a text") : stops;
    }

    bool Echoes => !_session.Json && _output is null && _folder is null;

    public int Run(TextPrompt prompt)
    {
        var label = _result.GetValue(DrawingOptions.Label) is { } text ? ModelFile.Label(_checkpoint, text) : (int?)null;
        using var outputs = new Outputs(_session.Remark, _session.Force, _model, prompt.File, _result.GetValue(Against));
        if (_output is not null) outputs.Claim(_output);
        if (_output is not null && ModelFile.Modality(_checkpoint) == Likely.Modality.Text) OutputName.Text.Require(_output);
        string[] each = _folder is null ? [] : [.. Enumerable.Range(0, _count).Select(i => Path.Combine(_folder, $"{i:00000}.txt"))];
        if (each.Length > 0) outputs.Claim(_folder!, each);

        var continuation = Read(prompt, label ?? 0);
        if (_session.Json) WarmUp.Walks(_checkpoint.Density, 1, _session.Threads, _session.Cancellation);
        var clock = Stopwatch.StartNew();
        if (Echoes) Draw(continuation, prompt, null);
        else _session.Watch(display =>
        {
            Draw(continuation, prompt, display);
            return 0;
        });
        var seconds = clock.Elapsed.TotalSeconds;

        using var files = new OutputSet(_session.Remark, _session.Force);
        if (_output is not null) files.Write(_output, stream =>
        {
            for (var i = 0; i < _count; i++)
            {
                if (_drawn[i] is null) continue;
                if (_count > 1) stream.Write(Title(i));
                Copy(prompt, i, stream);
            }
        });
        for (var i = 0; i < each.Length; i++)
        {
            var index = i;
            if (_drawn[i] is not null) files.Write(each[i], stream => Copy(prompt, index, stream));
        }
        files.Complete();
        Answer(continuation, seconds);
        return _interrupted ? CommandLine.Interrupted : 0;
    }

    Continuation Read(TextPrompt prompt, int label)
    {
        var clamps = CodeOptions.ClampsOf(_result, _checkpoint);
        using var stream = prompt.Open();
        var length = Math.Max(1, prompt.Length);
        return Echoes && length < 1 << 20 ? new Continuation(_checkpoint, stream, label, clamps, null, _session.Cancellation)
            : _session.Watch(display => new Continuation(_checkpoint, stream, label, clamps, bytes => display.Update((double)bytes / length, "reading"), _session.Cancellation));
    }

    void Draw(Continuation continuation, TextPrompt prompt, ProgressDisplay? display)
    {
        var echo = Echoes ? new TextEcho(_session) : null;
        var (done, next, total) = (0L, 0, (double)_count * _length);
        if (echo is not null && _count == 1 && prompt.IsShown) prompt.CopyTo(echo.Write);
        try
        {
            ParallelShards.Run(_count, _session.Threads, (index, _) =>
            {
                var bytes = new List<byte>();
                try
                {
                    _ends[index] = continuation.Draw(_length, Sampler(), _session.Seed, index, _stops, piece =>
                    {
                        bytes.AddRange(piece);
                        if (_count == 1) echo?.Write(piece);
                    }, _session.Cancellation, () =>
                    {
                        if (Interlocked.Increment(ref done) is var now && now % 64 == 0) display?.Update(now / total, "drawing");
                    });
                }
                catch (OperationCanceledException)
                {
                    _interrupted = true; // what has come is kept
                }
                lock (_drawn)
                {
                    _drawn[index] = bytes;
                    for (; _count > 1 && next < _count && _drawn[next] is { } ready; next++) Show(echo, prompt, ready, next);
                }
            });
        }
        finally
        {
            _symbols = done;
            echo?.End();
        }
    }

    void Show(TextEcho? echo, TextPrompt prompt, List<byte> text, int index)
    {
        if (echo is null) return;
        echo.Write(Title(index));
        if (prompt.IsShown) prompt.CopyTo(echo.Write);
        echo.Write([.. text]);
        echo.End();
    }

    // What stands above each of several texts.
    byte[] Title(int index) => Encoding.UTF8.GetBytes($"{(index == 0 ? "" : "\n")}--- {index + 1} of {_count} ---\n");

    Sampler Sampler() => SamplerOf(_result);

    /// <summary>What the options say of how symbols are drawn.</summary>
    public static Sampler SamplerOf(ParseResult result)
        => new((float)(result.GetValue(DrawingOptions.Temperature) ?? 1), result.GetValue(TopK) ?? 0, result.GetValue(TopP) ?? 1, result.GetValue(MinP) ?? 0);

    void Copy(TextPrompt prompt, int index, Stream target)
    {
        prompt.CopyTo(target.Write);
        target.Write([.. _drawn[index]]);
    }

    void Answer(Continuation continuation, double seconds)
    {
        string By(int index) => _drawn[index] is null || _interrupted && _ends[index].Symbols == 0 ? "interrupt" : _ends[index].Stop is null ? "length" : "stop";
        var words = $"{(_output is null ? "" : $"{_output}: ")}{(_folder is null ? "" : $"{_folder}: ")}{(_count == 1 ? "" : $"{_count} texts, ")}{_symbols} symbols in {ProgressDisplay.Duration(seconds)}, {_symbols / seconds:0} a second"
            + $"{(_count == 1 ? By(0) switch { "stop" => ", up to a stop", "interrupt" => ", interrupted", _ => "" } : "")}";
        var json = new JsonObject
        {
            ["output"] = _output ?? _folder,
            ["count"] = _count,
            ["seconds"] = Session.Number(seconds),
            ["symbols"] = _symbols,
            ["symbols_per_second"] = Session.Number(_symbols / seconds),
            ["prompt_symbols"] = continuation.Given,
            ["stopped_by"] = By(0),
        };
        if (_output is null && _folder is null)
        {
            json["text"] = Encoding.UTF8.GetString([.. _drawn[0] ?? []]);
            if (_count > 1) json["texts"] = new JsonArray([.. _drawn.Select(bytes => (JsonNode)Encoding.UTF8.GetString([.. bytes ?? []]))]);
        }
        if (!_interrupted) new SampleNotes(_session, _checkpoint, _model, _result.GetValue(Against)).Add(_drawn, json);
        _session.Answer(words, json);
    }

    // What a shell makes hard to write.
    static string Unescaped(string stop)
    {
        var text = new StringBuilder();
        for (var i = 0; i < stop.Length; i++)
            if (stop[i] != '\\') text.Append(stop[i]);
            else text.Append(++i == stop.Length ? throw new UsageException($"--stop {stop} ends with a single \\; write \\\\ for one") : stop[i] switch
            {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                '\\' => '\\',
                var other => throw new UsageException($"--stop {stop}: \\{other} means nothing; use \\n, \\t, \\r, or \\\\ for a single \\"),
            });
        return text.ToString();
    }

    static bool FileStatusIsStdout(string path) => path == OutputName.Stdout || Files.FileStatus.Of(path).IsStandardOutput;
}
