using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// MADE, the masked autoencoder for distribution estimation (Germain et al. 2015), for binary variables: an autoencoder whose weights
/// are masked (<see cref="MadeMember"/>) so that each output depends on earlier inputs alone, eq. 9 to 14. Several masks and orderings
/// share the weights and make an ensemble that averages probabilities of whole examples (sec. 4.2 and 4.3). Everything is computed
/// in visiting order with units sorted by degree, so a walk computes each unit once and a sample costs about one forward pass.
/// </summary>
public sealed record MadeConfig : DensityConfig
{
    [Key("units of each hidden layer", 1, 65536)]
    public int Hidden { get; init; } = 500;
    [Key("hidden layers", 1, 100)]
    public int Layers { get; init; } = 1;
    [Key("sets of masks trained in turn; 1: one set for ever", 1, 1024)]
    public int Masks { get; init; } = 1;
    [Key("orders of the variables trained in turn; 1: as they come, more: random ones", 1, 1024)]
    public int Orderings { get; init; } = 1;
    [Key("true: inputs also reach outputs directly")]
    public bool Direct { get; init; } = true;
    [Key("share of each layer's hidden units dropped while training; wide layers overfit without", 0, 0.95)]
    public double Dropout { get; init; }
    [Key("seed of masks and orderings", 0, int.MaxValue)]
    public int MaskSeed { get; init; }

    public override string Name => "made";

    public override string Summary => "MADE: masked autoencoder, binary variables, ensembles of masks and orderings (Germain et al. 2015)";

    protected override AutoregressiveModel Create(Space space, int classes) => new Made(this, space);
}

sealed class Made : BinaryModel
{
    // Sorted copies of the weights that are kept for members in use at the same time, and members' orders and masks; at least one of each.
    const long CacheBytes = 512L << 20, MemberBytes = 64L << 20;

    readonly MadeConfig _config;
    readonly Parameter[] _weights, _biases;
    readonly Parameter? _direct;
    readonly MadeMember?[] _members;
    readonly float _dropout;
    readonly ulong[] _dropped;
    readonly List<MadeWeights> _cache = []; // the last used at the end
    readonly int _cacheSize;
    readonly long _units; // inputs and outputs of all products
    long _memberBytes;

    public Made(MadeConfig config, Space space) : base(config, space)
    {
        var (dimensions, layers) = (space.Dimensions, config.Layers);
        (_config, _dropout, _dropped) = (config, (float)config.Dropout, new ulong[layers]);
        _members = new MadeMember[Math.Max(config.Masks, config.Orderings)];

        // A mask that is sorted as it is belongs to all members and is part of the parameter; else members share every weight.
        var (unitsAreSorted, inputsAreSorted) = (config.Masks == 1, config.Orderings == 1);
        var scope = new ParameterScope(Parameters);
        (_weights, _biases) = (new Parameter[layers + 1], new Parameter[layers + 1]);
        var copies = 0.0; // bytes of one member's sorted weights
        for (var i = 0; i <= layers; i++)
        {
            var (inputs, outputs) = (i == 0 ? dimensions : config.Hidden, i == layers ? dimensions : config.Hidden);
            var layer = i == layers ? scope.At("output") : scope.At("layers").At(i);
            if (i < layers) _dropped[i] = Philox.Hash(layer.Path);
            var (isSorted, mask) = (unitsAreSorted && (inputsAreSorted || i > 0 && i < layers), i);
            _weights[i] = layer.Weight("weight", 1, inputs, outputs, i == layers ? 0.5 : 1.4, isSorted ? Fixed(member => member.Masks[mask]) : null);
            _biases[i] = layer.Bias("bias", outputs);
            if (!isSorted) copies += 4.0 * MaskedProduct.CopyLength(inputs, outputs);
            _units += inputs + outputs;
        }
        if (config.Direct) _direct = scope.At("direct").Weight("weight", 1, dimensions, dimensions, 0.1, inputsAreSorted ? Fixed(member => member.Direct!) : null);
        if (config.Direct && !inputsAreSorted) copies += 4.0 * MaskedProduct.CopyLength(dimensions, dimensions);
        _cacheSize = (int)Math.Clamp(CacheBytes / copies, 1, _members.Length);
        KeptBytes = (long)(_cacheSize * copies) + Math.Min(MemberBytes, 16 * _units * _members.Length);
    }

    public override IReadOnlyList<InnerState> States => [.. Enumerable.Range(0, _config.Layers).Select(i => new InnerState($"layers.{i}", _config.Hidden))];

    public override int Members => _members.Length;

    internal override long KeptBytes { get; }

    internal override long WalkBytes(int batch, Extent extent) => sizeof(float) * batch * _units;

    /// <summary>Connections of the first member; masked ones are not counted.</summary>
    public override double MultiplyAddsOn(Extent extent)
    {
        var member = Member(0);
        double total = member.Direct?.Connections ?? 0;
        foreach (var mask in member.Masks) total += mask.Connections;
        return total;
    }

    protected override Tensor Logits(SymbolBatch batch, int member, Pass pass)
    {
        var tape = pass.Tape;
        if (tape.Training) member = new Philox(tape.Address.Seed, RandomPurpose.Mask).Below((ulong)tape.Address.Step, 0, Members);
        var weights = tape.Computes ? Weights(member) : new MadeWeights(_weights, _biases, _direct);
        var (sub, order) = (Space.Symbols, weights.Member?.Order);
        var x = Ops.Variables(tape, batch.Symbols, Space.Positions, batch.Count, sub, order);
        var h = x;
        for (var i = 0; i < weights.Products.Length - 1; i++)
        {
            h = Ops.Rectify(Ops.Masked(h, weights.Products[i]));
            pass.Show(i, h);
            h = Ops.Dropout(h, _dropout, _dropped[i]);
        }
        var logits = Ops.Masked(h, weights.Products[^1]);
        if (weights.Direct is not null) logits = Ops.Add(logits, Ops.Masked(x, weights.Direct));
        return Ops.ToPositions(logits, sub, order);
    }

    private protected override IPredictor Begin(int batch, ReadOnlySpan<int> labels, int member, Extent extent, SourceSymbols? sources)
    {
        var weights = Weights(member);
        return new MaskedWalk(Space, batch, weights.Member.Order, weights.Products, weights.Direct, weights.Member.Known);
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
            if (_members[index] is { } kept) return kept;
            var member = new MadeMember(_config, Space.Dimensions, index, sorted: _config.Masks == 1);
            if (_memberBytes == 0 || _memberBytes + member.Bytes <= MemberBytes)
            {
                _members[index] = member;
                _memberBytes += member.Bytes;
            }
            return member;
        }
    }

    // Weights of an older version are nobody's any more and are made over; those of another member may be in use and are let go, the one
    // that was not asked for longest first.
    MadeWeights Weights(int member)
    {
        lock (_cache)
        {
            var (version, found, old) = (Parameters.Version, -1, -1);
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
/// input visited at step t (from 0) has degree t + 1; a unit of degree m may depend on inputs of degree up to m, and the output
/// visited at step t on units of degree up to t. Degrees of a layer are uniform from the least of the layer below to D - 1.
/// </summary>
sealed class MadeMember
{
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
        Known = new int[config.Layers][];
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
            Known[layer] = Counts(degrees, dimensions);
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
    public long Bytes => 4L * (Order?.Length ?? 0) + (Direct?.Bytes ?? 0) + Masks.Sum(mask => mask.Bytes) + Known.Sum(known => 4L * known.Length);

    /// <summary>Masks of the products from inputs through the hidden layers to the outputs.</summary>
    public DegreeMask[] Masks { get; }

    /// <summary>The mask of the product straight from inputs to outputs, or null.</summary>
    public DegreeMask? Direct { get; }

    /// <summary>[layer][t]: how many units of a layer, in sorted order, are known once t variables are.</summary>
    public int[][] Known { get; }

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
