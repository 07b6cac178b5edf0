using Likely.Tensors.Kernels;

namespace Likely.Tensors;

public static unsafe partial class Ops
{
    /// <summary>
    /// Of x [T, B, C] the positions at and behind the end of each example become zero, and pass no gradient on: to a convolution that looks ahead, examples of different lengths
    /// are then what they are alone. Takes over the buffer of x, which nothing else may read.
    /// </summary>
    /// <param name="x">The examples.</param>
    /// <param name="lengths">Positions of each.</param>
    /// <exception cref="ArgumentException">There is not one length an example.</exception>
    internal static Tensor ClearBehind(Tensor x, int[] lengths)
    {
        if (lengths.Length != x.Batch) throw new ArgumentException($"{x.Batch} examples have one length each, not {lengths.Length}");
        var tape = x.Tape;
        var y = tape.TakeOver(x, x.RequiresGradient);
        if (tape.Computes) Clear(y, y.Data, lengths);
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            if (tape.Computes) Clear(e.Output!, e.Output!.Gradient, (int[])e.State!);
            tape.PassGradient(e.Output!, e.A!);
        });
        (entry.A, entry.State) = (x, lengths);
        return y;

        static void Clear(Tensor y, float* values, int[] lengths)
        {
            for (var t = lengths.Min(); t < y.Positions; t++)
                for (var b = 0; b < y.Batch; b++)
                    if (t >= lengths[b]) new Span<float>(values + ((nint)t * y.Batch + b) * y.Stride, y.Stride).Clear();
        }
    }

    /// <summary>Zeros of a shape, which ask for no gradient.</summary>
    internal static Tensor Zeros(Tape tape, Shape shape)
    {
        var y = tape.New(shape);
        if (tape.Computes) new Span<float>(y.Data, checked(y.Positions * y.Batch * y.Stride)).Clear();
        return y;
    }

    /// <summary>
    /// Adds to each position of x [T, B, C] the same position of a condition [S, B, C], each of which lasts for some of x, from position 0 on, or of each example from its own; nothing
    /// behind the end of the example's condition. Takes over the buffer of x, which nothing else may read.
    /// </summary>
    /// <param name="x">What is conditioned.</param>
    /// <param name="condition">By what.</param>
    /// <param name="before">Positions of each example before the first of x; null: none.</param>
    /// <param name="lengths">Positions of each example's condition, S at most.</param>
    /// <param name="stretch">Positions of x that one of the condition lasts.</param>
    /// <exception cref="ArgumentException">The shapes do not fit, or there is not one length an example.</exception>
    internal static Tensor AddCondition(Tensor x, Tensor condition, int[]? before, int[] lengths, int stretch)
    {
        if (condition.Shape with { Positions = x.Positions } != x.Shape || condition.Stride != x.Stride) throw new ArgumentException($"a condition {condition.Shape} does not fit {x.Shape}");
        if (lengths.Length != x.Batch || lengths.Max() > condition.Positions) throw new ArgumentException($"a condition {condition.Shape} has one length an example of at most as many positions");
        var tape = x.Tape;
        var y = tape.TakeOver(x, x.RequiresGradient || condition.RequiresGradient);
        for (var t = 0; t < y.Positions && tape.Computes; t++)
            for (var b = 0; b < y.Batch; b++)
                if ((At(before, b) + t) / stretch is var at && at < lengths[b]) Elementwise.Add(condition.Data + ((nint)at * y.Batch + b) * y.Stride, y.Data + ((nint)t * y.Batch + b) * y.Stride, y.Stride);
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            var (y, condition, (before, lengths, stretch)) = (e.Output!, e.B!, ((int[]?, int[], int))e.State!);
            if (condition.RequiresGradient)
            {
                var gradient = tape.GradientToAddTo(condition);
                for (var t = 0; t < y.Positions && tape.Computes; t++)
                    for (var b = 0; b < y.Batch; b++)
                        if ((At(before, b) + t) / stretch is var at && at < lengths[b]) Elementwise.Add(y.Gradient + ((nint)t * y.Batch + b) * y.Stride, gradient + ((nint)at * y.Batch + b) * y.Stride, y.Stride);
            }
            tape.PassGradient(y, e.A!);
        });
        (entry.A, entry.B, entry.State) = (x, condition, (before is null ? null : (int[])before.Clone(), lengths, stretch));
        return y;
    }
}
