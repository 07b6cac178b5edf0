using Likely.Tensors.Kernels;

namespace Likely.Tensors;

/// <summary>
/// The differentiable operations. Each is one method that computes and, on a recording tape, one static method that runs it
/// backward. Inputs are on a tape or are parameters; results are on the tape of the first input.
/// </summary>
public static unsafe partial class Ops
{
    /// <summary>
    /// Convolution on the plan's grid, [H*W, B, inputs] -> [H*W, B, outputs]. With <paramref name="onto"/> the chains begin with
    /// that tensor's values, whose buffer the result takes over; else with the bias, or zero.
    /// </summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor Convolution(ConvolutionPlan plan, Tensor x, Parameter weight, Parameter? bias, Tensor? onto = null)
    {
        if (x.Positions != plan.Height * plan.Width || x.Channels != weight.Inputs || weight.Taps != plan.Taps.Length)
            throw new ArgumentException($"a {plan.Height}x{plan.Width} convolution with weight {weight.Shape} cannot take {x.Shape}");
        var tape = x.Tape;
        var y = Begin(tape, x, x.Positions, weight, bias, onto);
        Kernels.Convolution.Forward(plan, x.Data, x.Stride, 0, x.Batch, weight.Inputs, weight.Data, weight.Stride,
            Start(tape, weight, bias, onto), y.Data, y.Stride, 0, x.Positions, weight.Stride);
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            Tensor x = e.A!, y = e.Output!;
            var plan = (ConvolutionPlan)e.State!;
            Kernels.Convolution.WeightGradient(plan, x.Data, x.Stride, y.Gradient, y.Stride, x.Batch,
                e.Weight!.Inputs, e.Weight.GradientIn(tape), e.Weight.Stride, e.Weight.Stride);
            if (x.RequiresGradient)
            {
                var dx = tape.GradientOf(x, out var isNew);
                fixed (float* transposed = e.Weight.Transposed())
                    Kernels.Convolution.Forward(plan.Mirror, y.Gradient, y.Stride, 0, x.Batch, e.Weight.Outputs, transposed,
                        x.Stride, isNew ? tape.Zeros(x.Stride) : null, dx, x.Stride, 0, x.Positions, x.Stride);
            }
            FinishProduct(tape, e);
        });
        (entry.A, entry.B, entry.Weight, entry.Bias, entry.State) = (x, onto, weight, bias, plan);
        return y;
    }

    /// <summary>
    /// The same convolution for positions <paramref name="first"/> .. first + count alone, reading a window of inputs whose first
    /// position is <paramref name="origin"/>. Not differentiable: the face of a walk.
    /// </summary>
    public static Tensor Convolution(Tape tape, ConvolutionPlan plan, Tensor window, int origin, int first, int count, Parameter weight, Parameter? bias, Tensor? onto = null)
    {
        var y = Begin(tape, window, count, weight, bias, onto);
        Kernels.Convolution.Forward(plan, window.Data, window.Stride, origin, window.Batch, weight.Inputs, weight.Data, weight.Stride,
            Start(tape, weight, bias, onto), y.Data, y.Stride, first, first + count, weight.Stride);
        return y;
    }

    /// <summary>The same linear map at every position, [T, B, inputs] -> [T, B, outputs]; <paramref name="onto"/> as in convolution.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor Linear(Tensor x, Parameter weight, Parameter? bias, Tensor? onto = null)
    {
        if (x.Channels != weight.Inputs || weight.Taps != 1)
            throw new ArgumentException($"a linear map with weight {weight.Shape} cannot take {x.Shape}");
        var tape = x.Tape;
        var y = Begin(tape, x, x.Positions, weight, bias, onto);
        Kernels.Convolution.Pointwise(x.Data, x.Stride, x.Rows, weight.Inputs, weight.Data, weight.Stride,
            Start(tape, weight, bias, onto), y.Data, y.Stride, weight.Stride);
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            Tensor x = e.A!, y = e.Output!;
            Kernels.Convolution.PointwiseGradient(x.Data, x.Stride, y.Gradient, y.Stride, x.Rows,
                e.Weight!.Inputs, e.Weight.GradientIn(tape), e.Weight.Stride, e.Weight.Stride);
            if (x.RequiresGradient)
            {
                var dx = tape.GradientOf(x, out var isNew);
                fixed (float* transposed = e.Weight.Transposed())
                    Kernels.Convolution.Pointwise(y.Gradient, y.Stride, x.Rows, e.Weight.Outputs, transposed, x.Stride,
                        isNew ? tape.Zeros(x.Stride) : null, dx, x.Stride, x.Stride);
            }
            FinishProduct(tape, e);
        });
        (entry.A, entry.B, entry.Weight, entry.Bias) = (x, onto, weight, bias);
        return y;
    }

    static Tensor Begin(Tape tape, Tensor x, int positions, Parameter weight, Parameter? bias, Tensor? onto)
    {
        if (bias is not null && onto is not null) throw new ArgumentException("a product begins with a bias or continues a tensor, not both");
        var shape = new Shape(positions, x.Batch, weight.Outputs);
        if (onto is null) return tape.New(shape, requiresGradient: true);
        if (onto.Shape != shape) throw new ArgumentException($"cannot continue {onto.Shape} where the product gives {shape}");
        return tape.TakeOver(onto, requiresGradient: true);
    }

    // The row that all chains begin with; null: with what the result holds.
    static float* Start(Tape tape, Parameter weight, Parameter? bias, Tensor? onto)
        => onto is not null ? null : bias is null ? tape.Zeros(weight.Stride) : bias.Data;

    static void FinishProduct(Tape tape, TapeEntry e)
    {
        var y = e.Output!;
        if (e.Bias is not null) Elementwise.SumRows(y.Gradient, y.Stride, y.Rows, e.Bias.Stride, e.Bias.GradientIn(tape));
        if (e.B is not null) tape.PassGradient(y, e.B);
    }
}
