using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>train for models of features: fits one to the training part of the data, and tells what is lost of the part that is held out.</summary>
static class FeatureFitting
{
    public static int Run(Session session, FeatureConfig config, string source, List<KeyValuePair<string, string>> settings, string? given, double? minutes, bool resume, bool dryRun)
    {
        (config, var options, _) = TrainSettings.Apply(config, null, new TrainingOptions(), settings);
        var output = given ?? $"runs/{DefaultName.Stem(source).ToLowerInvariant()}-{config.Name}.likely";
        OutputName.Model.Require(output);
        var files = new RunFiles(output);
        if (resume) files.RequireUnfinished(goesOn: false);
        using var outputs = new Outputs(session.Remark, session.Force || resume && File.Exists(files.Resume), source);
        if (!dryRun) outputs.Claim(output);
        using var data = session.Open(source, options);
        if (data.Train.Count == 0) throw new UsageException($"{data.Name} has no training items");
        var rows = new SplitRows(data.Train, data.ClassNames.Count);
        session.Say($"data        {data.Name}: {data.Train.Count} training rows of {rows.Space.Dimensions} numbers, {data.Validation.Count} held out to validate and {data.Test.Count} to test");
        session.Say($"keys        {ModelRegistry.ToJson(config)}");
        if (dryRun) return Forecast(session, config, rows, minutes);
        var clock = Stopwatch.StartNew();
        var journal = config.IsTrained ? Journal(session, config, data, files.Resume, resume, minutes) : null;
        FeatureModel model;
        try
        {
            model = session.Watch(display => config.Fit(rows, new FitOptions { Seed = session.Seed, Threads = session.Threads, Minutes = minutes, Journal = journal, Progress = moment => display.Update(moment.Done, moment.Words) }, session.Cancellation));
        }
        catch (OperationCanceledException) when (journal is not null && File.Exists(files.Resume))
        {
            session.Warn($"likely: interrupted; {files.Resume} is saved, and the same command with --resume goes on.");
            return 130;
        }
        var seconds = clock.Elapsed.TotalSeconds;
        GC.Collect(); // what fitting has used up makes room for what writing takes
        var checkpoint = new Checkpoint(model, model is IRowClassifier { Classes: > 0 } ? data.ClassNames : [], data.Preprocessing) { Assets = ModelAssets.Of(data), DataName = data.Name, TrainedOn = data.Train.Sketch().ToString() };
        foreach (var (key, value) in model.Fitting) checkpoint.Summary[key] = value;
        double? error = model.Decodes ? ReconstructionError.Of(model, data.Train, session) : null, heldOut = model.Decodes && data.Validation.Count > 0 ? ReconstructionError.Of(model, data.Validation, session) : null;
        if (error is { } own) checkpoint.Summary["train_squared_error"] = own;
        if (heldOut is { } other) checkpoint.Summary["validation_squared_error"] = other;
        var told = model is IRowClassifier { Classes: > 0 } classifier && data.Validation.Count > 0 ? (Proportion?)RowClassification.Of(classifier, data.Validation, session.Threads, session.Cancellation) : null;
        if (told is { Count: > 0 } some) checkpoint.Summary["validation_accuracy"] = some.Share;
        if (data.Options.Patches is null) checkpoint.Calibration = Calibration.Measure(checkpoint, data.Validation, threads: session.Threads, cancellation: session.Cancellation)?.ToText() ?? "";
        checkpoint.Save(output, session.Force || resume, session.Cancellation);
        if (journal is not null) File.Delete(files.Resume);
        var identity = checkpoint.Identity();
        var repeat = string.Join(' ', ModelRegistry.Keys(model.Config).Except(ModelRegistry.Keys(config)).Select(pair => $"{pair.Key}={pair.Value}"));
        var fitting = FittingWords(model.Fitting);
        if (model.Fitting.TryGetValue("converged", out var converged) && converged == 0) session.Warn("warning     fitting ended before it had converged; more iterations= would change the model still");
        session.Answer(string.Create(CultureInfo.InvariantCulture, $"""
            model       {output}, {model.Parameters.Count} parameters, identity {identity[..16]}
            fitted      in {seconds:0.0} s{(fitting.Length > 0 ? $": {fitting}" : "")}
            codes       {model.Width} {(model.Width == 1 ? "number" : "numbers")} a row{(error is { } lost ? $"; squared error of a row given back: {lost:G6}{(heldOut is { } unseen ? $", of those held out {unseen:G6}" : "")}" : "")}{(told is { Count: > 0 } right ? $"; {100 * right.Share:0.00} % of {right.Count} held out are told rightly" : "")}{(minutes is null ? "" : $"\nrepeat      --set {repeat} in place of --minutes")}
            """), new JsonObject
        {
            ["checkpoint"] = output,
            ["parameters"] = model.Parameters.Count,
            ["identity"] = identity,
            ["rows"] = data.Train.Count,
            ["repeat"] = minutes is null ? null : $"--set {repeat}",
            ["width"] = model.Width,
            ["seconds"] = Session.Number(seconds),
            ["fitting"] = new JsonObject([.. model.Fitting.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)Session.Number(pair.Value)))]),
            ["train_squared_error"] = error is { } e ? Session.Number(e) : null,
            ["validation_squared_error"] = heldOut is { } h ? Session.Number(h) : null,
            ["validation_accuracy"] = told is { Count: > 0 } part ? Session.Number(part.Share) : null,
        });
        return 0;
    }

    // What fitting showed, with units.
    static string FittingWords(IReadOnlyDictionary<string, double> fitting) => string.Join(", ", fitting.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key switch
    {
        "log_likelihood" => $"{pair.Value:0.####} nats a row on average",
        "explained_variance" => $"{100 * pair.Value:0.#} % of the variance explained",
        "log_partition" => $"log Z {pair.Value:0.###} nats, from {fitting["log_partition_low"]:0.###} to {fitting["log_partition_high"]:0.###}",
        "log_partition_low" or "log_partition_high" => "",
        "converged" => pair.Value == 1 ? "converged" : "not converged",
        var key => $"{key.Replace('_', ' ')} {pair.Value:G6}",
    }}")).Where(words => words.Length > 0));

    static int Forecast(Session session, FeatureConfig config, SplitRows rows, double? minutes)
    {
        session.Say("measuring the speed ...");
        var forecast = FitForecast.Measure(config, rows, new FitOptions { Seed = session.Seed, Threads = session.Threads, Minutes = minutes }, session.Cancellation);
        if (minutes is { } limit) forecast = forecast.Within(60 * limit);
        var pass = forecast.PassSeconds / forecast.Passes;
        session.Answer($"""
            parameters  {forecast.Parameters}
            fitting     {forecast.Passes} passes over {rows.Count} rows, {ProgressDisplay.Duration(pass)} each, and {ProgressDisplay.Duration(forecast.OtherSeconds)} for the rest
            time        {ProgressDisplay.Duration(forecast.Seconds)}
            memory      {MachineMemory.Text(forecast.Bytes)}
            """, new JsonObject
        {
            ["parameters"] = forecast.Parameters,
            ["passes"] = forecast.Passes,
            ["forecast_seconds"] = Session.Number(forecast.Seconds),
            ["forecast_bytes"] = forecast.Bytes,
            ["seconds_per_pass"] = Session.Number(pass),
            ["seconds_beside"] = Session.Number(forecast.OtherSeconds),
        });
        return 0;
    }

    static FitJournal Journal(Session session, FeatureConfig config, Dataset data, string path, bool resume, double? minutes)
    {
        var journal = new FitJournal(path, $"{ModelRegistry.ToJson(config)}{(minutes is null ? "" : FormattableString.Invariant($"\nminutes {minutes}"))}\nseed {session.Seed}\n{data.Preprocessing}\n{data.Train.Fingerprint()}") { Warn = words => session.Warn($"warning     {words}") };
        if (!resume)
        {
            if (!session.Force && File.Exists(path)) throw new UsageException($"{path} holds an interrupted run; go on with --resume, or start anew with --force");
            File.Delete(path);
        }
        else if (!journal.Read()) session.Say($"there is no {path} to go on with, so training starts at the beginning");
        return journal;
    }
}
