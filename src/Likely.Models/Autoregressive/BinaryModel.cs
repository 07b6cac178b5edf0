using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// A model of D binary variables whose network gives the logit of each from those visited before it:
/// log p(x) = sum over d of log Bernoulli(x_d; sigmoid(logit_d(x_before d))). Variables are 0 or 1, never -1..1.
/// </summary>
abstract unsafe class BinaryModel : AutoregressiveModel
{
    /// <exception cref="ModelException">The data is not binary.</exception>
    protected BinaryModel(DensityConfig config, Space space) : base(config, space, 0)
    {
        if (space.Levels != 2) throw new ModelException($"{config.Name} models binary variables, and the data has {space.Levels} levels; set binarize=threshold");
        Head = new BernoulliHead(space.Symbols, 2);
    }

    public sealed override Head Head { get; }

    /// <summary>Logits of all variables, compact [T, B, S]. Inner states are shown as those of one position, of units that have read all that they see.</summary>
    protected abstract Tensor Logits(SymbolBatch batch, int member, Pass pass);

    /// <summary>Shows an inner state of the items of a batch, [1, B, its width]; of an ensemble that of its first member.</summary>
    internal void Show(SymbolBatch batch, StateObserver observer)
    {
        Require(batch, 0, null);
        Logits(batch, 0, new Run(batch.Count, batch.Space.Extent) { Observer = observer }.On(new Tape(), 0, batch.Space.Positions));
        GC.KeepAlive(batch); // what pointers lead to
    }

    static Pass Whole(Tape tape, SymbolBatch batch) => Pass.Whole(tape, batch.Space.Extent, batch.LabelMemory);

    private protected sealed override void Tell(Tape tape, SymbolBatch batch, DistributionSource source, DistributionsReader read, int member, Run? run)
    {
        var logits = Logits(batch, member, Whole(tape, batch));
        for (var d = 0; d < Space.Dimensions; d++)
            read(d, new SymbolDistributions(Head, source, logits.Data + (long)(d / logits.Channels) * batch.Count * logits.Stride, logits.Stride, null, d % logits.Channels, batch.Count));
    }

    private protected sealed override Tensor Score(Tape tape, SymbolBatch batch, float scale, int member, Run? run)
        => Ops.BernoulliLogProbabilities(Logits(batch, member, Whole(tape, batch)), batch.Symbols, scale);
}
