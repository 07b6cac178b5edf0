namespace Likely.Models;

/// <summary>
/// What a density model is a model of: H x W positions with S symbols each (1: grey or binary, 3: RGB), every symbol one of
/// <paramref name="Levels"/> values. A vector of D binary variables is a 1 x D grid.
/// </summary>
public readonly record struct Geometry(int Height, int Width, int SubPositions, int Levels)
{
    public int Positions => Height * Width;

    /// <summary>Number of symbols of one example.</summary>
    public int Dimensions => Positions * SubPositions;

    public override string ToString() => $"{Height}x{Width}x{SubPositions}, {Levels} levels";
}
