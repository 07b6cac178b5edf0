using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>classify: which label an item has by Bayes' rule, how sure that is, and which items are refused: as no label's, or as torn between two.</summary>
static class ClassifyVerb
{
    const double UsualCoverage = 0.95, Least = 0.999;

    static readonly Argument<string> Model = Options.Argument("MODEL", "A density trained with conditional=true; or with --models that of the first class, FILE or CLASS=FILE");
    static readonly Argument<string> Data = Options.Argument("DATA", "A known name or a path; labels, if it has some, are held against what is told");
    static readonly Option<string[]> Others = new("--models") { Description = "One model a class: those of the other classes; a file's name is its class, if not CLASS=FILE", HelpName = "FILE", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = true };
    static readonly Option<string?> Normal = Options.Text("--normal", "Labelled data that no model was trained on: their labels fit the temperature by which posteriors are as sure as they are right, and --reject holds items against them; what the model's file keeps of held-out items, or the validation part of DATA where its test part is judged, if not given", "DATA");
    static readonly Option<double?> Reject = Options.Number("--reject", "Refuse as none of the labels' what has at most this p-value beside held-out items, as detect does; none if not given", 1, valueName: "A");
    static readonly Option<double?> Coverage = Options.Number("--coverage", "Refuse as unsure all but this share of the items, by the margin of the likeliest label beyond all others together; none if not given. The error at it, or at 0.95, is told", 1, valueName: "C");
    static readonly Option<string?> SplitName = Options.Text("--split", "train, validation, test or all; test if the model was trained on these data, else all", "S");
    static readonly Option<int?> Limit = Options.Whole("--limit", "Only N items: drawn evenly over all, and of data that come shuffled, as the known ones, the first");
    static readonly Option<string[]> Set = Options.Settings("A data key, to change the model's own preprocessing; repeatable");
    static readonly Option<string?> Out = Options.Text("--out", "Table of items, or - for stdout; runs/MODEL-DATA-labels.csv if not given", "FILE");
    static readonly Option<string?> ReportName = Options.Text("--report", "A page with the risk-coverage curve and the labels told for each label", "FILE");

    public static Verb Create() => new("classify", "Labels by Bayes' rule from p(x | label), with probabilities that are as sure as they are right, and refusals",
        ["classify digits.likely mnist --reject 0.01 --coverage 0.95", "classify spam.likely mail/ --models ham.likely --normal labelled-mail/", "classify digits.likely scans/ --prior counts.txt --report labels.html"],
        [Model, Data, Others, ClassPrior.Prior, Normal, Reject, Coverage, SplitName, Limit, Set, Out, ReportName], Run);

    static int Run(ParseResult result, Session session)
    {
        var (source, normalName, reject, coverage) = (result.GetRequiredValue(Data), result.GetValue(Normal), result.GetValue(Reject), result.GetValue(Coverage));
        ItemChoice.RequireKnown(result.GetValue(SplitName));
        var models = ClassModels.Read(result.GetRequiredValue(Model), result.GetValue(Others) ?? [], session.Threads, out var paths);
        var (checkpoint, names) = (models.First, models.Names);
        var (table, page) = (OutputName.Table.Choose(result.GetValue(Out), $"{DefaultName.Stem(paths[0])}-{DefaultName.Stem(source)}-labels", session), result.GetValue(ReportName));
        if (page is not null) OutputName.Page.Require(page, "--report");
        using var outputs = new Outputs(session.Remark, session.Force, [.. paths, source, normalName, result.GetValue(ClassPrior.Prior)]);
        if (table != OutputName.Stdout) outputs.Claim(table);
        if (page is not null) outputs.Claim(page);
        using var data = session.Open(source, ModelFile.WholeItems(checkpoint, Options.Pairs(result.GetValue(Set))), checkpoint);
        var choice = ItemChoice.Of(checkpoint, data, result.GetValue(SplitName));
        var split = choice.Split.Sample(result.GetValue(Limit) ?? int.MaxValue);
        Require(checkpoint, split);
        var labels = models.LabelsOf(split, data.ClassNames);
        var labelled = labels.Count(label => label >= 0);
        var (calibration, normalWords) = Calibrate(session, models, paths[0], data, split, normalName, reject is not null);
        var logPrior = ClassPrior.Of(result.GetValue(ClassPrior.Prior), names, calibration?.LabelCounts.Count > 0 ? calibration.LabelCounts : models.IsOne ? Calibration.Of(checkpoint)?.LabelCounts ?? [] : []);
        var temperature = calibration?.Temperature ?? 1;
        session.Say($"items       {split.Count} of {data.All.Count}{split.DrawnFrom(choice.Split.Count)}{choice.Reason}");
        if (data.ClassNames.Where(name => !names.Contains(name)).ToArray() is { Length: > 0 } unknown)
            session.Say($"note        labels that are no classes do not count: {string.Join(", ", unknown.Take(5))}{(unknown.Length > 5 ? ", ..." : "")}; the classes are {string.Join(", ", names.Take(10))}{(names.Count > 10 ? ", ..." : "")}");
        if (calibration is not null) session.Say($"normal      {normalWords}");
        session.Say(calibration?.Temperature is null ? "note        no labelled items are held out, so that nothing says how sure posteriors should be: they are as the likelihoods make them, and far too sure; --normal names labelled data"
            : string.Create(CultureInfo.InvariantCulture, $"temperature {temperature:0.###}: what log-likelihoods are divided by, so that posteriors are as sure as they are right on held-out items"));

        var clock = Stopwatch.StartNew();
        var (evidence, nats) = session.Watch(display => models.Score(split, share => display.Update(share, $"asking for each label, {ProgressDisplay.Duration(clock.Elapsed.TotalSeconds * (1 / Math.Max(1e-9, share) - 1))} left"), session.Cancellation));
        var seconds = clock.Elapsed.TotalSeconds;
        if (Array.FindIndex(nats, one => !double.IsFinite(one)) is >= 0 and var lost)
            throw new NotFiniteNumberException($"{split.ItemName(lost / names.Count)} has no finite score, and nothing was written; the weights of a model are too large, from training at too high a rate or a damaged file");
        var told = new ToldLabels(split, data.ClassNames, names, BayesPosterior.Logs(nats, logPrior, temperature), evidence, calibration is null ? null : new Detector(checkpoint, calibration, alpha: reject ?? 0.01), reject, coverage);
        var quality = labelled == 0 ? null : new ClassificationQuality(told.Logs, labels, names.Count);

        if (calibration?.Temperature is { } fitted && BayesPosterior.IsBound(fitted))
            session.Warn(fitted > 1 ? "warning     the temperature is at its bound: on held-out items the likelihoods tell labels no better than chance, so that all labels are equally probable; a longer training or another model would do"
                : "warning     the temperature is at its bound, as an older version fitted it where all held-out items were told right, so that every posterior is 1; --normal DATA with labels fits it anew");
        if (quality is not null && labels.Where(label => label >= 0).Average(label => -logPrior[label]) is var alone && quality.NatsPerItem >= Least * alone)
            session.Warn(string.Create(CultureInfo.InvariantCulture, $"warning     {quality.NatsPerItem:0.0000} nats a label are no better than the {alone:0.0000} of the prior alone: the likelihoods say nothing of labels that can be relied upon; a longer training, or labelled data like these with --normal, would do"));

        using var files = new OutputSet(session.Remark, session.Force);
        if (table != OutputName.Stdout) files.Write(table, stream =>
        {
            using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
            told.WriteTable(writer);
        });
        if (page is not null) files.Write(page, stream => stream.Write(Encoding.UTF8.GetBytes(told.Page($"{DefaultName.Stem(paths[0])} of {data.Name}", labels, quality).ToString())));
        files.Complete();
        if (table == OutputName.Stdout) session.Stream(told.WriteTable);
        var kept = told.Kept(labels);
        var at = coverage ?? UsualCoverage;
        session.Answer(string.Create(CultureInfo.InvariantCulture, $"""
            {split.Count} items of {data.Name} ({split.Name}) by Bayes' rule over {names.Count} labels{(reject is null && coverage is null ? "" : $": {told.Unlike} refused as none of these labels', {told.Unsure} as unsure")}
            """) + (quality is null ? "" : string.Create(CultureInfo.InvariantCulture, $"\naccuracy    {100 * quality.Accuracy.Share:0.00} % of {quality.Accuracy.Count} with a label{(kept.Count == quality.Accuracy.Count || kept.Count == 0 ? "" : $", {100 * kept.Share:0.00} % of the {kept.Count} that were not refused")}; error {100 * quality.ErrorAt(at):0.00} % at a coverage of {at}; calibration error {quality.CalibrationError:0.0000}, {quality.NatsPerItem:0.0000} nats a label"))
            + $"\neach item is {(table == OutputName.Stdout ? "above" : $"in {table}")}{(page is null ? "" : $", the page is {page}")}", new JsonObject
            {
                ["count"] = split.Count,
                ["accuracy"] = Session.Number(quality?.Accuracy.Share),
                ["labelled"] = labelled,
                ["rejected"] = told.Unlike + told.Unsure,
                ["rejected_unlike"] = told.Unlike,
                ["rejected_unsure"] = told.Unsure,
                ["accuracy_kept"] = Session.Number(kept.Count == 0 ? null : kept.Share),
                ["error_at_coverage"] = Session.Number(quality?.ErrorAt(at)),
                ["coverage"] = at,
                ["ece"] = Session.Number(quality?.CalibrationError),
                ["nats_per_label"] = Session.Number(quality?.NatsPerItem),
                ["temperature"] = Session.Number(calibration?.Temperature),
                ["normal_items"] = calibration?.Items.Count,
                ["classes"] = names.Count,
                ["split"] = split.Name,
                ["trained_on"] = Session.Number(choice.TrainedShare),
                ["seconds"] = Session.Number(seconds),
                ["output"] = table,
                ["report"] = page,
            });
        return 0;
    }

    static void Require(Checkpoint checkpoint, Split split)
    {
        if (checkpoint.Model is DensityModel) ScoreVerb.Group(checkpoint, split, labelled: false);
        else CodeOptions.RequireFit(checkpoint, split);
    }

    // From --normal, the model's file, or of one model a class the validation part of the data.
    static (Calibration?, string) Calibrate(Session session, ClassModels models, string path, Dataset data, Split judged, string? given, bool needed)
    {
        IReadOnlyList<string>? labelNames = null;
        if (given is not null)
        {
            using (var normal = Dataset.Open(given, NormalItems.As(models.First, data), cancellation: session.Cancellation)) labelNames = normal.ClassNames;
            return NormalItems.Of(session, new NamedModels([models.First], [""], [path]), data, judged, given, Measure);
        }
        if (models.IsOne && Calibration.Of(models.First) is not null) return NormalItems.Of(session, new NamedModels([models.First], [""], [path]), data, judged, null, Measure);
        labelNames = data.ClassNames;
        if (judged.Name == "test" && data.Validation.Count >= Calibration.LeastItems)
        {
            var split = data.Validation.Sample(Calibration.MostItems);
            Require(models.First, split);
            return (Measure(split), $"{split.Count} items of {data.Name} (validation)");
        }
        return needed ? throw new UsageException($"--reject holds items against held-out ones, and {(models.IsOne ? $"{path} keeps none" : "models of one class each keep none of the others")}; name normal data that no model was trained on with --normal DATA") : (null, "");

        Calibration? Measure(Split split)
        {
            if (split.Count < Calibration.LeastItems) return null;
            var (evidence, nats) = session.Watch(display => models.Score(split, share => display.Update(share, "measuring held-out items"), session.Cancellation));
            return Array.Exists(nats, one => !double.IsFinite(one)) ? null : new Calibration(evidence, models.Code) { Temperature = BayesPosterior.FitTemperature(nats, models.LabelsOf(split, labelNames!), models.Names.Count) };
        }
    }
}
