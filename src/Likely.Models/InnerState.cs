namespace Likely.Models;

/// <summary>What a network holds of a position between two of its layers: an inner state that it names, so that it can be asked for.</summary>
/// <param name="Name">Such as "layers.0"; of one model each once.</param>
/// <param name="Width">Its numbers at one position.</param>
public sealed record InnerState(string Name, int Width);
