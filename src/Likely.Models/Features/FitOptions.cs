namespace Likely.Models;

/// <summary>How a model of features is fitted, beyond its hyperparameters.</summary>
public sealed record FitOptions
{
    /// <summary>Decides all that is drawn.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Threads, which change no bit; 0: as many as there are processors.</summary>
    public int Threads { get; init; }

    /// <summary>Where what is trained step by step notes how far it is, now and then and when it is ended early; null: nowhere.</summary>
    public FitJournal? Journal { get; init; }

    /// <summary>Minutes that fitting may take: the passes over the rows become as many as fit by the speed that is measured first, and stand in the fitted model's config, by which it can be repeated; null: as many as the config says.</summary>
    public double? Minutes { get; init; }

    /// <summary>A fit that is tried; null: one that is meant.</summary>
    internal FitTrial? Trial { get; init; }

    /// <summary>Told how far fitting is, on the thread that fits.</summary>
    public Action<FitMoment>? Progress { get; init; }
}

/// <summary>How far fitting is.</summary>
/// <param name="Done">The share of the most that it can take.</param>
/// <param name="Words">What goes on, such as "iteration 3: objective 1.25".</param>
public readonly record struct FitMoment(double Done, string Words);
