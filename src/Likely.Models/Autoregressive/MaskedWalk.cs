using Likely.Tensors;

namespace Likely.Models;

/// <summary>Walks masked products variable by variable, for MADE and, with no hidden layer, FVSBN.</summary>
sealed unsafe class MaskedWalk : BinaryPredictor
{
    readonly MaskedSums _sums;

    /// <param name="space">The variables.</param>
    /// <param name="batch">Examples.</param>
    /// <param name="order">The variable visited at each step; null: as they come.</param>
    /// <param name="sums">The sums of the network's layers, to be begun.</param>
    public MaskedWalk(Space space, int batch, int[]? order, MaskedSums sums) : base(space, batch, order) => _sums = sums;

    MaskedWalk(MaskedWalk from, ReadOnlySpan<int> examples) : base(from, examples.Length) => _sums = from._sums.Fork(examples);

    public override IPredictor Fork(ReadOnlySpan<int> examples) => new MaskedWalk(this, Checked(examples));

    protected override void Predict(int step, float* logits)
    {
        for (var b = 0; b < Batch; b++) _sums.Read(b, step, 1, logits + b);
    }

    protected override void Absorb(int step, ReadOnlySpan<int> symbols)
    {
        for (var b = 0; b < Batch; b++) _sums.Input(b)[step] = symbols[b];
        _sums.Observe(step, step, 1);
    }
}
