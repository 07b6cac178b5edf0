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
    /// <exception cref="ArgumentException">The model does not take that extent, there are fewer or more labels or sources than examples, or one is no class or no source.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are no examples, or there is no such member.</exception>
    public IPredictor Predict(int batch, ReadOnlySpan<int> labels = default, int member = 0, Extent? extent = null, IReadOnlyList<int[]>? sources = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        RequireMember(member);
        if (extent is { } own && !Takes(Space with { Extent = own })) throw new ArgumentException($"the model is one of {Space}, and cannot walk through {own}", nameof(extent));
        if (Classes > 0 && labels.Length != batch) throw new ArgumentException($"{batch} examples need one label each, not {labels.Length}", nameof(labels));
        if (Classes > 0) RequireLabels(labels);
        if (sources is not null && sources.Count != batch) throw new ArgumentException($"{batch} examples need one source each, not {sources.Count}", nameof(sources));
        foreach (var source in sources ?? []) SymbolBatch.RequireSource(Space, source);
        return Begin(batch, Classes > 0 ? labels : [], member, extent ?? Space.Extent, sources is null ? null : new SourceSymbols(sources));
    }

    private protected abstract void Tell(Tape tape, SymbolBatch batch, DistributionSource source, DistributionsReader read, int member, Run? run);

    private protected abstract IPredictor Begin(int batch, ReadOnlySpan<int> labels, int member, Extent extent, SourceSymbols? sources);
}
