namespace Likely.Tensors;

/// <summary>A unit of a state that is held at a value, whatever would be computed of it.</summary>
public readonly record struct UnitValue(int Unit, float Value);
