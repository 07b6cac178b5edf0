namespace Likely.Models;

/// <summary>Holds a unit of an inner state at a value wherever a walk computes it: what reads the state, at that position and at later ones, reads the value.</summary>
/// <param name="State">One of <see cref="AutoregressiveModel.States"/>, by its name.</param>
/// <param name="Unit">From 0 on.</param>
/// <param name="Value">Finite.</param>
public sealed record Clamp(string State, int Unit, float Value);
