using System.CommandLine;

namespace Likely.Cli;

/// <summary>Items of one size, such as pictures: drawn whole onto sheets, or a part of one kept and the rest drawn.</summary>
sealed class ItemPresentation : Presentation
{
    public override IReadOnlyList<Option> ForSample { get; } = [DrawingOptions.Count, DrawingOptions.Label, DrawingOptions.Temperature, DrawingOptions.Out, DrawingOptions.Each];

    public override IReadOnlyList<Option> ForComplete { get; } = [ItemCompleting.Keep, ItemCompleting.Item, ItemCompleting.Set, DrawingOptions.Count, DrawingOptions.Label, DrawingOptions.Temperature, DrawingOptions.Out];

    public override int Sample(ParseResult result, Session session, Checkpoint checkpoint, string model)
    {
        RequireOwn(result, checkpoint, ForSample);
        return ItemSampling.Run(result, session, checkpoint, model);
    }

    public override int Complete(ParseResult result, Session session, Checkpoint checkpoint, string model, string input)
    {
        RequireOwn(result, checkpoint, ForComplete);
        return ItemCompleting.Run(result, session, checkpoint, model, input);
    }
}
