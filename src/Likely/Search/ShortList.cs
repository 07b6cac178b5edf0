namespace Likely;

/// <summary>The items whose codes of bits are near to a query's, which are looked at before all others, as semantic hashing does (Salakhutdinov and Hinton 2009).</summary>
/// <param name="Queries">The queries' codes.</param>
/// <param name="Items">The items' codes.</param>
/// <param name="Radius">Bits that they may differ in.</param>
public sealed record ShortList(LabelledCodes Queries, LabelledCodes Items, int Radius);
