using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Models;

namespace Likely.Cli;

/// <summary>demo: the main job end to end on the built-in digits: train, draw, complete, find what is odd, classify; with a report.</summary>
static class DemoVerb
{
    const string Folder = "runs/demo";
    const int ValidationItems = 512, TestItems = 1000;

    static readonly Option<double?> Minutes = Options.Number("--minutes", "Time to train, 1.5 minutes if not given", 1000, valueName: "N");
    static readonly Option<string?> Out = Options.Text("--out", $"The report; {Folder}/report.html if not given, which is overwritten", "FILE");

    public static Verb Create() => new("demo", "See it work: train on built-in digits, draw, complete, score, and write a report, in about two minutes", ["demo"], [Minutes, Out], Run);

    static int Run(ParseResult result, Session session)
    {
        var clock = Stopwatch.StartNew();
        var output = result.GetValue(Out) ?? $"{Folder}/report.html";
        var folder = Path.GetDirectoryName(output) is { Length: > 0 } own ? own : ".";
        OutputName.Page.Require(output);
        using var outputs = new Outputs(session.Remark, session.Force || result.GetValue(Out) is null);
        outputs.Claim(output);
        foreach (var name in DemoReport.Beside) outputs.Claim(Path.Combine(folder, name));

        using var data = Dataset.Open("strokes", DataOptions.Parse([new("size", "16x16"), new("levels", "4")]), cancellation: session.Cancellation);
        var tested = data.Test.Sample(TestItems);
        var baselines = Baselines.Measure(data, tested, session.Threads, TestItems, session.Cancellation);
        session.Say($"data        {data.Train.Count} drawn digits of 16 x 16 pixels in four greys");
        session.Say($"baselines   uniform {baselines.Uniform:0.0}, each pixel on its own {baselines["marginals"]:0.000}, PNG {baselines["png"]:0.000} bits a pixel");

        var config = ModelRegistry.With(ModelRegistry.FindDensity("gated-pixelcnn"), [new("channels", "16"), new("layers", "9"), new("kernel", "9"), new("conditional", "true")]);
        var plan = new TrainingOptions
        {
            Minutes = result.GetValue(Minutes) ?? 1.5,
            Batch = 32,
            LearningRate = 3e-3,
            Average = 0.998,
            ValidationLimit = ValidationItems,
            Patience = 0,
            Seed = session.Seed,
            Threads = session.Threads,
        };
        var moments = new List<TrainingMoment>();
        ProgressDisplay? watcher = null;
        var trainer = new Trainer(config, data, plan)
        {
            Message = session.Say,
            Progress = moment =>
            {
                moments.Add(moment);
                watcher?.Update(moment.Seconds / (moment.Seconds + moment.RemainingSeconds), $"training, {moment.TrainBits:0.0000} bits a pixel, {moment.ExamplesPerSecond:0} digits/s, {ProgressDisplay.Duration(moment.RemainingSeconds)} left");
            },
        };
        session.Say($"model       {config.Name}, {trainer.Model.Parameters.Count} parameters; training for {plan.Minutes * 60:0} s");
        var training = Stopwatch.StartNew();
        var checkpoint = session.Watch(display =>
        {
            watcher = display;
            return trainer.Run(session.Cancellation);
        });
        session.Cancellation.ThrowIfCancellationRequested();
        var trainingSeconds = training.Elapsed.TotalSeconds;

        session.Say("drawing, completing and scoring ...");
        var nats = Evaluation.Mean(Evaluation.Score(trainer.Model, tested, session.Threads, cancellation: session.Cancellation));
        var bits = Evaluation.BitsPerDimension(nats, trainer.Model.Space);
        var report = new DemoReport(session, folder, data, trainer.Model);
        report.Begin(bits, nats, trainer.Step * trainer.Batch, trainingSeconds, baselines, moments);
        report.Draw();
        report.Complete();
        report.Surprise();
        var accuracy = report.Classify();
        report.End(clock.Elapsed.TotalSeconds, trainer.TotalSteps);
        report.Write(output);
        checkpoint.Save(Path.Combine(folder, DemoReport.Model));

        var seconds = clock.Elapsed.TotalSeconds;
        session.Answer($"""
            {bits:0.0000} bits a pixel on unseen digits, against {baselines["png"]:0.000} for PNG and {baselines.Uniform:0} for no knowledge at all;
            {100 * accuracy:0.0} % of unseen digits classified right by Bayes' rule; {ProgressDisplay.Duration(seconds)} in all.
            The report is {output}; the model beside it, digits.likely, can be used with sample, complete and score.
            """, new JsonObject
        {
            ["report"] = output,
            ["bits_per_dim"] = Session.Number(bits),
            ["seconds"] = Session.Number(seconds),
            ["nats_per_example"] = Session.Number(nats),
            ["training_seconds"] = Session.Number(trainingSeconds),
            ["steps"] = trainer.TotalSteps,
            ["accuracy"] = Session.Number(accuracy),
            ["png_bits_per_dim"] = Session.Number(baselines["png"]),
        });
        return 0;
    }
}
