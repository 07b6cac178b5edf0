using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>probe --retrieval: how well items find those that share a label with them, by their codes and, of models of features, by the rows that the codes are made of.</summary>
static class RetrievalProbe
{
    public static readonly Option<bool> Retrieves = Options.Flag("--retrieval", "How well items find those that share a label, instead: precision and recall of what is nearest by codes and, of models of features, by the rows themselves");
    public static readonly Option<string?> Among = Options.Text("--among", "With --retrieval, where test items look: test, the other test items, if nothing is said; or train", "S");
    public static readonly Option<string?> Distance = Options.Text("--distance", "With --retrieval: cosine, euclidean, or hamming for codes of bits, which is taken for those if nothing is said, and else cosine", "D");

    public static readonly Option<int?> Radius = Options.Whole("--radius", "With --retrieval and a model of features whose codes are bits: also how well the rows of those items find each other that are at most N bits away, the others after them", most: 64);

    static readonly double[] Shown = [0.1, 0.2, 0.5, 0.8, 1];

    /// <summary>Whether retrieval is to be measured.</summary>
    /// <param name="result">What was asked for.</param>
    /// <param name="others">Options that have no part in it.</param>
    /// <exception cref="UsageException">Options do not go together.</exception>
    public static bool IsAsked(ParseResult result, params Option[] others)
    {
        var isAsked = result.GetValue(Retrieves);
        Option[] useless = isAsked ? others : [Among, Distance, Radius];
        if (useless.FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } wrong) throw new UsageException(isAsked ? $"{wrong.Name} has no part in --retrieval; leave it out" : $"{wrong.Name} is for --retrieval; give that too, or leave it out");
        _ = IsAmongTraining(result);
        _ = DistanceOf(result);
        return isAsked;
    }

    static bool IsAmongTraining(ParseResult result) => result.GetValue(Among) switch
    {
        null or "test" => false,
        "train" => true,
        var unknown => throw new UsageException($"--among {unknown} is unknown; use test or train"),
    };

    static CodeDistance? DistanceOf(ParseResult result) => result.GetValue(Distance) switch
    {
        null => null,
        "cosine" => CodeDistance.Cosine,
        "euclidean" => CodeDistance.Euclidean,
        "hamming" => CodeDistance.Hamming,
        var unknown => throw new UsageException($"--distance {unknown} is unknown; use cosine, euclidean or hamming"),
    };

    /// <summary>Measures how well queries find each other, or training items.</summary>
    public static int Run(ParseResult result, Session session, Checkpoint checkpoint, Encoder encoder, Split training, Split queries, string output, string title)
    {
        var (items, distance) = (IsAmongTraining(result) ? training : queries, DistanceOf(result));
        if (queries.Count == 0 || items.Count < 2) throw new UsageException($"{title} has {(queries.Count == 0 ? "no test items" : "too few items to find any")}; hold some out with --set test=0.1, or name others with --test");
        var isSame = ReferenceEquals(queries, items);
        var (asked, found) = (Codes(queries), isSame ? null : Codes(items));
        var byCode = Measure(asked, found ?? asked, distance, "codes");
        Retrieval? byRow = null, byBoth = null;
        var radius = result.GetValue(Radius);
        if (radius is not null && (byCode.Distance != CodeDistance.Hamming || checkpoint.Model is not FeatureModel)) throw new UsageException("--radius is of codes of bits that a model of features makes; leave it out");
        long rowBytes = sizeof(float) * (long)checkpoint.Model.Space.Dimensions * (queries.Count + (isSame ? 0 : items.Count));
        if (checkpoint.Model is FeatureModel)
        {
            if (rowBytes / sizeof(float) > Array.MaxLength || !MachineMemory.Fits(4 * rowBytes)) session.Warn("warning     the rows themselves are too many to be compared beside the codes; fewer are with --set limit=");
            else
            {
                var rows = Rows(queries);
                var others = isSame ? rows : Rows(items);
                byRow = Measure(rows, others, CodeDistance.Cosine, "rows");
                if (radius is { } near) byBoth = session.Watch(display => Retrieval.Of(rows, others, CodeDistance.Cosine, new ShortList(asked, found ?? asked, near), session.Threads, share => display.Update(share, "comparing rows of the short lists"), session.Cancellation));
            }
        }
        List<(string Name, Retrieval Result)> results = [(Named(encoder.Name, byCode), byCode), .. byRow is null ? ((string, Retrieval)[])[] : [(Named("the rows themselves", byRow), byRow)], .. byBoth is null ? ((string, Retrieval)[])[] : [(Named($"rows at most {radius} bits away", byBoth), byBoth)]];
        Page(title, results, queries.Count, items.Count).Write(output, session.Force);
        session.Say($"items       {byCode.Queries} of {queries.Count} queries have one to find, each among {(isSame ? items.Count - 1 : items.Count)} {(isSame ? "others" : "items")}; {encoder.Width} numbers of {encoder.Name}");
        session.Answer(string.Join('\n', results.Select(pair => $"{"retrieval",-11} {Line(pair.Name, pair.Result)}").Append($"{"chance",-11} {Percent(byCode.Chance)}").Append($"{"curves",-11} {output}")), new JsonObject
        {
            ["queries"] = byCode.Queries,
            ["items"] = items.Count,
            ["layer"] = encoder.Name,
            ["width"] = encoder.Width,
            ["chance"] = Session.Number(byCode.Chance),
            ["codes"] = Json(byCode),
            ["rows"] = byRow is null ? null : Json(byRow),
            ["short_list"] = byBoth is null ? null : Json(byBoth),
            ["radius"] = radius,
            ["output"] = output,
        });
        return 0;

        Retrieval Measure(LabelledCodes from, LabelledCodes to, CodeDistance? by, string what) =>
            session.Watch(display => Retrieval.Of(from, to, by, null, session.Threads, share => display.Update(share, $"comparing {what}"), session.Cancellation));

        LabelledCodes Codes(Split split)
        {
            CodeOptions.RequireFit(checkpoint, split);
            var (values, at) = (new float[checked(split.Count * encoder.Width)], 0);
            CodeOptions.Encode(encoder, split, session, some =>
            {
                some.CopyTo(values, at);
                at += some.Length;
            });
            return new LabelledCodes(values, encoder.Width, LabelsOf(split));
        }
    }

    static LabelledCodes Rows(Split split)
    {
        var rows = new SplitRows(split);
        var values = new float[split.Count * rows.Space.Dimensions];
        rows.Read(0, values);
        return new LabelledCodes(values, rows.Space.Dimensions, LabelsOf(split));
    }

    static IReadOnlyList<int>[] LabelsOf(Split split) => [.. Enumerable.Range(0, split.Count).Select(split.Labels)];

    static string Named(string name, Retrieval result) => $"{name} by {result.Distance switch { CodeDistance.Hamming => "Hamming distance", CodeDistance.Euclidean => "squared distance", _ => "cosine" }}";

    static string Line(string name, Retrieval result) =>
        $"{name}: mean average precision {Percent(result.MeanAveragePrecision)}; precision {string.Join(", ", result.AtRecall.Where(point => Shown.Contains(point.Recall)).Select(point => $"{Percent(point.Precision)} at recall {Percent(point.Recall, "0")}"))}";

    static string Percent(double share, string format = "0.0") => (100 * share).ToString(format, CultureInfo.InvariantCulture) + " %";

    static JsonObject Json(Retrieval result) => new()
    {
        ["distance"] = result.Distance.ToString().ToLowerInvariant(),
        ["map"] = Session.Number(result.MeanAveragePrecision),
        ["at_recall"] = new JsonArray([.. result.AtRecall.Select(point => (JsonNode)new JsonObject { ["recall"] = Session.Number(point.Recall), ["precision"] = Session.Number(point.Precision) })]),
        ["at_count"] = new JsonArray([.. result.AtCount.Select(point => (JsonNode)new JsonObject { ["count"] = point.Count, ["precision"] = Session.Number(point.Precision), ["recall"] = Session.Number(point.Recall) })]),
        ["at_radius"] = new JsonArray([.. result.AtRadius.Select(point => (JsonNode)new JsonObject { ["radius"] = point.Radius, ["count"] = Session.Number(point.Count), ["precision"] = Session.Number(point.Precision), ["recall"] = Session.Number(point.Recall) })]),
    };

    static Report Page(string title, List<(string Name, Retrieval Result)> results, int queries, int items)
    {
        var page = new Report($"Retrieval: {title}", $"{results[0].Result.Queries} of {queries} queries among {items} items; relevant is what shares a label; an order by chance has precision {Percent(results[0].Result.Chance)}")
            .Curve("Precision and recall", [.. results.Select(pair => (pair.Name, (IReadOnlyList<(double, double)>)[.. pair.Result.AtRecall]))], "recall", "precision")
            .Table(["recall", .. results.Select(pair => $"precision, {pair.Name}")], [.. results[0].Result.AtRecall.Select((point, i) => (IReadOnlyList<string>)[Text(point.Recall), .. results.Select(pair => Text(pair.Result.AtRecall[i].Precision))])])
            .Table(["nearest", .. results.Select(pair => $"precision, {pair.Name}")], [.. results[0].Result.AtCount.Select((point, i) => (IReadOnlyList<string>)[point.Count.ToString(CultureInfo.InvariantCulture), .. results.Select(pair => Text(pair.Result.AtCount[i].Precision))])]);
        var radii = results[0].Result.AtRadius;
        return radii.Count == 0 ? page : page.Table(["bits away", "items", "precision of them all", "recall"], [.. radii.Select(point => (IReadOnlyList<string>)[point.Radius.ToString(CultureInfo.InvariantCulture), Text(point.Count), double.IsNaN(point.Precision) ? "-" : Text(point.Precision), Text(point.Recall)])]);

        static string Text(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
    }
}
