using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Likely.Files;

namespace Likely.Cli;

/// <summary>The likeliest texts that go on from a prompt, behind it: one, or with --n-best several under their log p.</summary>
static class TextSearch
{
    const int UsualLength = 100;

    /// <summary>The options it takes besides the prompt.</summary>
    public static IReadOnlyList<Option> All { get; } = [DrawingOptions.Beam, DrawingOptions.Best];

    /// <summary>Options of what is drawn alone.</summary>
    public static Option[] NotFor { get; } = [DrawingOptions.Count, DrawingOptions.Temperature, TextDrawing.TopK, TextDrawing.TopP, TextDrawing.MinP];

    /// <summary>The beginnings to keep, if a search is asked for; null: texts are drawn.</summary>
    /// <param name="result">The options.</param>
    /// <param name="drawing">Those that are for what is drawn alone.</param>
    /// <exception cref="UsageException">They contradict each other.</exception>
    public static int? BeamOf(ParseResult result, params Option[] drawing)
    {
        var best = result.GetValue(DrawingOptions.Best);
        var beam = result.GetValue(DrawingOptions.Beam) ?? best;
        if (best > beam) throw new UsageException($"--n-best {best} is more than --beam {beam} keeps");
        foreach (var option in drawing)
            if (beam is not null && result.GetResult(option) is { Implicit: false }) throw new UsageException($"{option.Name} is for what is drawn, and {(best is null ? "--beam" : "--n-best")} searches; leave one of them out");
        return beam;
    }

    public static int Run(ParseResult result, Session session, Checkpoint checkpoint, string model, TextPrompt prompt, int beam)
    {
        var (length, best) = (result.GetValue(TextDrawing.Length) ?? UsualLength, result.GetValue(DrawingOptions.Best) ?? 1);
        var label = result.GetValue(DrawingOptions.Label) is { } text ? ModelFile.Label(checkpoint, text) : 0;
        var output = result.GetValue(DrawingOptions.Out) is { } path && path != OutputName.Stdout && !FileStatus.Of(path).IsStandardOutput ? path : null;
        using var outputs = new Outputs(session.Remark, session.Force, model, prompt.File);
        if (output is not null) outputs.Claim(output);
        using var stream = prompt.Open();
        var clock = Stopwatch.StartNew();
        var (continuation, found) = session.Watch(display =>
        {
            var read = new Continuation(checkpoint, stream, label, CodeOptions.ClampsOf(result, checkpoint), bytes => display.Update((double)bytes / Math.Max(1, prompt.Length), "reading"), session.Cancellation);
            var done = 0;
            return (read, read.Search(beam, length, TextDrawing.StopsOf(result), _ => display.Update((double)++done / length, "searching"), session.Cancellation));
        });
        found = found[..Math.Min(found.Length, best)];
        var bytes = Array.ConvertAll(found, one => continuation.Tokens.Decode(one.Symbols));
        using var files = new OutputSet(session.Remark, session.Force);
        if (output is not null) files.Write(output, target =>
        {
            for (var i = 0; i < found.Length; i++) Write(i, target.Write);
        });
        files.Complete();
        for (var i = 0; i < found.Length && output is null && !session.Json; i++)
        {
            var echo = new TextEcho(session);
            Write(i, echo.Write);
            echo.End();
        }
        var json = new JsonObject { ["output"] = output, ["count"] = found.Length, ["seconds"] = Session.Number(clock.Elapsed.TotalSeconds), ["prompt_symbols"] = continuation.Given };
        if (output is null)
            json["texts"] = new JsonArray([.. found.Select((one, i) => (JsonNode)new JsonObject
            {
                ["text"] = Encoding.UTF8.GetString(bytes[i]),
                ["log_probability"] = Session.Number(one.LogProbability),
                ["ended"] = one.HasEnded,
            })]);
        session.Answer($"{(output is null ? "" : $"{output}: ")}{found.Length} {(found.Length == 1 ? "text" : "texts")} found in {ProgressDisplay.Duration(clock.Elapsed.TotalSeconds)}", json);
        return 0;

        // One of several under its log p.
        void Write(int index, Action<ReadOnlySpan<byte>> write)
        {
            if (best > 1) write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{(index == 0 ? "" : "\n")}--- {index + 1} of {found.Length}, log p {found[index].LogProbability:0.000000} ---\n")));
            prompt.CopyTo(write);
            write(bytes[index]);
            if (best > 1) write("\n"u8);
        }
    }
}
