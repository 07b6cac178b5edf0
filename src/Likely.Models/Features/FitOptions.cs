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

    /// <summary>Told how far fitting is, on the thread that fits.</summary>
    public Action<FitMoment>? Progress { get; init; }
}

/// <summary>How far fitting is.</summary>
/// <param name="Done">The share of the most that it can take.</param>
/// <param name="Words">What goes on, such as "iteration 3: objective 1.25".</param>
public readonly record struct FitMoment(double Done, string Words);
