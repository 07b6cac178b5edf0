using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// What one forward pass is asked for: which positions, on which extent, of which classes. Without a run it is of all positions at once; with
/// one it is of some that follow those the run remembers. Layers read it and never change it.
/// </summary>
/// <param name="Tape">Where values live.</param>
/// <param name="Extent">All positions of an example.</param>
/// <param name="Labels">One an example, or none.</param>
/// <param name="First">The first position asked for.</param>
/// <param name="Count">How many.</param>
/// <param name="Run">The walk that the pass is a step of; null: none.</param>
public readonly record struct Pass(Tape Tape, Extent Extent, ReadOnlyMemory<int> Labels, int First, int Count, Run? Run)
{
    /// <summary>All positions at once.</summary>
    public static Pass Whole(Tape tape, Extent extent, ReadOnlyMemory<int> labels) => new(tape, extent, labels, 0, checked((int)extent.Positions), null);

    /// <summary>What the examples are given, of sequences that are given one each; null: nothing.</summary>
    internal SourceSymbols? Sources { get; init; }

    /// <summary>
    /// Shows an inner state at the positions of the pass, [<see cref="Count"/>, B, its width], to whoever observes the run, with the units that the run holds at a value: what reads the state behind this
    /// call reads that. It is all that a model does for either, see <see cref="AutoregressiveModel.States"/>, but where a state of one position goes into the next within an operation (<see cref="Held"/>).
    /// </summary>
    /// <param name="state">Its index among the model's states.</param>
    /// <param name="values">The state, before another operation takes over its memory.</param>
    public void Show(int state, Tensor values)
    {
        foreach (var (unit, value) in Held(state))
            for (var p = 0; p < values.Positions && values.Tape.Computes; p++)
                for (var b = 0; b < values.Batch; b++) values.Row(p, b)[unit] = value;
        if (Run?.Observer is { } observer && observer.State == state) observer.Read(First, values);
    }

    /// <summary>The units of a state that the run holds at a value.</summary>
    internal ReadOnlySpan<UnitValue> Held(int state) => Run is { Held: { Length: > 0 } held } ? held[state] : [];

    /// <summary>The position after the last.</summary>
    public int End => First + Count;
}
