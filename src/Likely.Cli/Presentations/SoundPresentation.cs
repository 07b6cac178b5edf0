using System.CommandLine;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>Sound: as long as one likes, or as what it is given lasts, drawn side by side into one WAV file, with pauses, and each into a file of its own; or going on from the beginning of another.</summary>
sealed class SoundPresentation : Presentation
{
    const double Usual = 2, Longest = 24 * 3600; // seconds
    const int UsualCount = 4;

    public static readonly Option<double?> Seconds = Options.Number("--seconds", $"Of sound: seconds to draw, {Usual} if neither they nor --length are given (of complete: to the end of the item)", Longest);

    public override IReadOnlyList<Option> ForSample { get; } = [TextDrawing.Length, Seconds, DrawingOptions.Count, DrawingOptions.Label, DrawingOptions.Temperature, DrawingOptions.Out, DrawingOptions.Each];

    public override IReadOnlyList<Option> ForComplete { get; } = [ItemCompleting.Keep, ItemCompleting.Item, ItemCompleting.Set, TextDrawing.Length, Seconds, DrawingOptions.Count, DrawingOptions.Label, DrawingOptions.Temperature, DrawingOptions.Out];

    public override int Sample(ParseResult result, Session session, Checkpoint checkpoint, string model)
    {
        var space = checkpoint.Density.Space;
        RequireOwn(result, checkpoint, space.Source > 0 ? [.. ForSample, SequencePresentation.Prompt] : ForSample);
        var classes = checkpoint.Density.Classes;
        var count = classes is > 1 and <= 16 && result.GetValue(DrawingOptions.Label) is null ? classes : UsualCount;
        if (space.Source == 0) return ItemSampling.Run(result, session, checkpoint, model, (count, space with { Width = Drawn(result, checkpoint) ?? (int)(Usual * Rate(checkpoint)) }));
        var prompt = TextPrompt.Of(SequencePresentation.Prompt.Name, result.GetValue(SequencePresentation.Prompt)
            ?? throw new UsageException($"the model draws sounds given the symbols beside them: give those by --prompt SYMBOLS, or a file such as it was trained beside by --prompt @FILE.{DataOptions.FromCanonical(checkpoint.Preprocessing).Beside}"));
        using var shown = new MemoryStream();
        if (prompt.File is null) prompt.CopyTo(shown.Write);
        var given = prompt.File is { } file ? SourceFile.Read(file) : SourceFile.Symbols(shown.ToArray(), SequencePresentation.Prompt.Name);
        return ItemSampling.Run(result, session, checkpoint, model, (count, space with { Width = Drawn(result, checkpoint) ?? (int)Math.Min(checkpoint.Density.Config.Lasts(given.Length)!.Value, TextDrawing.LongestLength) }), given, prompt.File);
    }

    public override int Complete(ParseResult result, Session session, Checkpoint checkpoint, string model, string input)
    {
        RequireOwn(result, checkpoint, ForComplete);
        var drawn = Drawn(result, checkpoint);
        return ItemCompleting.Run(result, session, checkpoint, model, input, (kept, length) => drawn is { } own ? kept + own : kept < length ? length : kept + (int)(Usual * Rate(checkpoint)));
    }

    static int Rate(Checkpoint checkpoint) => ((SampleTokens)ModelFile.Tokens(checkpoint)!).Rate;

    // Samples asked for.
    static int? Drawn(ParseResult result, Checkpoint checkpoint)
    {
        var (length, seconds) = (result.GetValue(TextDrawing.Length), result.GetValue(Seconds));
        if (length is not null && seconds is not null) throw new UsageException("--length counts samples and --seconds seconds; give one of them");
        return length ?? (seconds is { } given ? (int)Math.Clamp(given * Rate(checkpoint), 1, TextDrawing.LongestLength) : null);
    }
}
