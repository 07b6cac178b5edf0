using Likely.Tensors;

namespace Likely.Models;

/// <summary>What one layer remembers of a run. It lives on the run's memory tape.</summary>
abstract class RunMemory
{
    /// <summary>The same past for a run of other examples: the i-th goes on from <paramref name="examples"/>[i] of this one's.</summary>
    public abstract RunMemory Fork(Run run, ReadOnlySpan<int> examples);

    /// <summary>Forgets the past of one example.</summary>
    public abstract void Cut(int example);

    /// <summary>All that is remembered, in an order of its own, to be written down and read again; null of a memory that no training carries.</summary>
    public virtual IReadOnlyList<Tensor>? Values => null;

    /// <summary>The rows of some examples of a tensor, on a tape.</summary>
    public static Tensor Copy(Tensor from, Tape tape, ReadOnlySpan<int> examples)
    {
        var copy = tape.New(from.Shape with { Batch = examples.Length }, compact: from.Stride == from.Channels);
        for (var position = 0; position < from.Positions; position++)
            for (var example = 0; example < examples.Length; example++) from.Row(position, examples[example]).CopyTo(copy.Row(position, example));
        return copy;
    }
}
