using Likely.Tensors;

namespace Likely.Models;

/// <summary>The order in which a model of binary variables visits them: the keys <c>ordering</c> and <c>ordering_seed</c>.</summary>
static class VisitingOrder
{
    /// <summary>The variable visited at each step; null: as they come.</summary>
    public static int[]? Create(string ordering, int seed, int dimensions)
        => ordering == "random" ? new Philox((ulong)seed, RandomPurpose.Ordering).Permutation(dimensions, 0) : null;
}
