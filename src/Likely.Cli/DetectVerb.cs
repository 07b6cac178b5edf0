using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Models;

namespace Likely.Cli;

/// <summary>detect: which items of a data set are not like those that a model has learned, how sure that is, and why.</summary>
static class DetectVerb
{
    const double UsualAlpha = 0.01;

    static readonly Argument<string> Model = Options.Argument("MODEL", "A trained density");
    static readonly Argument<string> Data = Options.Argument("DATA", "A known name or a path");
    static readonly Option<string[]> Others = new("--models") { Description = "More densities of the same items, which judge together with MODEL by the mean of their nats a dimension; each verdict says which of them spoke, by its file's name, if not NAME=FILE", HelpName = "FILE", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = true };
    static readonly Option<string?> Method = Options.Text("--method", "combined: whether the bits of the model, how they differ over an item, how far one label is ahead of the others where the model is told some, the bits of codes that know nothing of it and of the --background model are usual together, if nothing is said and there are enough normal items, some hundred, as half of them go into that; likelihood, if nothing is said and they are fewer, or there is no code: -log p(x) a dimension; typicality: both ends of it; complexity: bits of the model less bits of a code that knows nothing of it; ratio: bits of the model less bits of the --background model", "HOW");
    static readonly Option<string?> Background = Options.Text("--background", "For --method ratio, and combined: a model of the same kind of items that knows what is common to them and others", "MODEL");
    static readonly Option<double?> Alpha = Options.Number("--alpha", "Call abnormal what has at most this p-value, 0.01 if not given: of normal items it is called of at most that share", 1, valueName: "A");
    static readonly Option<double?> Fdr = Options.Number("--fdr", "Call abnormal as many as leave the share of false ones among them at Q, by Benjamini and Hochberg's q-values; instead of --alpha", 1, valueName: "Q");
    static readonly Option<string?> Outliers = Options.Text("--outliers", "Which labels are outliers in truth, by commas, or all; if not given, what is labelled outlier, anomaly or abnormal, or what is not labelled normal or good. Tables have labels by --set label=COLUMN", "LABELS");
    static readonly Option<string?> SplitName = Options.Text("--split", "train, validation, test or all; test if the model was trained on these data, else all", "S");
    static readonly Option<int?> Limit = Options.Whole("--limit", "Only N items: drawn evenly over all, and of data that come shuffled, as the known ones, the first");
    static readonly Option<string[]> Set = Options.Settings("A data key, to change the model's own preprocessing; repeatable");
    static readonly Option<string?> Out = Options.Text("--out", "Table of items, or - for stdout; runs/MODEL-DATA-verdicts.csv if not given", "FILE");
    static readonly Option<string?> Map = Options.Folder("--map", $"Write the most abnormal items, at most {AbnormalItems.MostMaps}, each with its surprise into this folder, as score does");
    static readonly Option<string?> ReportName = Options.Text("--report", "A page with the scores, curves if labels tell the truth, and the most abnormal items", "FILE");

    public static Verb Create() => new("detect", "Which items are not like those that the model has learned: p and q value, verdict and reason of each, beside held-out normal items",
        ["detect digits.likely scans/ --fdr 0.1 --report odd.html", "detect normal.likely parts/ --alpha 0.001 --map odd/", "detect logs.likely today.log --set items=lines --normal week.log --fdr 0.1", "detect letters.likely mnist --outliers all --method likelihood", "detect clouds.likely parts.csv --models ellipse.likely"],
        [Model, Data, Others, NormalItems.Normal, Method, Background, Alpha, Fdr, Outliers, SplitName, Limit, Set, Out, Map, ReportName], Run)
    { Further = () => $"Codes of --method complexity: {string.Join("; ", Modality.All.Where(modality => modality.Code is not null && modality != Modality.Pairs).GroupBy(modality => modality.Code!.Value.Words).Select(group => $"of {string.Join(" and ", group.Select(modality => modality.Title))} {group.Key}"))}." };

    static int Run(ParseResult result, Session session)
    {
        var source = result.GetRequiredValue(Data);
        DetectionMethod? asked = result.GetValue(Method) switch
        {
            null => null,
            "combined" => DetectionMethod.Combined,
            "likelihood" => DetectionMethod.Likelihood,
            "typicality" => DetectionMethod.Typicality,
            "complexity" => DetectionMethod.Complexity,
            "ratio" => DetectionMethod.Ratio,
            var unknown => throw new UsageException($"--method {unknown} is unknown; use combined, likelihood, typicality, complexity or ratio"),
        };
        var (fdr, backgroundPath, normalName) = (result.GetValue(Fdr), result.GetValue(Background), result.GetValue(NormalItems.Normal));
        if (fdr is not null && result.GetValue(Alpha) is not null) throw new UsageException("--alpha and --fdr exclude each other; give one of them");
        if (asked == DetectionMethod.Ratio && backgroundPath is null) throw new UsageException("--method ratio compares with another model; name it with --background MODEL");
        if (backgroundPath is not null && asked is not (null or DetectionMethod.Ratio or DetectionMethod.Combined)) throw new UsageException($"--background is for --method ratio or combined; leave it out");
        if (backgroundPath is not null && normalName is null) throw new UsageException("--background needs --normal DATA: how the background model finds the held-out items, the model's file does not keep");
        var alpha = result.GetValue(Alpha) ?? UsualAlpha;
        ItemChoice.RequireKnown(result.GetValue(SplitName));
        var models = NamedModels.Read([result.GetRequiredValue(Model), .. result.GetValue(Others) ?? []], "NAME");
        var (checkpoint, modelPath, isOne) = (models.Checkpoints[0], models.Paths[0], models.Paths.Count == 1);
        var background = backgroundPath is null ? null : ModelFile.Read(backgroundPath);
        var scorer = new EvidenceScorer(models.Checkpoints, background, session.Threads, models.Paths); // refuses what it cannot score by
        if (asked == DetectionMethod.Complexity && scorer.Code is null) throw new UsageException("--method complexity needs a code that knows nothing of the model, and there is none of rows of numbers or of tables; use --method likelihood");
        var (table, page, map) = (OutputName.Table.Choose(result.GetValue(Out), $"{DefaultName.Stem(modelPath)}-{DefaultName.Stem(source)}-verdicts", session), result.GetValue(ReportName), result.GetValue(Map));
        if (page is not null) OutputName.Page.Require(page, "--report");
        if (map is not null && !isOne) throw new UsageException("--map is not for several models, which find each position surprising in their own way; leave it out");
        if (map is not null && checkpoint.Model is not AutoregressiveModel { Members: 1 }) throw new UsageException($"--map is not for {(checkpoint.Model is AutoregressiveModel ? "an ensemble, whose members' probabilities are averaged over whole items" : "a density of rows of numbers")}, as no surprise of single positions is known; leave it out");
        using var outputs = new Outputs(session.Remark, session.Force, [.. models.Paths, source, normalName, backgroundPath]);
        if (table != OutputName.Stdout) outputs.Claim(table);
        if (page is not null) outputs.Claim(page);
        using var data = session.Open(source, ModelFile.WholeItems(checkpoint, Options.Pairs(result.GetValue(Set))), checkpoint);
        var choice = models.Choose(data, result.GetValue(SplitName));
        var split = choice.Split.Sample(result.GetValue(Limit) ?? int.MaxValue);
        models.RequireFit(split);
        var truth = OutlierLabels.Of(result.GetValue(Outliers), data, split);
        var clock = Stopwatch.StartNew();
        var (calibration, normalWords) = NormalItems.Of(session, models, data, split, normalName, normal => session.Watch(display => Measure(models, background, normal, session, display)));
        var detector = new Detector(models.Checkpoints, calibration, asked, fdr ?? alpha, background, models.Names); // no q is below the least p
        // Of what has no code and no background, combined is the likelihood alone.
        var method = (detector.Method == DetectionMethod.Combined && scorer.Code is null && background is null ? DetectionMethod.Likelihood : detector.Method).ToString().ToLowerInvariant();
        session.Say($"items       {split.Count} of {data.All.Count}{split.DrawnFrom(choice.Split.Count)}{choice.Reason}");
        session.Say($"normal      {normalWords}");
        if (asked is null && detector.Method != DetectionMethod.Combined) session.Say($"method      {method}, which holds items against all {detector.Test.Count} normal ones: half would go into the density of combined, the usual method, and what is left is too few; --method combined takes it all the same");
        WarnOfFew(session, detector, fdr);
        WarnOfSizes(session, checkpoint, data, split);
        clock.Restart();
        var verdicts = session.Watch(display => detector.Judge(split, session.Threads, share => display.Update(share, $"judging, {ProgressDisplay.Duration(clock.Elapsed.TotalSeconds * (1 / Math.Max(1e-9, share) - 1))} left"), session.Cancellation));
        var seconds = clock.Elapsed.TotalSeconds;
        var q = FalseDiscoveries.QValues([.. verdicts.Select(verdict => verdict.P)]);
        var flagged = new bool[verdicts.Length];
        for (var i = 0; i < flagged.Length; i++) flagged[i] = fdr is { } share ? q[i] <= share : verdicts[i].IsAbnormal;
        var ranking = Rank(detector, verdicts, truth);
        var found = new AbnormalItems(session, checkpoint, detector, split, data, verdicts, q, flagged);

        using var files = new OutputSet(session.Remark, session.Force);
        if (table != OutputName.Stdout) files.Write(table, stream =>
        {
            using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
            found.WriteTable(writer);
        });
        var maps = map is null ? null : found.WriteMaps(map, files, outputs);
        if (page is not null) files.Write(page, stream => stream.Write(Encoding.UTF8.GetBytes(new DetectionPage(detector, found, ranking, truth, $"{string.Join(" and ", models.Names)} of {data.Name}", normalWords, fdr).ToString())));
        files.Complete();
        maps?.RemoveStale();
        if (table == OutputName.Stdout) session.Stream(found.WriteTable);
        var (count, number) = (flagged.Count(one => one), CultureInfo.InvariantCulture);
        if (count == 0 && fdr is { } wanted && detector.LeastP <= wanted && Math.Ceiling(split.Count * detector.LeastP / wanted) is > 1 and var together)
            session.Warn(string.Create(number, $"warning     with {detector.Test.Count} normal items no p is below {detector.LeastP:0.####}, so that among {split.Count} items one alone could never be found at --fdr {wanted}, nor fewer than {together:0}; {Remedies(detector)}, or fewer items, would do"));
        var falseAlarms = truth is { IsOutlier: { } known, AreAll: false } ? flagged.Where((one, i) => one && !known[i]).Count() : (int?)null;
        session.Answer(string.Create(number, $"""
            {count} of {split.Count} items of {data.Name} ({split.Name}) are abnormal, {(fdr is { } level ? $"at a rate of false ones of {level}" : $"by p of at most {alpha}")}, {method}{(isOne ? "" : $" of {models.Names.Count} models")} beside {normalWords}{(count > 0 && falseAlarms is { } alarms ? $"; {alarms} of these {(alarms == 1 ? "is" : "are")} normal in truth" : "")}
            """) + (count == 0 && split.Count > 0 ? "\nnone is called abnormal; the most unusual are" : "") + string.Concat(found.Worst(5).Select(i => string.Create(number, $"\n  {VisibleText.Line(split.ItemName(i))}: p {verdicts[i].P:0.#####}, q {q[i]:0.####}, {verdicts[i].Reason}")))
            + (ranking is null ? "" : string.Create(number, $"\nauroc       {ranking.Auroc:0.0000}, average precision {ranking.AveragePrecision:0.0000}; {truth.Words}")) + $"\neach item is {(table == OutputName.Stdout ? "above" : $"in {table}")}{(page is null ? "" : $", the page is {page}")}{(map is null ? "" : $", maps of {found.Shown.Length} are in {map}")}", new JsonObject
            {
                ["count"] = split.Count,
                ["flagged"] = count,
                ["auroc"] = Session.Number(ranking?.Auroc),
                ["average_precision"] = Session.Number(ranking?.AveragePrecision),
                ["false_alarms"] = falseAlarms,
                ["outliers"] = ranking?.Outliers,
                ["alpha"] = fdr is null ? Session.Number(alpha) : null,
                ["fdr"] = Session.Number(fdr),
                ["method"] = method,
                ["regards"] = new JsonArray([.. detector.InRegards.Select(regard => (JsonNode)AbnormalItems.Name(regard))]),
                ["models"] = isOne ? null : new JsonArray([.. models.Names.Select(name => (JsonNode)name)]),
                ["spoke"] = isOne ? null : new JsonObject([.. found.Spoke().Select(pair => KeyValuePair.Create(pair.Model, (JsonNode?)pair.Items))]),
                ["normal_items"] = detector.Test.Count,
                ["least_p"] = Session.Number(1.0 / (detector.Test.Count + 1)),
                ["split"] = split.Name,
                ["of"] = data.All.Count,
                ["trained_on"] = Session.Number(choice.TrainedShare),
                ["seconds"] = Session.Number(seconds),
                ["output"] = table,
                ["maps"] = map,
                ["report"] = page,
            });
        return 0;
    }

    static Calibration? Measure(NamedModels models, Checkpoint? background, Split normal, Session session, ProgressDisplay display)
    {
        if (normal.Count < Calibration.LeastItems) return null;
        var scorer = new EvidenceScorer(models.Checkpoints, background, session.Threads);
        var items = scorer.Score(normal, null, share => display.Update(share, "measuring normal items"), session.Cancellation);
        return Array.Exists(items, item => !double.IsFinite(item.Nats)) ? null : new Calibration(items, scorer.Code?.Key ?? "");
    }

    static void WarnOfFew(Session session, Detector detector, double? fdr)
    {
        var normal = detector.Test.Count;
        if (detector.LeastP > detector.Alpha)
            session.Warn(string.Create(CultureInfo.InvariantCulture, $"warning     with {normal} normal items no p{(detector.LeastP * (normal + 1) > 1.5 ? " of what is out in one of two regards" : "")} is below {detector.LeastP:0.####}, so that nothing is ever called abnormal at --{(fdr is null ? "alpha" : "fdr")} {detector.Alpha}; {Remedies(detector)}, or a larger --{(fdr is null ? "alpha" : "fdr")} would do"));
    }

    // A model of any size judges pictures of any, but normal ones were all of its own.
    static void WarnOfSizes(Session session, Checkpoint checkpoint, Dataset data, Split split)
    {
        var own = checkpoint.Model.Space;
        if (data.Modality != Modality.Image || DataOptions.FromCanonical(checkpoint.Preprocessing).Patches is not null || own.Levels == 0) return;
        if (Enumerable.Range(0, split.Count).Count(i => split.SpaceOf(i).Extent != own.Extent) is > 0 and var others)
            session.Warn($"note        {others} of {split.Count} pictures are of another size than the {own.Height} x {own.Width} that the model knows, and are held against normal ones of that size; --set size={own.Height}x{own.Width} makes all alike");
    }

    static string Remedies(Detector detector) => detector.Test.Count < detector.Calibration.Items.Count || detector.InRegards.Count > 1 ? $"more normal items with --normal, --method likelihood, which has {detector.Calibration.Items.Count} of them" : "more normal items with --normal";

    static Ranking? Rank(Detector detector, Verdict[] verdicts, OutlierLabels truth)
    {
        if (truth.IsOutlier is not { } known || verdicts.Length == 0) return null;
        if (!truth.AreAll) return known.Contains(true) && known.Contains(false) ? Ranking.Of(verdicts, known) : null;
        Verdict[] normal = [.. Enumerable.Range(0, detector.Test.Count).Select(detector.OfNormal)];
        return Ranking.Of([.. verdicts, .. normal], [.. known, .. new bool[normal.Length]]);
    }
}
