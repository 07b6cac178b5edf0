using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>Keeps a part of an item and draws the rest, several times.</summary>
static class ItemCompleting
{
    const int MostCompletions = 10_000;

    public static readonly Option<string?> Keep = Options.Text("--keep", "What is known: of a picture top (if not given), bottom, left, right, the first N positions, or a mask picture (white is known); of text all (if not given), half, or the first N bytes; of sound half (if not given), all, or the first N samples", "WHAT");
    public static readonly Option<int?> Item = Options.Whole("--item", "Which item of a data set: of the test part of data that the model was trained on, else of all; 0 if not given", least: 0);
    public static readonly Option<string[]> Set = Options.Settings("A data key, to change the model's own preprocessing; repeatable");

    /// <param name="result">What was asked for.</param>
    /// <param name="session">Where answers go.</param>
    /// <param name="checkpoint">The model.</param>
    /// <param name="modelPath">Its file.</param>
    /// <param name="source">The data.</param>
    /// <param name="extend">Of sequences whose beginning is kept, how long a completed one is, given how much is kept and the item's length; null: items keep their size.</param>
    public static int Run(ParseResult result, Session session, Checkpoint checkpoint, string modelPath, string source, Func<int, int, int>? extend = null)
    {
        var (modality, tokens) = (ModelFile.Modality(checkpoint), ModelFile.Tokens(checkpoint));
        var count = result.GetValue(DrawingOptions.Count) ?? 6;
        if (count > MostCompletions) throw new UsageException($"--count {count} is more than a sheet has room for; use at most {MostCompletions}");
        var label = result.GetValue(DrawingOptions.Label) is { } text ? ModelFile.Label(checkpoint, text) : -1;
        var output = OutputName.Of(modality).Choose(result.GetValue(DrawingOptions.Out), $"{DefaultName.Stem(modelPath)}-completions", session);
        using var outputs = new Outputs(session.Remark, session.Force, modelPath, source, result.GetValue(Keep));
        outputs.Claim(output);
        var options = ModelFile.WholeItems(checkpoint, Options.Pairs(result.GetValue(Set)));
        using var data = session.Open(source, options, checkpoint);
        var split = ItemChoice.Of(checkpoint, data).Split;
        var index = result.GetValue(Item) ?? 0;
        if (index >= split.Count) throw new UsageException($"--item {index} is not there; {data.Name} has {split.Count} {split.Name} items, counted from 0");

        ModelFile.RequireFit(checkpoint, split.SpaceOf(index), split.ItemName(index));
        var (model, space) = (checkpoint.Density, split.SpaceOf(index));
        var known = modality.Known(result.GetValue(Keep) ?? modality.Kept, space);
        var item = new int[space.Dimensions];
        split.Read(index, item);
        if (extend is not null)
        {
            var kept = known.Count(isKnown => isKnown);
            space = space with { Width = extend(kept, space.Width) };
            Array.Resize(ref item, space.Width);
            Array.Resize(ref known, space.Width);
        }
        if (model.Classes > 0 && label < 0)
        {
            if (split.Label(index) >= 0) ModelFile.RequireLabels(checkpoint, data);
            label = split.Label(index) >= 0 ? split.Label(index) : throw new UsageException("the model needs a label and the item has none; say which with --label");
        }
        var temperature = (float)(result.GetValue(DrawingOptions.Temperature) ?? 1);
        var isExact = Walk.IsExact(model, known, space);
        if (!isExact)
            session.Warn($"note        {model.Config.Name} draws in its own order, in which some of what is known comes late: it is kept, but earlier draws do not take it into account");

        if (session.Json) WarmUp.Walks(model, count, session.Threads, session.Cancellation);
        var clock = Stopwatch.StartNew();
        int[]? labels = label < 0 ? null : [.. Enumerable.Repeat(label, count)];
        var items = session.Watch(display => Walk.Complete(model, item, known, count, session.Seed, labels, temperature, session.Threads, space,
            share => display.Update(share, $"completing, {ProgressDisplay.Duration(clock.Elapsed.TotalSeconds * (1 / share - 1))} left"), session.Cancellation, sources: model.Space.Source == 0 ? null : [.. Enumerable.Repeat(split.Source(index), count)]));
        var seconds = clock.Elapsed.TotalSeconds;

        AtomicFile.Write(output, session.Force, modality.Completions(item, known, items, space, tokens).Write);
        var drawn = (long)count * known.Count(isKnown => !isKnown);
        session.Answer($"{output}: {(extend is null ? "the original, what is kept, and " : "")}{count} completions; {ProgressDisplay.Duration(seconds)}", new JsonObject
        {
            ["output"] = output,
            ["seconds"] = Session.Number(seconds),
            ["symbols_per_second"] = Session.Number((double)count * known.Length / seconds),
            ["count"] = count,
            ["drawn_symbols"] = drawn,
            ["exact"] = isExact && temperature == 1,
        });
        return 0;
    }
}
