using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Likely.Models;

namespace Likely.Cli;

/// <summary>score by a density of rows of numbers: nats of every row, whole.</summary>
static class RowScoring
{
    /// <summary>Scores the items of data, and answers.</summary>
    /// <param name="session">The run.</param>
    /// <param name="checkpoint">A model of features that is a density.</param>
    /// <param name="modelPath">Its file.</param>
    /// <param name="source">The data.</param>
    /// <param name="settings">Data keys that were given.</param>
    /// <param name="splitName">The part asked for, or null.</param>
    /// <param name="limit">The most items, or null.</param>
    /// <param name="given">What --out says.</param>
    public static int Run(Session session, Checkpoint checkpoint, string modelPath, string source, List<KeyValuePair<string, string>> settings, string? splitName, int? limit, string? given)
    {
        var model = (FeatureModel)checkpoint.Model;
        ItemChoice.RequireKnown(splitName);
        var output = OutputName.Table.Choose(given, $"{DefaultName.Stem(modelPath)}-{DefaultName.Stem(source)}{(splitName is null or "test" ? "" : $"-{splitName}")}-scores", session);
        using var outputs = new Outputs(session.Remark, session.Force, modelPath, source);
        if (output != OutputName.Stdout) outputs.Claim(output);
        using var data = session.Open(source, ModelFile.WholeItems(checkpoint, settings), checkpoint);
        var choice = ItemChoice.Of(checkpoint, data, splitName);
        var split = choice.Split.Sample(limit ?? int.MaxValue);
        CodeOptions.RequireFit(checkpoint, split);
        var count = split.Count;
        session.Say($"items       {count} of {data.All.Count}{split.DrawnFrom(choice.Split.Count)}{choice.Reason}");
        var (clock, done) = (Stopwatch.StartNew(), 0L);
        var nats = session.Watch(display => RowLikelihoods.Score(model, new SplitRows(split), session.Threads, more => display.Update((double)Interlocked.Add(ref done, more) / count, "scoring"), session.Cancellation));
        var seconds = clock.Elapsed.TotalSeconds;
        if (Array.FindIndex(nats, score => !double.IsFinite(score)) is >= 0 and var lost)
            throw new NotFiniteNumberException($"{split.ItemName(lost)} has no finite score, and nothing was written; it holds numbers that are not finite or far too large, or {modelPath} is damaged");
        if (output == OutputName.Stdout) session.Stream(writer => Write(writer, split, nats, data.ClassNames));
        else AtomicFile.Write(output, session.Force, stream =>
        {
            using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
            Write(writer, split, nats, data.ClassNames);
        });
        var (mean, error) = (Evaluation.Mean(nats), ((IRowDensity)model).LogError);
        // Of rows of zeros and ones p is a probability.
        double? bits = model.Space.Levels == 2 && model.Config is RbmConfig { Visible: "binary" } ? mean / (0.693147180559945309 * model.Space.Dimensions) : null;
        session.Answer(string.Create(CultureInfo.InvariantCulture, $"""
            {count} of {data.All.Count} items of {data.Name} ({split.Name}): {mean:0.0000} nats each{(double.IsInfinity(error) ? ", and how far off log Z is nobody knows, as one chain tells nothing of it" : error > 0 ? $", give or take {error:0.0000}" : "")}, {(bits is { } told ? $"{told:0.0000} bits per dimension" : "by a density of rows of numbers: -log p of the row as it is, which no bits per dimension are told of")}
            each item is {(output == OutputName.Stdout ? "above" : $"in {output}")}
            """), new JsonObject
        {
            ["count"] = count,
            ["nats_per_example"] = Session.Number(mean),
            ["bits_per_dim"] = bits is { } b ? Session.Number(b) : null,
            ["error_nats"] = Session.Number(error),
            ["dims"] = (long)count * model.Space.Dimensions,
            ["seconds"] = Session.Number(seconds),
            ["split"] = split.Name,
            ["of"] = data.All.Count,
            ["trained_on"] = Session.Number(choice.TrainedShare),
            ["output"] = output,
        });
        return 0;
    }

    static void Write(TextWriter writer, Split split, double[] nats, IReadOnlyList<string> classNames)
    {
        writer.WriteLine("index,name,label,nats");
        for (var i = 0; i < nats.Length; i++)
        {
            var label = split.Label(i);
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{split.Number(i)},{ScoreVerb.Quote(split.ItemName(i))},{(label < 0 ? "" : ScoreVerb.Quote(classNames[label]))},{nats[i]:R}"));
        }
    }
}
