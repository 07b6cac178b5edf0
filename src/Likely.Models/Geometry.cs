namespace Likely.Models;

/// <summary>
/// What a density model is a model of: H x W positions with S symbols each (1: grey or binary, 3: RGB), every symbol one of
/// <paramref name="Levels"/> values. A vector of D binary variables is a 1 x D grid.
/// </summary>
public readonly record struct Geometry(int Height, int Width, int SubPositions, int Levels)
{
    /// <summary>No model is of more positions: 8192 x 8192.</summary>
    public const int MostPositions = 1 << 26;

    /// <summary>False if there are none, more than <see cref="MostPositions"/>, or not 1 to 3 symbols each of 2 to 256 levels.</summary>
    public bool IsPossible => Height >= 1 && Width >= 1 && (long)Height * Width <= MostPositions && SubPositions is >= 1 and <= 3 && Levels is >= 2 and <= 256;

    public int Positions => checked(Height * Width);

    /// <summary>Number of symbols of one example.</summary>
    public int Dimensions => checked(Positions * SubPositions);

    public override string ToString() => $"{Height}x{Width}x{SubPositions}, {Levels} levels";
}
