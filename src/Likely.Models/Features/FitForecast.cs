using System.Diagnostics;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>What fitting a model takes that goes over the rows pass by pass, measured within seconds by a few steps of each of its stages.</summary>
/// <param name="Config">What is fitted.</param>
/// <param name="Parameters">Numbers of the model.</param>
/// <param name="PassSeconds">Seconds of all passes over the rows.</param>
/// <param name="OtherSeconds">Seconds of all else: reading and preparing rows, and what comes after the passes.</param>
/// <param name="Bytes">Memory that the process will have taken at its peak.</param>
public sealed record FitForecast(FeatureConfig Config, long Parameters, double PassSeconds, double OtherSeconds, long Bytes)
{
    // Blocks as long as the weights: those of the model, those that are trained, average, both moments, gradient, eight shards'; and what is written down of them.
    const int Blocks = 14, NotedBlocks = 4;
    const double Moment = 1, MomentShare = 0.01;

    /// <summary>Seconds in all.</summary>
    public double Seconds => PassSeconds + OtherSeconds;

    /// <summary>Passes over the rows, of all stages.</summary>
    public int Passes => Config.Passes;

    /// <summary>Measures.</summary>
    /// <param name="config">What is to be fitted.</param>
    /// <param name="rows">To which rows.</param>
    /// <param name="options">Seed and threads.</param>
    /// <param name="cancellation">Ends it within a moment.</param>
    /// <exception cref="ModelException">The model goes over the rows in no passes, or fitting it would be refused.</exception>
    public static FitForecast Measure(FeatureConfig config, IRows rows, FitOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(rows);
        config = config.Ready(rows);
        return Measure(config, new RowBlocks(rows, ParallelShards.Workers(options?.Threads ?? 0), cancellation), options ?? new FitOptions());
    }

    internal static FitForecast Measure(FeatureConfig config, RowBlocks rows, FitOptions options)
    {
        if (config.PassKey is null) throw new ModelException($"{config.Name} does not go over the rows in passes, so that nothing can be said of their time");
        var model = config.ModelOf(rows.Source);
        var block = sizeof(float) * model.Parameters.Length;
        if (config.IsTrained && !MachineMemory.Fits(Blocks * block)) throw new ModelException($"training {config.Name} of {model.Parameters.Length} numbers needs {MachineMemory.Text(Blocks * block)} of memory for them alone, and {MachineMemory.Text(MachineMemory.Available())} are free; make it smaller");
        model.Parameters.Allocate(null);
        var trial = new FitTrial(options.Minutes is { } minutes ? Math.Min(Moment, MomentShare * 60 * minutes) : Moment);
        options.Progress?.Invoke(new FitMoment(0, "measuring the speed"));
        model.Fit(rows, options with { Journal = null, Progress = null, Trial = trial });
        using var process = Process.GetCurrentProcess();
        return new FitForecast(config, model.Parameters.Count, trial.PassSeconds, trial.OnceSeconds + trial.BetweenSeconds, process.PeakWorkingSet64 + (config.IsTrained ? NotedBlocks * block : 0));
    }

    /// <summary>The same for as many passes as fit into so many seconds; one where none does.</summary>
    public FitForecast Within(double seconds)
    {
        var config = Config.WithPasses(Math.Max(0, seconds - OtherSeconds) / Math.Max(PassSeconds, 1e-9));
        return this with { Config = config, PassSeconds = PassSeconds * config.Passes / Config.Passes };
    }
}
