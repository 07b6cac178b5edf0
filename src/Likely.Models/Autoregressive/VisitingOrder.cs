using Likely.Tensors;

namespace Likely.Models.Autoregressive;

/// <summary>The order in which a model of binary variables visits them: the keys <c>ordering</c> and <c>ordering_seed</c>.</summary>
static class VisitingOrder
{
    /// <exception cref="ModelException">Not an order, or the seed is negative.</exception>
    public static void Check(string ordering, int seed)
    {
        if (ordering is not ("raster" or "random")) throw new ModelException($"ordering={ordering} is unknown; use raster or random");
        if (seed < 0) throw new ModelException($"ordering_seed={seed} must be at least 0");
    }

    /// <summary>The variable visited at each step; null: as they come.</summary>
    public static int[]? Create(string ordering, int seed, int dimensions)
        => ordering == "random" ? new Philox((ulong)seed, RandomPurpose.Ordering).Permutation(dimensions, 0) : null;
}
