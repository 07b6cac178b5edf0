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
