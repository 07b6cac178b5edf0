using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// One member of a MADE ensemble (Germain et al. 2015, sec. 3 and 4): an order of the variables and a degree for every hidden unit. The
/// variable visited at step t (from 0) has degree t + 1, all its inputs; a unit of degree m may depend on inputs of degree up to m, and the output
/// visited at step t on units of degree up to t. Degrees of a layer are uniform from the least of the layer below to D - 1.
/// </summary>
sealed class MadeMember
{
    /// <param name="config">Which masks and orderings there are.</param>
    /// <param name="dimensions">D.</param>
    /// <param name="inputsOf">Inputs of each variable; null: one.</param>
    /// <param name="outputsOf">Outputs of each; null: one.</param>
    /// <param name="member">Index within the ensemble, or behind it in training.</param>
    /// <param name="hasDirect">Whether inputs reach outputs directly.</param>
    /// <param name="order">An order of the variables; null: the member's own.</param>
    public MadeMember(MadeConfig config, int dimensions, int[]? inputsOf, int[]? outputsOf, int member, bool hasDirect, int[]? order = null)
    {
        Index = member;
        var seed = (ulong)config.MaskSeed;
        var sorted = config.Masks == 1; // units are numbered by degree, which no other set of masks may then contradict
        if (config.Orderings != 1) Order = order ?? new Philox(seed, RandomPurpose.Ordering).Permutation(dimensions, (ulong)(config.Orderings == 0 ? member : member % config.Orderings));
        var steps = new int[dimensions];
        for (var t = 0; t < dimensions; t++) steps[Order?[t] ?? t] = t;
        var (inputs, outputs) = (Spread(inputsOf, Array.ConvertAll(steps, step => step + 1)), Spread(outputsOf, steps));
        var (inputOrder, outputOrder) = (InOrder(inputsOf, Order), InOrder(outputsOf, Order));

        var random = new Philox(seed, RandomPurpose.Mask, Philox.Hash("degrees"));
        Masks = new DegreeMask[config.Layers + 1];
        Known = new int[config.Layers][];
        var (below, belowOrder, least) = (inputs, inputOrder, 1);
        for (var layer = 0; layer < config.Layers; layer++)
        {
            var degrees = new int[config.Hidden];
            var span = Math.Max(1, dimensions - least);
            for (var unit = 0; unit < degrees.Length; unit++)
                degrees[unit] = least + random.Below((ulong)(member % config.Masks), (ulong)layer << 32 | (uint)unit, span);
            if (sorted) Array.Sort(degrees);
            var sortedUnits = sorted ? null : Sorted(degrees);
            Masks[layer] = new DegreeMask(below, degrees, belowOrder, sortedUnits);
            Known[layer] = Counts(degrees, dimensions);
            (below, belowOrder, least) = (degrees, sortedUnits, degrees.Min());
        }
        Masks[^1] = new DegreeMask(below, outputs, belowOrder, outputOrder);
        if (hasDirect) Direct = new DegreeMask(inputs, outputs, inputOrder, outputOrder);
    }

    /// <summary>Index within the ensemble.</summary>
    public int Index { get; }

    /// <summary>The variable visited at each step; null: as they come.</summary>
    public int[]? Order { get; }

    /// <summary>Memory that it takes, about.</summary>
    public long Bytes => 4L * (Order?.Length ?? 0) + (Direct?.Bytes ?? 0) + Masks.Sum(mask => mask.Bytes) + Known.Sum(known => 4L * known.Length);

    /// <summary>Masks of the products from inputs through the hidden layers to the outputs.</summary>
    public DegreeMask[] Masks { get; }

    /// <summary>The mask of the product straight from inputs to outputs, or null.</summary>
    public DegreeMask? Direct { get; }

    /// <summary>[layer][t]: how many units of a layer, in sorted order, are known once t variables are.</summary>
    public int[][] Known { get; }

    // What a variable has, for each of its inputs or outputs.
    static int[] Spread(int[]? widths, int[] of) => widths is null ? of : [.. widths.SelectMany((width, variable) => Enumerable.Repeat(of[variable], width))];

    // Inputs or outputs by variable, the variables in an order.
    static int[]? InOrder(int[]? widths, int[]? order)
    {
        if (widths is null || order is null) return order;
        var first = new int[widths.Length + 1];
        for (var variable = 0; variable < widths.Length; variable++) first[variable + 1] = first[variable] + widths[variable];
        return [.. order.SelectMany(variable => Enumerable.Range(first[variable], widths[variable]))];
    }

    static int[] Sorted(int[] degrees) => [.. Enumerable.Range(0, degrees.Length).OrderBy(unit => degrees[unit])];

    static int[] Counts(int[] degrees, int dimensions)
    {
        var known = new int[dimensions + 1];
        foreach (var degree in degrees) known[Math.Min(degree, dimensions)]++;
        for (var t = 1; t <= dimensions; t++) known[t] += known[t - 1];
        return known;
    }
}

/// <summary>The products of one member at one version of the parameters, masked and sorted.</summary>
sealed class MadeWeights(Parameter[] weights, Parameter[] biases, Parameter? direct)
{
    /// <summary>The member; set by <see cref="Refresh"/>.</summary>
    public MadeMember Member { get; private set; } = null!;

    /// <summary>The parameters' version these weights were made from.</summary>
    public long Version { get; private set; } = -1;

    /// <summary>From inputs through the hidden layers to the outputs.</summary>
    public MaskedProduct[] Products { get; } = [.. weights.Zip(biases, (weight, bias) => new MaskedProduct(weight, bias))];

    /// <summary>Straight from inputs to outputs, or null.</summary>
    public MaskedProduct? Direct { get; } = direct is null ? null : new MaskedProduct(direct, null);

    public void Refresh(MadeMember member, long version)
    {
        (Member, Version) = (member, version);
        for (var i = 0; i < Products.Length; i++) Products[i].Refresh(member.Masks[i]);
        Direct?.Refresh(member.Direct!);
    }
}
