using Likely.Tensors;

namespace Likely.Models;

/// <summary>What one layer remembers of a run. It lives on the run's memory tape.</summary>
abstract class RunMemory
{
    /// <summary>The same past for a run of other examples: the i-th goes on from <paramref name="examples"/>[i] of this one's.</summary>
    public abstract RunMemory Fork(Run run, ReadOnlySpan<int> examples);

    /// <summary>Forgets the past of one example.</summary>
    public abstract void Cut(int example);

    /// <summary>The numbers that are remembered, in an order of their own, to be written down and read again; null of a memory that no training carries.</summary>
    public virtual IReadOnlyList<Tensor>? Values => null;

    /// <summary>Takes over the past of one example of another run's memory of the same layer.</summary>
    public virtual void Take(int example, RunMemory from, int source) => throw new InvalidOperationException($"{GetType().Name} takes over no other's past");

    /// <summary>Appends all that is remembered.</summary>
    public virtual void Write(List<float> values)
    {
        foreach (var tensor in Values ?? throw new InvalidOperationException($"{GetType().Name} cannot be written down"))
            for (var position = 0; position < tensor.Positions; position++)
                for (var example = 0; example < tensor.Batch; example++) values.AddRange(tensor.Row(position, example));
    }

    /// <summary>Reads what was written from the beginning of <paramref name="values"/>; returns how many numbers that are.</summary>
    public virtual int Read(ReadOnlySpan<float> values)
    {
        var read = 0;
        foreach (var tensor in Values ?? [])
            for (var position = 0; position < tensor.Positions; position++)
                for (var example = 0; example < tensor.Batch; example++)
                {
                    var row = tensor.Row(position, example);
                    values.Slice(read, row.Length).CopyTo(row);
                    read += row.Length;
                }
        return read;
    }

    /// <summary>The rows of some examples of a tensor, on a tape, with what lies in their padding: some kernels rely on zeros there.</summary>
    public static unsafe Tensor Copy(Tensor from, Tape tape, ReadOnlySpan<int> examples)
    {
        var copy = tape.New(from.Shape with { Batch = examples.Length }, compact: from.Stride == from.Channels);
        for (var position = 0; position < from.Positions && tape.Computes; position++)
            for (var example = 0; example < examples.Length; example++)
            {
                float* source = from.Data + ((nint)position * from.Batch + examples[example]) * from.Stride, target = copy.Data + ((nint)position * copy.Batch + example) * copy.Stride;
                new ReadOnlySpan<float>(source, from.Stride).CopyTo(new Span<float>(target, copy.Stride));
            }
        return copy;
    }
}
