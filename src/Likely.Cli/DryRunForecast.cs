using System.Diagnostics;
using System.Text.Json.Nodes;
using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>Prints how long a training will take and what memory the program will have taken at its peak.</summary>
static class DryRunForecast
{
    public static int Run(Session session, DensityConfig config, Dataset data, Dataset? heldOut, TrainingOptions options, Checkpoint? from)
    {
        session.Say("measuring the speed ...");
        using var process = Process.GetCurrentProcess();
        var before = process.WorkingSet64;
        var own = config.SpaceFor(data.Space);
        var (samples, item) = data.Modality.SheetOf(own);
        var forecast = TrainingForecast.Measure(config, data, options, from, heldOut, (int)((long)samples * item.Dimensions / own.Dimensions), session.Cancellation);
        var (plan, batch) = (forecast.Plan, forecast.Batch);
        var epochs = (double)plan.Total * batch / forecast.Examples;
        var validations = Math.Max(1, (double)plan.Total / plan.Every);
        var training = plan.Total * forecast.StepSeconds + validations * forecast.ValidationSeconds;
        var seconds = training + Math.Min(Math.Min(epochs + 1, validations) * forecast.SheetSeconds, TrainingLog.SheetShare * training);
        var bytes = before + forecast.Memory.Total;
        var expectation = TextExpectation.For(data, (double)forecast.Examples * own.Width, epochs, (double)plan.Total * batch * forecast.MultiplyAdds);
        session.Answer($"""
            parameters  {forecast.Parameters}
            training    {plan.Total} steps of {batch} examples, {epochs:0.00} epochs, {Milliseconds(forecast.StepSeconds)} each
            time        {ProgressDisplay.Duration(seconds)}
            memory      {MachineMemory.Text(bytes)}{(expectation is null ? "" : $"\nexpect      {expectation}")}
            """, new JsonObject
        {
            ["parameters"] = forecast.Parameters,
            ["steps"] = plan.Total,
            ["forecast_seconds"] = Session.Number(seconds),
            ["forecast_bytes"] = bytes,
            ["seconds_per_step"] = Session.Number(forecast.StepSeconds),
            ["seconds_per_validation"] = Session.Number(forecast.ValidationSeconds),
            ["epochs"] = Session.Number(epochs),
            ["expected_bits_per_character"] = Session.Number(expectation?.Bits),
            ["expected_text"] = expectation?.Looks,
        });
        return 0;
    }

    static string Milliseconds(double seconds) => seconds < 10 ? $"{1000 * seconds:0.0} ms" : $"{seconds:0.0} s";
}
