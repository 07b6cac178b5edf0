using Likely.Tensors;

namespace Likely.Models;

/// <summary>The masked layers of <see cref="MadeConfig"/>, from the inputs of all variables to their outputs; a variable has any number of either, all of its own degree.</summary>
sealed class MadeNetwork
{
    // Sorted copies of the weights that are kept for members in use at the same time, and members' orders and masks; at least one of each.
    const long CacheBytes = 512L << 20, MemberBytes = 64L << 20;

    // Orders that training goes through where each step has a new one.
    const int MostOrders = 1 << 20;

    // No more connections from inputs straight to outputs.
    const long MostDirect = 1L << 22;

    readonly MadeConfig _config;
    readonly ParameterSet _parameters;
    readonly int _variables;
    readonly int[]? _inputs, _outputs;
    readonly Parameter[] _weights, _biases;
    readonly Parameter? _direct;
    readonly MadeMember?[] _members;
    readonly float _dropout;
    readonly ulong[] _dropped;
    readonly List<MadeWeights> _cache = []; // the last used at the end
    readonly int _cacheSize;
    long _memberBytes;

    /// <param name="config">Its hyperparameters.</param>
    /// <param name="parameters">The model's, to which its own are added.</param>
    /// <param name="variables">How many there are.</param>
    /// <param name="inputs">Inputs of each variable; null: one.</param>
    /// <param name="outputs">Outputs of each; null: one.</param>
    /// <param name="bias">Where an output's bias begins; null: at 0.</param>
    public MadeNetwork(MadeConfig config, ParameterSet parameters, int variables, int[]? inputs = null, int[]? outputs = null, Func<int, double>? bias = null)
    {
        var layers = config.Layers;
        (_config, _parameters, _variables, _inputs, _outputs, _dropout, _dropped) = (config, parameters, variables, inputs, outputs, (float)config.Dropout, new ulong[layers]);
        _members = new MadeMember[Math.Max(config.Masks, config.Orderings)];
        var (entering, leaving) = (inputs?.Sum() ?? variables, outputs?.Sum() ?? variables);

        // A mask that is sorted as it is belongs to all members and is part of the parameter; else members share every weight.
        var (unitsAreSorted, inputsAreSorted) = (config.Masks == 1, config.Orderings == 1);
        var scope = new ParameterScope(parameters);
        (_weights, _biases) = (new Parameter[layers + 1], new Parameter[layers + 1]);
        var copies = 0.0; // bytes of one member's sorted weights
        for (var i = 0; i <= layers; i++)
        {
            var (from, to) = (i == 0 ? entering : config.Hidden, i == layers ? leaving : config.Hidden);
            var layer = i == layers ? scope.At("output") : scope.At("layers").At(i);
            if (i < layers) _dropped[i] = Philox.Hash(layer.Path);
            var (isSorted, mask) = (unitsAreSorted && (inputsAreSorted || i > 0 && i < layers), i);
            _weights[i] = layer.Weight("weight", 1, from, to, i == layers ? 0.5 : 1.4, isSorted ? Fixed(member => member.Masks[mask]) : null);
            _biases[i] = layer.Bias("bias", to, i == layers ? bias : null);
            if (!isSorted) copies += 4.0 * MaskedProduct.CopyLength(from, to);
            Units += from + to;
        }
        if (config.Direct && (long)entering * leaving <= MostDirect) _direct = scope.At("direct").Weight("weight", 1, entering, leaving, 0.1, inputsAreSorted ? Fixed(member => member.Direct!) : null);
        if (_direct is not null && !inputsAreSorted) copies += 4.0 * MaskedProduct.CopyLength(entering, leaving);
        _cacheSize = (int)Math.Clamp(CacheBytes / copies, 1, _members.Length);
        KeptBytes = (long)(_cacheSize * copies) + Math.Min(MemberBytes, 16 * Units * _members.Length);
    }

    /// <summary>Inputs and outputs of all products.</summary>
    public long Units { get; }

    public IReadOnlyList<InnerState> States => [.. Enumerable.Range(0, _config.Layers).Select(i => new InnerState($"layers.{i}", _config.Hidden))];

    /// <summary>Whether each step of training had an order of its own.</summary>
    public bool TakesAnyOrder => _config.Orderings == 0;

    /// <summary>Members of the ensemble.</summary>
    public int Members => _members.Length;

    /// <summary>Bytes that masks and sorted copies of weights take beside the weights.</summary>
    public long KeptBytes { get; }

    /// <summary>Connections of the first member; masked ones are not counted.</summary>
    public double Connections
    {
        get
        {
            var member = Member(0);
            double total = member.Direct?.Connections ?? 0;
            foreach (var mask in member.Masks) total += mask.Connections;
            return total;
        }
    }

    /// <summary>The weights that a pass takes: of a training step those of a member drawn for it.</summary>
    public MadeWeights Weights(Tape tape, int member)
    {
        if (tape.Training) member = new Philox(tape.Address.Seed, RandomPurpose.Mask).Below((ulong)tape.Address.Step, 0, _config.Orderings == 0 ? MostOrders : Members);
        return tape.Computes ? Weights(member) : new MadeWeights(_weights, _biases, _direct);
    }

    /// <summary>Outputs of all variables, [1, B, outputs], of inputs [1, B, inputs], both in visiting order.</summary>
    public Tensor Outputs(Tensor x, MadeWeights weights, Pass pass)
    {
        var h = x;
        for (var i = 0; i < weights.Products.Length - 1; i++)
        {
            h = Ops.Rectify(Ops.Masked(h, weights.Products[i]));
            pass.Show(i, h);
            h = Ops.Dropout(h, _dropout, _dropped[i]);
        }
        var outputs = Ops.Masked(h, weights.Products[^1]);
        return weights.Direct is null ? outputs : Ops.Add(outputs, Ops.Masked(x, weights.Direct));
    }

    /// <summary>The weights of an order that no member may have, with the units of the first.</summary>
    public MadeWeights Weights(int[] order)
    {
        var weights = new MadeWeights(_weights, _biases, _direct);
        weights.Refresh(new MadeMember(_config, _variables, _inputs, _outputs, 0, _direct is not null, order), _parameters.Version);
        return weights;
    }

    Func<int, int, int, bool> Fixed(Func<MadeMember, DegreeMask> maskOf)
    {
        var natural = new Lazy<Func<int, int, int, bool>>(() => maskOf(Member(0)).Natural);
        return (tap, input, output) => natural.Value(tap, input, output);
    }

    // Members are made when they are first asked for, and kept while they are small.
    MadeMember Member(int index)
    {
        lock (_members)
        {
            if (index < _members.Length && _members[index] is { } kept) return kept;
            var member = new MadeMember(_config, _variables, _inputs, _outputs, index, _direct is not null);
            if (index < _members.Length && (_memberBytes == 0 || _memberBytes + member.Bytes <= MemberBytes))
            {
                _members[index] = member;
                _memberBytes += member.Bytes;
            }
            return member;
        }
    }

    /// <summary>The weights of one member. Those of an older version are nobody's any more and are made over; those of another member may be in use and are let go, the one that was not asked for longest first.</summary>
    public MadeWeights Weights(int member)
    {
        lock (_cache)
        {
            var (version, found, old) = (_parameters.Version, -1, -1);
            for (var i = 0; i < _cache.Count; i++)
                if (_cache[i].Version != version) old = i;
                else if (_cache[i].Member.Index == member) found = i;
            var index = found >= 0 ? found : old;
            var weights = index >= 0 ? _cache[index] : new MadeWeights(_weights, _biases, _direct);
            if (index < 0 && _cache.Count == _cacheSize) index = 0;
            if (index >= 0) _cache.RemoveAt(index);
            _cache.Add(weights);
            if (found < 0) weights.Refresh(Member(member), version);
            return weights;
        }
    }
}

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
