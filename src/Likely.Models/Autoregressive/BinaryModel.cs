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

    /// <summary>Logits of all variables, compact [T, B, S].</summary>
    protected abstract Tensor Logits(Tape tape, SymbolBatch batch, int member);

    private protected sealed override void Tell(Tape tape, SymbolBatch batch, DistributionSource source, DistributionsReader read, int member, Run? run)
    {
        var logits = Logits(tape, batch, member);
        for (var d = 0; d < Space.Dimensions; d++)
            read(d, new SymbolDistributions(Head, source, logits.Data + (long)(d / logits.Channels) * batch.Count * logits.Stride, logits.Stride, null, d % logits.Channels, batch.Count));
    }

    private protected sealed override Tensor Score(Tape tape, SymbolBatch batch, float scale, int member, Run? run)
        => Ops.BernoulliLogProbabilities(Logits(tape, batch, member), batch.Symbols, scale);
}
