using System.Diagnostics;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Models;
using Likely.Training;

namespace Likely.Cli;

/// <summary>
/// Forecasts a training's time and memory by doing once what it does again and again: measured steps, a group of validation
/// examples, an update of the weights, sheets of samples, the model's bytes. The peak is the process's own.
/// </summary>
static class DryRunForecast
{
    const int MostSheets = 12;
    const double MostSheetSeconds = 4;

    // A snapshot of five blocks is flushed to the disk at every validation; the disk is not tried, as nothing may be written.
    const double SnapshotSeconds = 0.03, DiskBytesPerSecond = 150e6;
    const int SnapshotBytesPerParameter = 20;

    public static int Run(Session session, ModelConfig config, Dataset data, Dataset? heldOut, TrainingOptions plan, Checkpoint? from)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(session.Cancellation);
        var trainer = new Trainer(config, data, plan, from, heldOut) { Progress = _ => stop.Cancel() };
        session.Say("measuring the speed ...");
        Baselines.Measure(data.Train, heldOut?.All ?? data.Validation, session.Threads, plan.ValidationLimit, session.Cancellation);
        trainer.Plan(session.Cancellation);
        var (step, validation) = trainer.Forecast(session.Cancellation);
        var checkpoint = trainer.Run(stop.Token);
        session.Cancellation.ThrowIfCancellationRequested();
        var clock = Stopwatch.StartNew();
        var epochs = (double)trainer.TotalSteps * trainer.Batch / data.Train.Count;
        var sheets = 0;
        do Pictures.Encode(Pictures.Sheet(Walk.Sample(trainer.Model, TrainingLog.SheetItems, threads: session.Threads, cancellation: session.Cancellation), trainer.Model.Geometry));
        while (++sheets < Math.Min(epochs, MostSheets) && clock.Elapsed.TotalSeconds < MostSheetSeconds);
        var sheet = clock.Elapsed.TotalSeconds / sheets;
        checkpoint.Write(Stream.Null);
        checkpoint.Identity();

        var (steps, parameters) = (trainer.TotalSteps, trainer.Model.Parameters);
        var validations = (double)steps / trainer.ValidateEvery;
        var snapshot = SnapshotSeconds + SnapshotBytesPerParameter * parameters.Length / DiskBytesPerSecond;
        var training = steps * step + validations * (validation + snapshot);
        var seconds = training + Math.Min(Math.Min(epochs + 1, validations) * sheet, TrainingLog.SheetShare * training);
        using var process = Process.GetCurrentProcess();
        var bytes = process.PeakWorkingSet64;
        session.Answer($"""
            parameters  {parameters.Count}
            steps       {steps}, {epochs:0.00} epochs, {1000 * step:0.0} ms each
            time        {ProgressDisplay.Duration(seconds)}
            memory      {bytes / 1e6:0} MB
            """, new JsonObject
        {
            ["parameters"] = parameters.Count,
            ["steps"] = steps,
            ["forecast_seconds"] = Session.Number(seconds),
            ["forecast_bytes"] = bytes,
            ["seconds_per_step"] = Session.Number(step),
            ["seconds_per_validation"] = Session.Number(validation),
            ["epochs"] = Session.Number(epochs),
        });
        return 0;
    }
}
