using System.CommandLine;
using System.Globalization;

namespace Likely.Cli;

/// <summary>What goes on, such as text: drawn to the terminal as it comes, or into files byte for byte.</summary>
sealed class SequencePresentation : Presentation
{
    public static readonly Option<string?> Prompt = Options.Text("--prompt", "Text to begin with, or @FILE; @@ begins a text with @; of a model of pairs a source, or a file with one a line; of sound what lies beside it", "TEXT");

    public override IReadOnlyList<Option> ForSample { get; } = [Prompt, .. TextDrawing.All, .. TextSearch.All];

    public override IReadOnlyList<Option> ForComplete { get; } = [ItemCompleting.Keep, .. TextDrawing.All];

    public override int Sample(ParseResult result, Session session, Checkpoint checkpoint, string model)
    {
        RequireOwn(result, checkpoint, ForSample);
        var prompt = TextPrompt.Of(Prompt.Name, result.GetValue(Prompt) ?? "");
        return TextSearch.BeamOf(result, [.. TextSearch.NotFor, DrawingOptions.Each]) is { } beam ? TextSearch.Run(result, session, checkpoint, model, prompt, beam)
            : new TextDrawing(result, session, checkpoint, model).Run(prompt);
    }

    public override int Complete(ParseResult result, Session session, Checkpoint checkpoint, string model, string input)
    {
        RequireOwn(result, checkpoint, ForComplete);
        if (Directory.Exists(input)) throw new UsageException($"{input} is a folder; name a file to go on with");
        if (!File.Exists(input)) throw new UsageException($"there is no file {input}");
        var keep = result.GetValue(ItemCompleting.Keep) ?? "all";
        var length = new FileInfo(input).Length;
        var most = keep == "all" ? length : keep == "half" ? length / 2
            : long.TryParse(keep, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : throw new UsageException($"--keep {keep} is neither all, half, nor a number of bytes");
        if (most > length) throw new UsageException($"--keep {keep} is more than the {length} bytes of {input}");
        return new TextDrawing(result, session, checkpoint, model).Run(new TextPrompt(input, most, isShown: false));
    }
}
