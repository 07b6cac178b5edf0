using Likely.Tensors;

namespace Likely.Models.Autoregressive;

/// <summary>
/// One member of a MADE ensemble (Germain et al. 2015, sec. 3 and 4): an order of the variables and a degree for every hidden unit. The
/// input visited at step t (from 0) has degree t + 1; a unit of degree m may depend on inputs of degree up to m, and the output
/// visited at step t on units of degree up to t. Degrees of a layer are uniform from the least of the layer below to D - 1.
/// </summary>
sealed class MadeMember
{
    readonly int[][] _known;

    /// <param name="config">Which masks and orderings there are.</param>
    /// <param name="dimensions">D.</param>
    /// <param name="member">Index within the ensemble.</param>
    /// <param name="sorted">True: units are numbered by degree, which no other set of masks may then contradict.</param>
    public MadeMember(MadeConfig config, int dimensions, int member, bool sorted)
    {
        Index = member;
        var seed = (ulong)config.MaskSeed;
        if (config.Orderings > 1) Order = new Philox(seed, RandomPurpose.Ordering).Permutation(dimensions, (ulong)(member % config.Orderings));
        var (inputs, outputs) = (new int[dimensions], new int[dimensions]);
        for (var t = 0; t < dimensions; t++) (inputs[Order?[t] ?? t], outputs[Order?[t] ?? t]) = (t + 1, t);

        var random = new Philox(seed, RandomPurpose.Mask, Philox.Hash("degrees"));
        Masks = new DegreeMask[config.Layers + 1];
        _known = new int[config.Layers][];
        var (below, belowOrder, least) = (inputs, Order, 1);
        for (var layer = 0; layer < config.Layers; layer++)
        {
            var degrees = new int[config.Hidden];
            var span = Math.Max(1, dimensions - least);
            for (var unit = 0; unit < degrees.Length; unit++)
                degrees[unit] = least + random.Below((ulong)(member % config.Masks), (ulong)layer << 32 | (uint)unit, span);
            if (sorted) Array.Sort(degrees);
            var order = sorted ? null : Sorted(degrees);
            Masks[layer] = new DegreeMask(below, degrees, belowOrder, order);
            _known[layer] = Known(degrees, dimensions);
            (below, belowOrder, least) = (degrees, order, degrees.Min());
        }
        Masks[^1] = new DegreeMask(below, outputs, belowOrder, Order);
        if (config.Direct) Direct = new DegreeMask(inputs, outputs, Order, Order);
    }

    /// <summary>Index within the ensemble.</summary>
    public int Index { get; }

    /// <summary>The variable visited at each step; null: as they come.</summary>
    public int[]? Order { get; }

    /// <summary>Memory that it takes, about.</summary>
    public long Bytes
    {
        get
        {
            var bytes = 4L * (Order?.Length ?? 0) + (Direct?.Bytes ?? 0);
            foreach (var mask in Masks) bytes += mask.Bytes;
            foreach (var known in _known) bytes += 4L * known.Length;
            return bytes;
        }
    }

    /// <summary>Masks of the products from inputs through the hidden layers to the outputs.</summary>
    public DegreeMask[] Masks { get; }

    /// <summary>The mask of the product straight from inputs to outputs, or null.</summary>
    public DegreeMask? Direct { get; }

    /// <summary>How many units of a layer, in sorted order, are known once <paramref name="observed"/> variables are.</summary>
    public int KnownUnits(int layer, int observed) => _known[layer][observed];

    static int[] Sorted(int[] degrees)
    {
        var order = new int[degrees.Length];
        for (var unit = 0; unit < order.Length; unit++) order[unit] = unit;
        Array.Sort(order, (a, b) => degrees[a] != degrees[b] ? degrees[a].CompareTo(degrees[b]) : a.CompareTo(b));
        return order;
    }

    static int[] Known(int[] degrees, int dimensions)
    {
        var known = new int[dimensions + 1];
        foreach (var degree in degrees) known[Math.Min(degree, dimensions)]++;
        for (var t = 1; t <= dimensions; t++) known[t] += known[t - 1];
        return known;
    }
}
