using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>score: how likely a model finds every item of a data set, and where each item surprises it.</summary>
static class ScoreVerb
{
    const int MostMaps = 10_000;

    static readonly Argument<string> Model = Options.Argument("MODEL", "A trained model");
    static readonly Argument<string> Data = Options.Argument("DATA", "A known name or a path");
    static readonly Option<string?> SplitName = Options.Text("--split", "train, validation, test or all; test if the model was trained on these data, else all", "S");
    static readonly Option<string[]> Set = Options.Settings("A data key, to change the model's own preprocessing; repeatable");
    static readonly Option<string?> Out = Options.Text("--out", "Table of items, or - for stdout; runs/MODEL-DATA-scores.csv if not given", "FILE");
    static readonly Option<string?> Map = Options.Folder("--map", "Write each item beside a map of its surprise into this folder");
    static readonly Option<int?> Limit = Options.Whole("--limit", "Only N items, drawn evenly over all");

    public static Verb Create() => new("score", "Log-likelihood of every item, in nats and bits per dimension",
        ["score digits.likely mnist --split test", "score digits.likely scans/ --set size=28x28 gray=true --out scans.csv --map maps/ --limit 100"],
        [Model, Data, SplitName, Set, Out, Map, Limit], Run);

    static int Run(ParseResult result, Session session)
    {
        var (modelPath, source) = (result.GetRequiredValue(Model), result.GetRequiredValue(Data));
        var checkpoint = ModelFile.Read(modelPath);
        var options = ModelFile.WholeItems(checkpoint, Options.Pairs(result.GetValue(Set)));
        var splitName = result.GetValue(SplitName);
        ItemChoice.RequireKnown(splitName);
        var suffix = splitName is null or "test" ? "" : $"-{splitName}";
        var output = OutputName.Table.Choose(result.GetValue(Out), $"{DefaultName.Stem(modelPath)}-{DefaultName.Stem(source)}{suffix}-scores", session);
        using var outputs = new Outputs(session.Remark, session.Force, modelPath, source);
        if (output != OutputName.Stdout) outputs.Claim(output);
        using var data = session.Open(source, options, checkpoint);
        ModelFile.RequireLabels(checkpoint, data);
        var choice = ItemChoice.Of(checkpoint, data, splitName);
        var split = choice.Split.Sample(result.GetValue(Limit) ?? int.MaxValue);
        var count = split.Count;
        var maps = result.GetValue(Map) is { } folder ? new SurpriseMaps(folder, split, count, checkpoint.Model, data.Modality, data.Tokens, outputs) : null;
        if (maps is not null && count > MostMaps) throw new UsageException($"--map would write {count} pictures; say how many with --limit N, at most {MostMaps}");
        var groups = Group(checkpoint, split, count);
        session.Say($"items       {count} of {data.All.Count}{(count < choice.Split.Count ? $", drawn evenly from {choice.Split.Count}" : "")}{choice.Reason}");
        if (checkpoint.Model.Members > 1) session.Say($"note        an ensemble of {checkpoint.Model.Members}: the average of the members' probabilities of whole items");
        var nats = new double[count];
        var (dimensions, archived) = (0L, 0.0);
        var done = 0;
        var clock = Stopwatch.StartNew();
        session.Watch(display =>
        {
            foreach (var (space, items) in groups)
            {
                var coded = new double[items.Length];
                var model = checkpoint.Model;
                if (Evaluation.MemoryOf(model, space, session.Threads) is > 1_000_000_000 and var bytes) display.Line($"note        scoring {space.Height}x{space.Width} takes up to {MachineMemory.Text(bytes)} of memory");
                var scores = Evaluation.Score(model, split, session.Threads, items: items, coded: coded, space: space, each: (index, _, symbols) =>
                {
                    session.Cancellation.ThrowIfCancellationRequested();
                    maps?.Keep(index, symbols);
                    var now = Interlocked.Increment(ref done);
                    if (now % 16 == 0) display.Update((double)now / count, $"scoring, {ProgressDisplay.Duration(clock.Elapsed.TotalSeconds * (count - now) / now)} left");
                });
                for (var i = 0; i < items.Length; i++) nats[items[i]] = scores[i];
                foreach (var item in coded) archived += item;
                dimensions += (long)space.Dimensions * items.Length;
            }
            return 0;
        });
        var seconds = clock.Elapsed.TotalSeconds;
        if (nats.Count(score => !double.IsFinite(score)) is > 0 and var lost) throw new NotFiniteNumberException(
            $"{lost} of {count} items have no finite score, such as {split.ItemName(Array.FindIndex(nats, score => !double.IsFinite(score)))}, and nothing was written; the weights of {modelPath} are too large, from training at too high a rate or a damaged file");

        using var files = new OutputSet(session.Remark, session.Force);
        if (output != OutputName.Stdout) files.Write(output, stream =>
        {
            using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
            Write(writer, split, nats, data.ClassNames);
        });
        maps?.Write(files, nats, session.Cancellation);
        files.Complete();
        maps?.RemoveStale();
        if (output == OutputName.Stdout) session.Stream(writer => Write(writer, split, nats, data.ClassNames));
        var total = Evaluation.Mean(nats) * count;
        var (bits, codedBits) = (total / (dimensions * 0.693147180559945309), archived / (dimensions * 0.693147180559945309));
        session.Answer($"""
            {count} of {data.All.Count} items of {data.Name} ({split.Name}): {total / count:0.0000} nats each, {bits:0.00000} bits/dim{(checkpoint.Model.Members > 1 ? $"; in an archive {codedBits:0.00000}, by the likeliest member and its number" : "")}
            each item is {(output == OutputName.Stdout ? "above" : $"in {output}")}{(maps is null ? "" : $", its map in {maps.Folder}: -log p of every position from black, 0, to the brightest, {maps.High:0.00} nats and more")}
            """, new JsonObject
        {
            ["count"] = count,
            ["nats_per_example"] = Session.Number(total / count),
            ["bits_per_dim"] = Session.Number(bits),
            ["archive_bits_per_dim"] = Session.Number(codedBits),
            ["dims"] = dimensions,
            ["seconds"] = Session.Number(seconds),
            ["split"] = split.Name,
            ["of"] = data.All.Count,
            ["trained_on"] = Session.Number(choice.TrainedShare),
            ["output"] = output,
            ["maps"] = maps?.Folder,
            ["map_highest_nats"] = Session.Number(maps?.High),
        });
        return 0;
    }

    /// <summary>The first items of a split by their size.</summary>
    /// <exception cref="UsageException">An item does not fit the model, or has no label where the model needs one.</exception>
    public static List<(Space Space, int[] Items)> Group(Checkpoint checkpoint, Split split, int count)
    {
        var groups = new Dictionary<Space, List<int>>();
        for (var i = 0; i < count; i++)
        {
            var space = split.SpaceOf(i);
            ModelFile.RequireFit(checkpoint, space, $"{split.ItemName(i)}");
            if (checkpoint.Model.Classes > 0 && split.Label(i) < 0) throw new UsageException($"{split.ItemName(i)} has no label, and the model tells p(x | label)");
            var key = space;
            if (!groups.TryGetValue(key, out var items)) groups[key] = items = [];
            items.Add(i);
        }
        return [.. groups.Select(group => (group.Key, group.Value.ToArray()))];
    }

    static void Write(TextWriter writer, Split split, double[] nats, IReadOnlyList<string> classNames)
    {
        writer.WriteLine("index,name,label,nats,bits_per_dim");
        for (var i = 0; i < nats.Length; i++)
        {
            var label = split.Label(i);
            var bits = Evaluation.BitsPerDimension(nats[i], split.SpaceOf(i));
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{split.Number(i)},{Quote(split.ItemName(i))},{(label < 0 ? "" : Quote(classNames[label]))},{nats[i]:R},{bits:R}"));
        }
    }

    /// <summary>A cell of a table.</summary>
    public static string Quote(string text) => text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"")}\"";
}
