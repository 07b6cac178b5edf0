using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>Draws new items of the size that their kind shows, or of another, onto one sheet, and each into a file of its own.</summary>
static class ItemSampling
{
    public static int Run(ParseResult result, Session session, Checkpoint checkpoint, string source, (int Count, Space Item)? wanted = null, int[]? given = null, string? file = null)
    {
        var (model, modality, tokens) = (checkpoint.Density, ModelFile.Modality(checkpoint), ModelFile.Tokens(checkpoint));
        var (usual, space) = wanted ?? modality.SheetOf(model.Space);
        var count = result.GetValue(DrawingOptions.Count) ?? usual;
        var label = result.GetValue(DrawingOptions.Label) is { } text ? ModelFile.Label(checkpoint, text) : (int?)null;
        var temperature = (float)(result.GetValue(DrawingOptions.Temperature) ?? 1);
        var output = OutputName.Of(modality).Choose(result.GetValue(DrawingOptions.Out), $"{DefaultName.Stem(source)}-samples", session);
        using var outputs = new Outputs(session.Remark, session.Force, source, file);
        outputs.Claim(output);
        string[] each = result.GetValue(DrawingOptions.Each) is { } folder ? [.. Enumerable.Range(0, count).Select(i => Path.Combine(folder, $"{i:00000}{modality.Extension}"))] : [];
        if (each.Length > 0) outputs.Claim(result.GetValue(DrawingOptions.Each)!, each);
        if ((long)count * space.Dimensions > ImageGrid.LargestSheet / 4)
            throw new UsageException($"a sheet of {count} samples of {space} would be too large; draw at most {Math.Max(1, ImageGrid.LargestSheet / 4 / space.Dimensions)} with --count");
        var labels = label is { } one ? [.. Enumerable.Repeat(one, count)] : (int[]?)null;

        if (session.Json) WarmUp.Walks(model, count, session.Threads, session.Cancellation);
        var clock = Stopwatch.StartNew();
        var items = session.Watch(display => Walk.Sample(model, count, session.Seed, labels, temperature, session.Threads, space,
            share => display.Update(share, $"sampling, {ProgressDisplay.Duration(clock.Elapsed.TotalSeconds * (1 / share - 1))} left"), session.Cancellation, given is null ? null : Enumerable.Repeat(given, count).ToArray()));
        var seconds = clock.Elapsed.TotalSeconds;

        var columns = label is null && model.Classes is > 1 and <= 16 && count % model.Classes == 0 ? model.Classes : (int?)null;
        using var files = new OutputSet(session.Remark, session.Force);
        files.Write(output, modality.Sheet(items, space, tokens, columns).Write);
        for (var i = 0; i < each.Length; i++)
        {
            session.Cancellation.ThrowIfCancellationRequested();
            files.Write(each[i], modality.Single(items[i], space, tokens).Write);
        }
        files.Complete();
        var rate = (double)count * space.Dimensions / seconds;
        session.Answer($"{output}: {count} {(count == 1 ? "sample" : "samples")} in {ProgressDisplay.Duration(seconds)}", new JsonObject
        {
            ["output"] = output,
            ["count"] = count,
            ["seconds"] = Session.Number(seconds),
            ["symbols_per_second"] = Session.Number(rate),
            ["samples_per_second"] = Session.Number(count / seconds),
        });
        return 0;
    }
}
