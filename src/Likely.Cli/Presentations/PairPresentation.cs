using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Files;

namespace Likely.Cli;

/// <summary>Targets of sources: drawn, or the likeliest; a line each, of several sources behind its source and a tab, and with --n-best a tab and log p behind it.</summary>
sealed class PairPresentation : Presentation
{
    const long LargestFile = 1 << 28;

    public override IReadOnlyList<Option> ForSample { get; } =
        [SequencePresentation.Prompt, TextDrawing.Length, DrawingOptions.Count, DrawingOptions.Temperature, TextDrawing.TopK, TextDrawing.TopP, TextDrawing.MinP, DrawingOptions.Beam, DrawingOptions.Best, DrawingOptions.Out];

    public override IReadOnlyList<Option> ForComplete { get; } = [];

    /// <summary>Symbols of a target at most if nothing is said: a target that is longer than all that the model has seen may still end.</summary>
    public static int UsualLength(Checkpoint checkpoint) => 2 * checkpoint.Density.Space.Width + 16;

    public override int Complete(ParseResult result, Session session, Checkpoint checkpoint, string model, string input)
        => throw new UsageException($"a model of pairs has nothing to complete, it answers a source: likely sample {model} --prompt SOURCE");

    public override int Sample(ParseResult result, Session session, Checkpoint checkpoint, string model)
    {
        RequireOwn(result, checkpoint, ForSample);
        var prompt = result.GetValue(SequencePresentation.Prompt) ?? throw new UsageException("a model of pairs answers a source: give it by --prompt SOURCE, or a file with one a line by --prompt @FILE");
        var isFile = prompt.StartsWith('@') && !prompt.StartsWith("@@", StringComparison.Ordinal);
        var (best, count) = (result.GetValue(DrawingOptions.Best), result.GetValue(DrawingOptions.Count));
        var beam = TextSearch.BeamOf(result, TextSearch.NotFor);
        var output = result.GetValue(DrawingOptions.Out) is { } path && !FileStatus.Of(path).IsStandardOutput && path != OutputName.Stdout ? path : null;
        using var outputs = new Outputs(session.Remark, session.Force, model, isFile ? prompt[1..] : null);
        if (output is not null) outputs.Claim(output);
        if (output is not null) OutputName.Text.Require(output);

        var transduction = new Transduction(checkpoint, session.Threads);
        var texts = isFile ? Lines(prompt[1..]) : [Encoding.UTF8.GetBytes(prompt.StartsWith('@') ? prompt[1..] : prompt)];
        int[][] sources = [.. texts.Select(text => transduction.Source(text))];
        var length = result.GetValue(TextDrawing.Length) ?? UsualLength(checkpoint);
        var (clock, done, all) = (Stopwatch.StartNew(), 0, (double)sources.Length * (beam is null ? count ?? 1 : 1));
        var answers = session.Watch(display =>
        {
            void Progress(int more) => display.Update(Interlocked.Add(ref done, more) / all, beam is null ? "drawing" : "searching");
            return beam is { } width ? transduction.Search(sources, width, length, Progress, session.Cancellation)
                : transduction.Draw(sources, count ?? 1, length, () => TextDrawing.SamplerOf(result), session.Seed, Progress, session.Cancellation);
        });
        if (beam is not null) answers = Array.ConvertAll(answers, found => found[..Math.Min(found.Length, best ?? 1)]);
        var seconds = clock.Elapsed.TotalSeconds;

        var bytes = new List<byte>();
        for (var i = 0; i < sources.Length; i++)
            foreach (var answer in answers[i])
            {
                if (isFile) bytes.AddRange([.. texts[i], (byte)'\t']);
                bytes.AddRange(transduction.Tokens.Decode(answer.Symbols));
                if (best is not null) bytes.AddRange(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\t{answer.LogProbability:0.000000}")));
                bytes.Add((byte)'\n');
            }
        using var files = new OutputSet(session.Remark, session.Force);
        if (output is not null) files.Write(output, stream => stream.Write([.. bytes]));
        files.Complete();
        if (output is null && !session.Json) session.Stream(writer => writer.Write(Encoding.UTF8.GetString([.. bytes])));
        var flat = answers.SelectMany(found => found).ToArray();
        if (flat.Count(answer => !answer.HasEnded) is > 0 and var cut) session.Warn($"note        {cut} of {flat.Length} targets did not end within {length} symbols; --length N allows more");
        var symbols = flat.Sum(answer => answer.Symbols.Length + (answer.HasEnded ? 1L : 0));
        var json = new JsonObject
        {
            ["output"] = output,
            ["sources"] = sources.Length,
            ["count"] = flat.Length,
            ["seconds"] = Session.Number(seconds),
            ["symbols"] = symbols,
            ["symbols_per_second"] = Session.Number(symbols / seconds),
        };
        if (output is null)
            json["targets"] = new JsonArray([.. answers.SelectMany((found, i) => found.Select(answer => (JsonNode)new JsonObject
            {
                ["source"] = Encoding.UTF8.GetString(texts[i]),
                ["target"] = Encoding.UTF8.GetString(transduction.Tokens.Decode(answer.Symbols)),
                ["log_probability"] = Session.Number(answer.LogProbability),
                ["ended"] = answer.HasEnded,
            }))]);
        session.Answer($"{(output is null ? "" : $"{output}: ")}{flat.Length} {(flat.Length == 1 ? "target" : "targets")} of {sources.Length} {(sources.Length == 1 ? "source" : "sources")} in {ProgressDisplay.Duration(seconds)}", json);
        return 0;
    }

    static byte[][] Lines(string file)
    {
        if (!File.Exists(file)) throw new UsageException($"--prompt @{file}: there is no file {file}; a source that begins with @ is written @@{file}");
        byte[] bytes;
        try
        {
            if (new FileInfo(file).Length > LargestFile) throw new UsageException($"{file} has more than {LargestFile} bytes; cut it");
            bytes = RegularFile.ReadAllBytes(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{file} cannot be read: {fault.Message}");
        }
        var lines = new List<byte[]>();
        for (int from = 0, next; from < bytes.Length; from = next)
        {
            var end = bytes.AsSpan(from).IndexOf((byte)'\n');
            next = end < 0 ? bytes.Length : from + end + 1;
            var line = bytes.AsSpan(from, (end < 0 ? bytes.Length : from + end) - from);
            if (line is [.., (byte)'\r']) line = line[..^1];
            if (line.Contains((byte)'\t')) throw new UsageException($"line {lines.Count + 1} of {file} has a tab, and a source has none; give sources alone, and pairs to score");
            lines.Add(line.ToArray());
        }
        return lines.Count > 0 ? [.. lines] : throw new UsageException($"{file} is empty, and has no source");
    }
}
