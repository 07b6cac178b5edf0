namespace Likely;

/// <summary>What a search finds.</summary>
/// <param name="Id">Which item, from 0 on in the order of the data that were indexed.</param>
/// <param name="Distance">Bits in which its code differs from the one that was asked for.</param>
public readonly record struct Neighbour(int Id, int Distance);
