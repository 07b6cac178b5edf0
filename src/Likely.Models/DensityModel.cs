using Likely.Tensors;

namespace Likely.Models;

/// <summary>A model of p(x), or of p(x | label): it tells how likely examples are.</summary>
public abstract class DensityModel : Model, ITrainable
{
    private protected DensityModel(DensityConfig config, Space space, int classes) : base(config, space) => (Config, Classes) = (config, classes);

    public override DensityConfig Config { get; }

    /// <summary>Number of classes the model is conditioned on; 0: unconditional.</summary>
    public int Classes { get; }

    /// <summary>
    /// Number of members of an ensemble. Its density is the average of the members' probabilities of a whole example, never
    /// of their logits.
    /// </summary>
    public virtual int Members => 1;

    /// <summary>Multiply-adds of one forward pass of one example of the model's own space.</summary>
    public double MultiplyAdds => MultiplyAddsOn(Space.Extent);

    /// <summary>Multiply-adds of one forward pass of one example.</summary>
    /// <param name="extent">One that the model takes.</param>
    public abstract double MultiplyAddsOn(Extent extent);

    /// <summary>True if a run carries a past from one batch of windows to the next, so that examples may be scored and trained on window by window.</summary>
    public virtual bool Carries => false;

    /// <summary>Log-probabilities in nats, [T, B, S], 0 where an example of the batch has ended; on a recording tape a loss of -scale times their sum.</summary>
    /// <param name="tape">Where values live.</param>
    /// <param name="batch">Symbols, and labels if the model has classes.</param>
    /// <param name="scale">Weight of the loss.</param>
    /// <param name="member">Which member of an ensemble; while training, the member is drawn from the tape's address instead.</param>
    /// <param name="run">What came before these windows of the examples, which the run remembers, as a constant; it goes on to their end. Null: nothing did.</param>
    /// <exception cref="ArgumentException">The batch is empty, of a space that the model does not take, or has a label that is no class; or there is a run, and the model does not carry or the run is one of other examples.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such member.</exception>
    public Tensor LogProbabilities(Tape tape, SymbolBatch batch, float scale = 1, int member = 0, Run? run = null)
    {
        Require(batch, member, run);
        var logs = Score(tape, batch, scale, member, run);
        GC.KeepAlive(batch); // what pointers lead to
        GC.KeepAlive(this);
        return logs;
    }

    double ITrainable.Loss(Tape tape, SymbolBatch batch, float scale, Run? run)
    {
        var logs = LogProbabilities(tape, batch, scale, 0, run);
        var total = 0.0;
        for (var position = 0; position < logs.Positions; position++)
            for (var example = 0; example < logs.Batch; example++)
                foreach (var log in logs.Row(position, example)) total -= log;
        return total;
    }

    private protected abstract Tensor Score(Tape tape, SymbolBatch batch, float scale, int member, Run? run);

    private protected void Require(SymbolBatch batch, int member, Run? run = null)
    {
        if (!Takes(batch.Space)) throw new ArgumentException($"the model is one of {Space}, and the batch is of {batch.Space}", nameof(batch));
        if (batch.Count == 0) throw new ArgumentException("the batch is empty", nameof(batch));
        if (run is not null && (!Carries || run.Batch != batch.Count)) throw new ArgumentException(Carries ? $"the run is one of {run.Batch} examples, and the batch has {batch.Count}" : $"{Config.Name} takes examples whole, and no run", nameof(run));
        RequireMember(member);
        if (Classes > 0) RequireLabels(batch.Labels);
    }

    private protected void RequireMember(int member) => ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)member, (uint)Members, nameof(member));

    private protected void RequireLabels(ReadOnlySpan<int> labels)
    {
        foreach (var label in labels)
            if ((uint)label >= (uint)Classes) throw new ArgumentException($"label {label} is none of the model's {Classes} classes", nameof(labels));
    }
}
