using System.CommandLine;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>Sound: as long as one likes, drawn side by side into one WAV file, with pauses, and each into a file of its own; or going on from the beginning of another.</summary>
sealed class SoundPresentation : Presentation
{
    const double Usual = 2, Longest = 24 * 3600; // seconds
    const int UsualCount = 4;

    public static readonly Option<double?> Seconds = Options.Number("--seconds", $"Of sound: seconds to draw, {Usual} if neither they nor --length are given (of complete: to the end of the item)", Longest);

    public override IReadOnlyList<Option> ForSample { get; } = [TextDrawing.Length, Seconds, DrawingOptions.Count, DrawingOptions.Label, DrawingOptions.Temperature, DrawingOptions.Out, DrawingOptions.Each];

    public override IReadOnlyList<Option> ForComplete { get; } = [ItemCompleting.Keep, ItemCompleting.Item, ItemCompleting.Set, TextDrawing.Length, Seconds, DrawingOptions.Count, DrawingOptions.Label, DrawingOptions.Temperature, DrawingOptions.Out];

    public override int Sample(ParseResult result, Session session, Checkpoint checkpoint, string model)
    {
        RequireOwn(result, checkpoint, ForSample);
        var classes = checkpoint.Density.Classes;
        var count = classes is > 1 and <= 16 && result.GetValue(DrawingOptions.Label) is null ? classes : UsualCount;
        return ItemSampling.Run(result, session, checkpoint, model, (count, checkpoint.Density.Space with { Width = Drawn(result, checkpoint) ?? (int)(Usual * Rate(checkpoint)) }));
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
