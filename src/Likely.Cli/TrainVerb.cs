using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Models;

namespace Likely.Cli;

/// <summary>train: learns p(x) from a data set with a hold-out, and keeps the best weights.</summary>
static class TrainVerb
{
    const int FewValidationItems = 10;

    static readonly Argument<string> Data = Options.Argument("DATA", "A known name (see: likely data list) or a path");
    static readonly Option<string?> Model = Options.Text("--model", "Which model (see: likely models)", "NAME");
    static readonly Option<string[]> Set = Options.Settings("A key of the model, the data or the training (see: likely keys); repeatable");
    static readonly Option<string?> PresetName = Options.Text("--preset", "Settings that were measured, by name (see: likely models); what is given beside it wins", "NAME");
    static readonly Option<double?> Minutes = Options.Number("--minutes", "Time to spend in all; steps, or passes of a model of features, follow the measured speed. A density takes 10 minutes if nothing is said", 1e6, valueName: "N");
    static readonly Option<double?> Epochs = Options.Number("--epochs", "Passes over the training data", 1e9, valueName: "N");
    static readonly Option<int?> Steps = Options.Whole("--steps", "Steps of the optimizer");
    static readonly Option<int?> Batch = Options.Whole("--batch", "Examples of one step; if not given the model's own (see: likely models), less for few or large pictures", most: 1 << 20);
    static readonly Option<double?> Rate = Options.Number("--lr", "Highest learning rate; the model's own if not given", 10);
    static readonly Option<string?> Validation = Options.Text("--validation", "Another data set to validate on", "PATH");
    static readonly Option<string?> From = Options.Text("--from", "A trained model to go on from", "MODEL");
    static readonly Option<bool> Resume = Options.Flag("--resume", "Go on with an interrupted run, given the same options");
    static readonly Option<bool> DryRun = Options.Flag("--dry-run", "Forecast memory and time; train and write nothing");
    static readonly Option<string?> Out = Options.Text("--out", "The model file; runs/DATA-MODEL.likely if not given", "FILE");

    public static Verb Create() => new("train", "Learn p(x) from data, and keep the best weights; or fit what makes features of them",
        ["train strokes --model gated-pixelcnn --set binarize=threshold --minutes 10", "train faces/ --model gated-pixelcnn --set size=32x32 gray=true --epochs 50 --out faces.likely", "train mnist --model gated-pixelcnn --dry-run", "train mnist --model pca --set components=50"],
        [Data, Model, PresetName, Set, Minutes, Epochs, Steps, Batch, Rate, Validation, From, Resume, DryRun, Out], Run)
    { Further = KeysVerb.Names };

    static readonly Option[] _ofDensities = [PresetName, Minutes, Epochs, Steps, Batch, Rate, Validation, From, Resume, DryRun];

    static int Run(ParseResult result, Session session)
    {
        var from = result.GetValue(From) is { } path ? ModelFile.Read(path) : null;
        var chosen = result.GetValue(Model) is { } name && name != from?.Model.Config.Name ? ModelRegistry.Find(name)
            : from?.Model.Config ?? throw new UsageException($"--model NAME is missing, such as --model gated-pixelcnn for pictures, --model char-rnn for text and --model made for tables; the models are {string.Join(", ", ModelRegistry.All.Select(model => model.Name))}");
        if (chosen is FeatureConfig features)
        {
            if (result.GetValue(Resume) && result.GetValue(DryRun)) throw new UsageException("--dry-run forecasts a training from its beginning; leave --resume out");
            return FeatureFitting.Run(session, features, result.GetRequiredValue(Data), KeysOf(result, features, Options.Pairs(result.GetValue(Set))), result.GetValue(Out), result.GetValue(Minutes), result.GetValue(Resume), result.GetValue(DryRun));
        }
        var config = (DensityConfig)chosen;
        if ((result.GetValue(Minutes) is null ? 0 : 1) + (result.GetValue(Epochs) is null ? 0 : 1) + (result.GetValue(Steps) is null ? 0 : 1) > 1)
            throw new UsageException("--minutes, --epochs and --steps exclude each other; give one of them");
        var preset = result.GetValue(PresetName) is { } named ? Preset.Find(config.Name, named) : null;
        var isTimed = result.GetValue(Minutes) is not null || result.GetValue(Epochs) is not null;
        var plan = new TrainingOptions
        {
            Minutes = result.GetValue(Minutes),
            Epochs = result.GetValue(Epochs),
            Steps = result.GetValue(Steps) ?? (isTimed ? null : preset?.Steps),
            Batch = result.GetValue(Batch) ?? preset?.Batch,
            LearningRate = result.GetValue(Rate) ?? preset?.Rate,
            Seed = session.Seed,
            Threads = session.Threads,
        };
        var settings = Options.Pairs(result.GetValue(Set));
        (config, var dataOptions, plan) = TrainSettings.Apply(config, from, plan, preset?.With(settings) ?? settings);

        if (result.GetValue(Resume) && result.GetValue(DryRun)) throw new UsageException("--dry-run forecasts a training from its beginning; leave --resume out");
        var source = result.GetRequiredValue(Data);
        var files = new RunFiles(result.GetValue(Out) ?? $"runs/{DefaultName.Stem(source).ToLowerInvariant()}-{config.Name}.likely");
        var (resume, dryRun) = (result.GetValue(Resume), result.GetValue(DryRun));
        OutputName.Model.Require(files.Checkpoint);
        if (resume) files.RequireUnfinished();
        using var outputs = new Outputs(session.Remark, session.Force || resume && File.Exists(files.Resume), source, result.GetValue(Validation), result.GetValue(From));
        if (!dryRun) files.Claim(outputs);
        using var data = session.Open(source, dataOptions, from);
        using var heldOut = result.GetValue(Validation) is { } other ? session.Open(other, data.Options) : null;
        if (heldOut?.All.CountIn(data.Train) is > 0 and var seen) session.Warn($"warning     {seen} of {heldOut.All.Count} validation items are also trained on, so validation flatters the model");

        if (dryRun) return DryRunForecast.Run(session, config, data, heldOut, plan, from);
        TrainingLog? log = null;
        var clock = Stopwatch.StartNew();
        var trainer = new Trainer(config, data, plan, from, heldOut)
        {
            ResumePath = files.Resume,
            Progress = moment => log?.Progress(moment),
            AtValidation = moment => log?.AtValidation(moment),
            Message = session.Say,
        };
        files.Begin(resume, session.Force);
        var resumed = resume && trainer.Resume();
        if (resume && !resumed) session.Say($"there is no {files.Resume} to go on with, so training starts at the beginning");

        if (plan.Batch > trainer.Batch) session.Say($"note        a batch never repeats an item, so it has the {trainer.Batch} training items and not {plan.Batch}");
        Announce(session, data, trainer);
        if (trainer.IsTimed) session.Say("plan        measuring the speed ...");
        trainer.Plan(session.Cancellation);
        session.Say($"plan        {(trainer.IsTimed ? "about " : "")}{trainer.TotalSteps} steps of {trainer.Batch}, {(double)trainer.TotalSteps * trainer.Batch / trainer.TrainingExamples:0.00} epochs, validation on {trainer.Validated.Count} items each {trainer.ValidateEvery} steps{(resumed ? $"; going on at step {trainer.Step}" : "")}");
        if (TextExpectation.For(data, (double)trainer.TrainingExamples * trainer.Model.Space.Width, (double)trainer.TotalSteps * trainer.Batch / trainer.TrainingExamples, trainer.TotalSteps * (double)trainer.Batch * trainer.Model.MultiplyAdds) is { } expected) session.Say($"expect      {expected}");
        if (trainer.Validated.Count is > 0 and < FewValidationItems and var few) session.Warn($"warning     validation rests on {few} {(few == 1 ? "item, which also chooses" : "items, which also choose")} the weights, so its figure says little and flatters the model");
        // Only the plan says which items the model is validated on, and the baselines stand beside it on the same.
        var baselines = Baselines.Measure(data, trainer.Validated, session.Threads, plan.ValidationLimit, session.Cancellation);
        session.Say($"baselines   {baselines} {baselines.Unit}");
        foreach (var warning in baselines.Warnings) session.Warn($"warning     {warning}");
        if (trainer.TotalSteps * trainer.Batch < trainer.TrainingExamples) session.Warn("warning     the plan is less than one pass over the data; give it more time, or a smaller model");

        var firstStep = trainer.Step;
        var checkpoint = session.Watch(display =>
        {
            using var own = log = new TrainingLog(session, display, files, trainer.Model, data, firstStep, trainer.IsTimed ? trainer.BudgetSeconds : null);
            return trainer.Run(session.Cancellation);
        });
        if (!trainer.Interrupted || trainer.HasBest) files.Save(checkpoint);
        var seconds = clock.Elapsed.TotalSeconds;
        if (trainer.Interrupted)
        {
            session.Warn($"likely: interrupted at step {trainer.Step} of {trainer.TotalSteps}; {files.Resume} is saved{(trainer.HasBest ? $", the best model so far is {files.Checkpoint}" : "")}; the same command with --resume goes on.");
            if (session.Json) session.Answer("", Json(trainer, checkpoint, files, log?.Last, seconds, baselines));
            return 130;
        }
        File.Delete(files.Resume);
        session.Answer(Text(trainer, checkpoint, files, seconds, baselines), Json(trainer, checkpoint, files, log?.Last, seconds, baselines));
        return 0;
    }

    // Of what is fitted to rows, options that are keys of the model by another name; the others are for densities.
    static List<KeyValuePair<string, string>> KeysOf(ParseResult result, FeatureConfig config, List<KeyValuePair<string, string>> settings)
    {
        foreach (var given in result.CommandResult.Children.OfType<OptionResult>())
        {
            var isOfTime = given.Option == Minutes || given.Option == DryRun;
            if (given.Implicit || !_ofDensities.Contains(given.Option) || given.Option == Resume && config.IsTrained || isOfTime && config.PassKey is not null) continue;
            var key = given.Option == Epochs ? "epochs" : given.Option == Batch ? "batch" : given.Option == Rate ? "rate" : "";
            if (!ModelRegistry.Keys(config).Any(pair => pair.Key == key)) throw new UsageException($"{given.Option.Name} is for {(isOfTime ? "models that go over the data pass by pass" : "densities, which are trained step by step")}; {config.Name} is fitted to rows and takes the keys {string.Join(", ", ModelRegistry.Keys(config).Select(pair => pair.Key))}");
            if (settings.Exists(pair => pair.Key == key)) throw new UsageException($"{given.Option.Name} and --set {key} say the same; give one of them");
            settings.Add(new(key, given.Tokens[0].Value));
        }
        if (result.GetValue(Minutes) is not null && settings.Exists(pair => pair.Key == config.PassKey)) throw new UsageException($"--minutes says how long the passes over the data take in all, and {(result.GetValue(Epochs) is null ? $"--set {config.PassKey}" : "--epochs")} how many there are; give one of them");
        return settings;
    }

    static void Announce(Session session, Dataset data, Trainer trainer)
    {
        session.Say($"data        {data.Name}: {data.Train.Count} training {(data.Train.Count == 1 ? "item" : "items")}{(trainer.TrainingExamples == data.Train.Count ? "" : $" in {trainer.TrainingExamples} windows of {trainer.Model.Space.Extent.Positions}")}, {trainer.HeldOutItems} for validation, {data.Space}");
        session.Say($"model       {trainer.Model.Config.Name}, {trainer.Model.Parameters.Count} parameters: {ModelRegistry.ToJson(trainer.Model.Config)}");
        if (trainer.Model.FieldOfView is var (rows, columns)) session.Say($"sight       a pixel depends on {rows} rows above it and {columns} columns to each side, of {data.Space.Height} x {data.Space.Width}");
        if (trainer.Model.ReceptiveField is { } field) session.Say($"sight       a symbol depends on the {field} before it");
        if (trainer.Model.Classes > 0 && Untrained(data) is { Length: > 0 } empty)
            session.Warn($"warning     {empty.Length} of {data.ClassNames.Count} labels {(empty.Length == 1 ? "has" : "have")} no training items, so the model learns nothing of {(empty.Length == 1 ? "it" : "them")}: {string.Join(", ", empty.Take(5))}{(empty.Length > 5 ? ", ..." : "")}");
        if (trainer.HeldOutItems == 0) session.Warn($"warning     nothing is held out, so the last weights are kept and not the best{(data.Modality.HasTokens && data.Options.Items == ItemRule.Files ? "; --set items=stream holds out the end of the text" : "")}");
    }

    // Labels whose items are all held out, perhaps as a name was taken for that of a part.
    static string[] Untrained(Dataset data)
    {
        var trained = Enumerable.Range(0, data.Train.Count).Select(data.Train.Label).ToHashSet();
        return [.. data.ClassNames.Where((_, label) => !trained.Contains(label))];
    }

    // What repeats a run whose steps were decided by time, whatever the speed of the machine.
    static string Repeat(TrainingOptions run)
        => $"--steps {run.Plan!.Total} --batch {run.Batch} --set plan={run.Plan}{(run.ValidationLimit == new TrainingOptions().ValidationLimit ? "" : $" validation_limit={run.ValidationLimit}")}";

    static Outcome? Outcome(Trainer trainer, Checkpoint checkpoint, Baselines baselines)
    {
        var train = checkpoint.Summary.GetValueOrDefault("train_bits_per_dim", double.NaN);
        return !trainer.HasBest ? null : new Outcome(checkpoint.Summary.GetValueOrDefault("validation_bits_per_dim", train), baselines)
        {
            TrainBits = train,
            BestStep = trainer.BestStep,
            EarlierBits = trainer.EarlierBits,
            TotalSteps = trainer.TotalSteps,
            Items = (int)Math.Min(int.MaxValue, trainer.TrainingExamples),
        };
    }

    static string Text(Trainer trainer, Checkpoint checkpoint, RunFiles files, double seconds, Baselines baselines)
    {
        var validation = checkpoint.Summary.TryGetValue("validation_bits_per_dim", out var bits)
            ? $"validation  {bits:0.0000} {ModelFile.Modality(checkpoint).BitsUnit(ModelFile.Tokens(checkpoint))}, {InBaselineUnit(bits, baselines)}{checkpoint.Summary["validation_nats"]:0.000} nats{(trainer.Model.Space is { IsSequence: true, Source: 0 } own ? $" a window of {own.Width}" : "")}{(trainer.Validated.Count < trainer.HeldOutItems ? $", on {trainer.Validated.Count} of {trainer.HeldOutItems} items" : "")}; baselines: {baselines} {baselines.Unit}" : $"baselines   {baselines} {baselines.Unit}";
        var repeat = trainer.IsTimed ? $"\nrepeat      {Repeat(trainer.Repeat)}" : "";
        return $"""
            model       {files.Checkpoint}, {trainer.Model.Parameters.Count} parameters, identity {checkpoint.Identity()[..16]}
            trained     {trainer.Step} steps in {ProgressDisplay.Duration(seconds)}; measurements and samples are in {files.Folder}{repeat}
            {validation}
            result      {Outcome(trainer, checkpoint, baselines)?.Words}
            """;
    }

    // What baselines are compared with, where a dimension is another thing.
    static string InBaselineUnit(double bits, Baselines baselines)
        => Math.Abs(baselines.Dimensions - 1) < 1e-9 ? "" : string.Create(CultureInfo.InvariantCulture, $"{baselines.Of(bits):0.0000} {baselines.Unit}, ");

    static JsonObject Json(Trainer trainer, Checkpoint checkpoint, RunFiles files, TrainingMoment? last, double seconds, Baselines baselines)
    {
        var json = new JsonObject
        {
            ["checkpoint"] = trainer.Interrupted && !trainer.HasBest ? null : files.Checkpoint,
            ["parameters"] = trainer.Model.Parameters.Count,
            ["steps"] = trainer.Step,
            ["seconds"] = Session.Number(seconds),
            ["examples_per_second"] = Session.Number(last?.ExamplesPerSecond),
            ["train_bits_per_dim"] = Session.Number(checkpoint.Summary.TryGetValue("train_bits_per_dim", out var train) ? train : null),
            ["validation_bits_per_dim"] = Session.Number(checkpoint.Summary.TryGetValue("validation_bits_per_dim", out var bits) ? bits : null),
            ["validation_nats"] = Session.Number(checkpoint.Summary.TryGetValue("validation_nats", out var nats) ? nats : null),
            ["validation_items"] = trainer.Validated.Count,
            ["held_out_items"] = trainer.HeldOutItems,
            ["identity"] = checkpoint.Identity(),
            ["total_steps"] = trainer.TotalSteps,
            ["interrupted"] = trainer.Interrupted,
            ["outcome"] = Outcome(trainer, checkpoint, baselines)?.Words,
            ["better_than_baselines"] = Outcome(trainer, checkpoint, baselines)?.IsBetter,
            ["batch"] = trainer.Batch,
            ["repeat"] = Repeat(trainer.Repeat),
        };
        foreach (var baseline in baselines.All) json[$"{baseline.Key}_{baselines.Unit.Replace("/", "_per_")}"] = Session.Number(baseline.Bits);
        return json;
    }
}
