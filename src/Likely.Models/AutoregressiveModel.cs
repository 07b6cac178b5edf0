using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// A density that is a product over symbols, each given those before it: one definition with two faces.
/// <see cref="DensityModel.LogProbabilities"/> answers for all symbols at once, <see cref="Predict"/> for the next one; both give the same bits.
/// </summary>
public abstract class AutoregressiveModel : DensityModel
{
    private protected AutoregressiveModel(DensityConfig config, Space space, int classes) : base(config, space, classes) { }

    /// <summary>What the network's outputs mean.</summary>
    public abstract Head Head { get; }

    /// <summary>Rows above a position and columns to each side of it that its distribution can depend on; null: all that come before.</summary>
    public virtual (int Rows, int Columns)? FieldOfView => null;

    /// <summary>Symbols before one, the last of them included, that its distribution can depend on; null: all, or as <see cref="FieldOfView"/> says.</summary>
    public virtual long? ReceptiveField => null;

    /// <summary>Symbols of the windows in which the model sees a sequence, and how many positions one begins after another, so that all but the first see again the last of the one before; where one begins as another ends, its layers go on from what they keep. Null: it sees a sequence whole.</summary>
    public virtual (int Length, int Stride)? Windows => null;

    /// <summary>True if the model was trained in all orders, so that a walk may take any.</summary>
    public virtual bool TakesAnyOrder => false;

    /// <summary>The inner states that the model shows while it computes (<see cref="Pass.Show"/>), in the order of its layers: the last is what its head reads. Empty: it has none of a position.</summary>
    public virtual IReadOnlyList<InnerState> States => [];

    /// <summary>Bytes that a walk through some examples takes.</summary>
    internal abstract long WalkBytes(int batch, Extent extent);

    /// <summary>
    /// Hands out the distribution of every symbol given those visited before it, one dimension (index within an example) at a time for
    /// the whole batch, by one parallel pass: the same bits as a predictor's <see cref="IPredictor.Next"/>.
    /// </summary>
    /// <param name="tape">Where values live.</param>
    /// <param name="batch">Symbols, and labels if the model has classes.</param>
    /// <param name="read">Takes each dimension's distributions.</param>
    /// <param name="member">Which member of an ensemble.</param>
    /// <param name="run">What came before, as in <see cref="DensityModel.LogProbabilities"/>.</param>
    /// <exception cref="ArgumentException">As there.</exception>
    public void Distributions(Tape tape, SymbolBatch batch, DistributionsReader read, int member = 0, Run? run = null)
    {
        Require(batch, member, run);
        var source = new DistributionSource { Memory = (this, tape, batch) };
        Tell(tape, batch, source, (dimension, distributions) =>
        {
            read(dimension, distributions);
            source.Turn++;
        }, member, run);
        GC.KeepAlive(source);
    }

    /// <summary>A walk through <paramref name="batch"/> new examples.</summary>
    /// <param name="batch">Examples.</param>
    /// <param name="labels">One an example if the model has classes.</param>
    /// <param name="member">Which member of an ensemble.</param>
    /// <param name="extent">Of the examples; null: the model's own. <see cref="Extent.Open"/> where nobody knows how long a sequence will be.</param>
    /// <param name="sources">What each example is given, of a model of sequences that are given another one; null: nothing.</param>
    /// <param name="clamps">Units of inner states that are held at a value from the first position on, of models of sequences; null: none.</param>
    /// <param name="order">The dimension visited at each step, of a model that takes any order; null: the member's own.</param>
    /// <exception cref="ModelException">There is no such state or unit, a value is not finite, a unit is held twice, or the states of this kind of model cannot be set.</exception>
    /// <exception cref="ArgumentException">The model does not take that extent, there are fewer or more labels or sources than examples, or one is no class or no source.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are no examples, or there is no such member.</exception>
    public IPredictor Predict(int batch, ReadOnlySpan<int> labels = default, int member = 0, Extent? extent = null, IReadOnlyList<int[]>? sources = null, IReadOnlyList<Clamp>? clamps = null, int[]? order = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        RequireMember(member);
        if (extent is { } wanted && !Takes(Space with { Extent = wanted })) throw new ArgumentException($"the model is one of {Space}, and cannot walk through {wanted}", nameof(extent));
        if (Classes > 0 && labels.Length != batch) throw new ArgumentException($"{batch} examples need one label each, not {labels.Length}", nameof(labels));
        if (Classes > 0) RequireLabels(labels);
        if (sources is not null && sources.Count != batch) throw new ArgumentException($"{batch} examples need one source each, not {sources.Count}", nameof(sources));
        foreach (var source in sources ?? []) SymbolBatch.RequireSource(Space, source);
        if (order is not null)
        {
            if (!TakesAnyOrder) throw new ArgumentException($"{Config.Name} was trained in orders of its own, and takes no other", nameof(order));
            if (order.Length != Space.Dimensions || !order.Order().SequenceEqual(Enumerable.Range(0, order.Length))) throw new ArgumentException($"an order names each of {Space.Dimensions} dimensions once", nameof(order));
            return BeginInOrder(batch, order);
        }
        var (own, given) = (extent ?? Space.Extent, sources is null ? null : new SourceSymbols(sources));
        return clamps is { Count: > 0 } ? Begin(batch, Classes > 0 ? labels : [], own, given, Held(clamps)) : Begin(batch, Classes > 0 ? labels : [], member, own, given);
    }

    private protected abstract void Tell(Tape tape, SymbolBatch batch, DistributionSource source, DistributionsReader read, int member, Run? run);

    private protected abstract IPredictor Begin(int batch, ReadOnlySpan<int> labels, int member, Extent extent, SourceSymbols? sources);

    private protected virtual IPredictor BeginInOrder(int batch, int[] order) => throw new NotSupportedException();

    private protected virtual IPredictor Begin(int batch, ReadOnlySpan<int> labels, Extent extent, SourceSymbols? sources, UnitValue[][] held)
        => throw new ModelException($"the inner states of {Config.Name} cannot be clamped; those of models of sequences can");

    // Of each state the units that are held.
    UnitValue[][] Held(IReadOnlyList<Clamp> clamps)
    {
        var held = new List<UnitValue>[States.Count];
        for (var i = 0; i < held.Length; i++) held[i] = [];
        foreach (var clamp in clamps)
        {
            var index = 0;
            while (index < held.Length && States[index].Name != clamp.State) index++;
            if (index == held.Length) throw new ModelException($"{Config.Name} has no inner state {clamp.State}{(held.Length == 0 ? ", nor any other" : $"; they are {string.Join(", ", States.Select(state => state.Name))}")}");
            if ((uint)clamp.Unit >= (uint)States[index].Width) throw new ModelException($"{clamp.State} has {States[index].Width} units, from 0 on, and no unit {clamp.Unit}");
            if (!float.IsFinite(clamp.Value)) throw new ModelException($"unit {clamp.Unit} of {clamp.State} cannot be held at a value that is not finite");
            if (held[index].Exists(one => one.Unit == clamp.Unit)) throw new ModelException($"unit {clamp.Unit} of {clamp.State} is clamped twice");
            held[index].Add(new UnitValue(clamp.Unit, clamp.Value));
        }
        return Array.ConvertAll(held, units => units.ToArray());
    }
}
