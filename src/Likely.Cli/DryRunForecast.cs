using System.Diagnostics;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Models;
using Likely.Training;

namespace Likely.Cli;

/// <summary>
/// Forecasts a training's time and memory by doing once what it does again and again: measured steps, a group of validation
/// examples, an update of the weights, a sheet of samples. The peak is the process's own, plus the copies that a snapshot makes.
/// </summary>
static class DryRunForecast
{
    const int SnapshotBlocks = 5, BytesPerFloat = 4;

    public static int Run(Session session, ModelConfig config, Dataset data, Dataset? heldOut, TrainingOptions plan, Checkpoint? from)
    {
        using var stop = new CancellationTokenSource();
        var trainer = new Trainer(config, data, plan, from, heldOut) { Progress = _ => stop.Cancel() };
        session.Say("measuring the speed ...");
        Baselines.Measure(data.Train, heldOut?.All ?? data.Validation, session.Threads, plan.ValidationLimit);
        trainer.Plan();
        var (step, validation, _) = trainer.Forecast();
        trainer.Run(stop.Token);
        var clock = Stopwatch.StartNew();
        Walk.Sample(trainer.Model, TrainingLog.SheetItems, threads: session.Threads);
        var sheet = clock.Elapsed.TotalSeconds;

        var (steps, parameters) = (trainer.TotalSteps, trainer.Model.Parameters);
        var epochs = (double)steps * plan.Batch / data.Train.Count;
        var validations = (double)steps / trainer.ValidateEvery;
        var training = steps * step + validations * validation;
        var seconds = training + Math.Min(Math.Min(epochs + 1, validations) * sheet, TrainingLog.SheetShare * training);
        using var process = Process.GetCurrentProcess();
        var bytes = process.PeakWorkingSet64 + SnapshotBlocks * BytesPerFloat * parameters.Length;
        session.Answer($"""
            parameters  {parameters.Count}
            steps       {steps}, {epochs:0.00} epochs, {1000 * step:0.0} ms each
            time        {ProgressDisplay.Duration(seconds)}
            memory      {bytes / 1e6:0} MB
            """, new JsonObject
        {
            ["parameters"] = parameters.Count, ["steps"] = steps, ["forecast_seconds"] = Session.Number(seconds), ["forecast_bytes"] = bytes,
            ["seconds_per_step"] = Session.Number(step), ["seconds_per_validation"] = Session.Number(validation), ["epochs"] = Session.Number(epochs),
        });
        return 0;
    }
}
