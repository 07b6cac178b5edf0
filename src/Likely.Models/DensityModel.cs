using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// A tractable density p(x): one definition with two faces. <see cref="LogProbabilities"/> answers for all symbols at once,
/// <see cref="Predict"/> for the next one; both give the same bits.
/// </summary>
public abstract class DensityModel
{
    internal DensityModel(ModelConfig config, Space space, int classes) => (Config, Space, Classes) = (config, space, classes);

    public ModelConfig Config { get; }

    public Space Space { get; }

    /// <summary>Number of classes the model is conditioned on; 0: unconditional.</summary>
    public int Classes { get; }

    public ParameterSet Parameters { get; } = new();

    /// <summary>
    /// Number of members of an ensemble. Its density is the average of the members' probabilities of a whole example, never
    /// of their logits.
    /// </summary>
    public virtual int Members => 1;

    /// <summary>What the network's outputs mean.</summary>
    public abstract Head Head { get; }

    /// <summary>Multiply-adds of one forward pass of one example of the model's own space.</summary>
    public double MultiplyAdds => MultiplyAddsOn(Space.Extent);

    /// <summary>Multiply-adds of one forward pass of one example.</summary>
    /// <param name="extent">One that the model takes.</param>
    public abstract double MultiplyAddsOn(Extent extent);

    /// <summary>Rows above a position and columns to each side of it that its distribution can depend on; null: all that come before.</summary>
    public virtual (int Rows, int Columns)? FieldOfView => null;

    /// <summary>True if the model takes examples of any height and width.</summary>
    public virtual bool AnyExtent => false;

    /// <summary>True if the model takes examples of this space: its own, or one that differs in the extent alone if it takes any.</summary>
    public bool Takes(Space space) => space == Space || AnyExtent && space with { Extent = Space.Extent } == Space && space.Extent.Frames == Space.Extent.Frames && space.IsPossible;

    /// <summary>Bytes of what the model makes of its weights and keeps, but for weights turned round, which tapes count.</summary>
    internal virtual long KeptBytes => 0;

    /// <summary>Bytes that a walk through some examples takes.</summary>
    internal abstract long WalkBytes(int batch, Extent extent);

    /// <summary>Log-probabilities in nats, [T, B, S]; on a recording tape a loss of -scale times their sum.</summary>
    /// <param name="tape">Where values live.</param>
    /// <param name="batch">Symbols, and labels if the model has classes.</param>
    /// <param name="scale">Weight of the loss.</param>
    /// <param name="member">Which member of an ensemble; while training, the member is drawn from the tape's address instead.</param>
    /// <exception cref="ArgumentException">The batch is empty, of a space that the model does not take, or has a label that is no class.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such member.</exception>
    public Tensor LogProbabilities(Tape tape, SymbolBatch batch, float scale = 1, int member = 0)
    {
        Require(batch, member);
        var logs = Score(tape, batch, scale, member);
        GC.KeepAlive(batch); // what pointers lead to
        GC.KeepAlive(this);
        return logs;
    }

    /// <summary>
    /// Hands out the distribution of every symbol given those visited before it, one dimension (index within an example) at a time for
    /// the whole batch, by one parallel pass: the same bits as a predictor's <see cref="IPredictor.Next"/>.
    /// </summary>
    /// <exception cref="ArgumentException">As above.</exception>
    public void Distributions(Tape tape, SymbolBatch batch, DistributionsReader read, int member = 0)
    {
        Require(batch, member);
        var source = new DistributionSource { Memory = (this, tape, batch) };
        Tell(tape, batch, source, (dimension, distributions) =>
        {
            read(dimension, distributions);
            source.Turn++;
        }, member);
        GC.KeepAlive(source);
    }

    /// <summary>A walk through <paramref name="batch"/> new examples.</summary>
    /// <param name="batch">Examples.</param>
    /// <param name="labels">One an example if the model has classes.</param>
    /// <param name="member">Which member of an ensemble.</param>
    /// <param name="extent">Of the examples; null: the model's own.</param>
    /// <exception cref="ArgumentException">The model does not take that extent, there are fewer or more labels than examples, or one is no class.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are no examples, or there is no such member.</exception>
    public IPredictor Predict(int batch, ReadOnlySpan<int> labels = default, int member = 0, Extent? extent = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        RequireMember(member);
        if (extent is { } own && !Takes(Space with { Extent = own })) throw new ArgumentException($"the model is one of {Space}, and cannot walk through {own}", nameof(extent));
        if (Classes > 0 && labels.Length != batch) throw new ArgumentException($"{batch} examples need one label each, not {labels.Length}", nameof(labels));
        if (Classes > 0) RequireLabels(labels);
        return Begin(batch, Classes > 0 ? labels : [], member, extent ?? Space.Extent);
    }

    internal abstract Tensor Score(Tape tape, SymbolBatch batch, float scale, int member);

    internal abstract void Tell(Tape tape, SymbolBatch batch, DistributionSource source, DistributionsReader read, int member);

    internal abstract IPredictor Begin(int batch, ReadOnlySpan<int> labels, int member, Extent extent);

    void Require(SymbolBatch batch, int member)
    {
        if (!Takes(batch.Space)) throw new ArgumentException($"the model is one of {Space}, and the batch is of {batch.Space}", nameof(batch));
        if (batch.Count == 0) throw new ArgumentException("the batch is empty", nameof(batch));
        RequireMember(member);
        if (Classes > 0) RequireLabels(batch.Labels);
    }

    void RequireMember(int member) => ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)member, (uint)Members, nameof(member));

    void RequireLabels(ReadOnlySpan<int> labels)
    {
        foreach (var label in labels)
            if ((uint)label >= (uint)Classes) throw new ArgumentException($"label {label} is none of the model's {Classes} classes", nameof(labels));
    }
}
