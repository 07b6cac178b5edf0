namespace Likely.Models;

/// <summary>How sparse codes are found.</summary>
public sealed record LassoOptions
{
    /// <summary>What a code's numbers cost, in units of the product of a row and an atom.</summary>
    public double Penalty { get; init; } = 1;

    /// <summary>"coordinate-descent" or "fista".</summary>
    public string Algorithm { get; init; } = "coordinate-descent";

    /// <summary>Whether codes may not be below zero.</summary>
    public bool Positive { get; init; }

    /// <summary>How far a code may be from the conditions of optimality, as a share of the row's largest correlation with an atom.</summary>
    public double Residual { get; init; } = 1e-5;

    /// <summary>Most sweeps, or steps, for a row.</summary>
    public int Steps { get; init; } = 10_000;

    /// <summary>Threads, which change no bit; 0: as many as there are processors.</summary>
    public int Threads { get; init; }

    internal void Check()
    {
        if (!(Penalty > 0 && Penalty < 1e30)) throw new ModelException(FormattableString.Invariant($"penalty={Penalty} is not allowed; use a number above 0"));
        if (Algorithm is not ("coordinate-descent" or "fista")) throw new ModelException($"algorithm={Algorithm} is not allowed; use coordinate-descent or fista");
        if (!(Residual >= 1e-7 && Residual < 1)) throw new ModelException(FormattableString.Invariant($"residual={Residual} is not allowed; use a number from 1e-07 to 1, as codes are of single precision"));
        if (Steps < 1) throw new ModelException($"steps={Steps} is not allowed; use at least 1");
    }
}
