using Likely.Tensors.Kernels;

namespace Likely.Tensors;

/// <summary>
/// The differentiable operations. Each is one method that computes and, on a recording tape, one static method that runs it
/// backward. Inputs are on a tape or are parameters; results are on the tape of the first input. On a tape that only measures
/// both ask for the same memory and compute nothing.
/// </summary>
public static unsafe partial class Ops
{
    /// <summary>
    /// Convolution on the plan's grid, [H*W, B, inputs] -> [H*W, B, outputs]. With <paramref name="onto"/> the chains begin with
    /// that tensor's values, whose buffer the result takes over; else with the bias, or zero.
    /// </summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    internal static Tensor Convolution(ConvolutionPlan plan, Tensor x, Parameter weight, Parameter? bias, Tensor? onto = null)
    {
        if (x.Positions != plan.Height * plan.Width || x.Channels != weight.Inputs || weight.Taps != plan.Taps.Length)
            throw new ArgumentException($"a {plan.Height}x{plan.Width} convolution with weight {weight.Shape} cannot take {x.Shape}");
        var tape = x.Tape;
        var y = Begin(tape, x, x.Positions, weight, bias, onto);
        var start = Start(tape, weight, bias, onto);
        if (tape.Computes)
            Kernels.Convolution.Forward(plan, x.Data, x.Stride, 0, x.Batch, weight.Inputs, weight.Data, weight.Stride,
                start, y.Data, y.Stride, 0, x.Positions, weight.Stride);
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            Tensor x = e.A!, y = e.Output!;
            var plan = (ConvolutionPlan)e.State!;
            var weight = e.Weight!;
            var dw = weight.GradientIn(tape);
            if (tape.Computes) Kernels.Convolution.WeightGradient(plan, x.Data, x.Stride, y.Gradient, y.Stride, x.Batch, weight.Inputs, dw, weight.Stride, weight.Stride);
            if (x.RequiresGradient)
            {
                var dx = tape.GradientOf(x, out var isNew);
                float* transposed = weight.Transposed(tape), start = isNew ? tape.Zeros(x.Stride) : null;
                if (tape.Computes)
                    Kernels.Convolution.Forward(plan.Mirror, y.Gradient, y.Stride, 0, x.Batch, weight.Outputs, transposed, x.Stride, start, dx, x.Stride, 0, x.Positions, x.Stride);
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
    internal static Tensor Convolution(Tape tape, ConvolutionPlan plan, Tensor window, int origin, int first, int count, Parameter weight, Parameter? bias, Tensor? onto = null)
    {
        var y = Begin(tape, window, count, weight, bias, onto);
        var start = Start(tape, weight, bias, onto);
        if (tape.Computes)
            Kernels.Convolution.Forward(plan, window.Data, window.Stride, origin, window.Batch, weight.Inputs, weight.Data, weight.Stride,
                start, y.Data, y.Stride, first, first + count, weight.Stride);
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
        var start = Start(tape, weight, bias, onto);
        if (tape.Computes) Kernels.Convolution.Pointwise(x.Data, x.Stride, x.Rows, weight.Inputs, weight.Data, weight.Stride, start, y.Data, y.Stride, weight.Stride);
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            Tensor x = e.A!, y = e.Output!;
            var weight = e.Weight!;
            var dw = weight.GradientIn(tape);
            if (tape.Computes) Kernels.Convolution.PointwiseGradient(x.Data, x.Stride, y.Gradient, y.Stride, x.Rows, weight.Inputs, dw, weight.Stride, weight.Stride);
            if (x.RequiresGradient)
            {
                var dx = tape.GradientOf(x, out var isNew);
                float* transposed = weight.Transposed(tape), start = isNew ? tape.Zeros(x.Stride) : null;
                if (tape.Computes) Kernels.Convolution.Pointwise(y.Gradient, y.Stride, x.Rows, weight.Outputs, transposed, x.Stride, start, dx, x.Stride, x.Stride);
            }
            FinishProduct(tape, e);
        });
        (entry.A, entry.B, entry.Weight, entry.Bias) = (x, onto, weight, bias);
        return y;
    }

    /// <summary>
    /// The products of x [T, B, C] with the first rows of a table [1, N, C], [T, B, rows]: the linear map whose weights are the table turned, as where a network's
    /// output has the weights of its input's embedding.
    /// </summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor Scores(Tensor x, Parameter table, int rows)
    {
        if (x.Channels != table.Outputs || table.Taps != 1 || rows < 1 || rows > table.Inputs) throw new ArgumentException($"{rows} rows of a table {table.Shape} cannot score {x.Shape}");
        var tape = x.Tape;
        var y = tape.New(x.Shape with { Channels = rows }, requiresGradient: true);
        var turned = table.Transposed(tape);
        var stride = Shape.RoundUp(table.Inputs);
        var zeros = tape.Zeros(y.Stride);
        if (tape.Computes) Kernels.Convolution.Pointwise(x.Data, x.Stride, x.Rows, x.Channels, turned, stride, zeros, y.Data, y.Stride, y.Stride);
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            Tensor x = e.A!, y = e.Output!;
            var table = e.Weight!;
            var gradient = table.GradientIn(tape);
            if (tape.Computes) Kernels.Convolution.PointwiseGradient(y.Gradient, y.Stride, x.Data, x.Stride, x.Rows, y.Channels, gradient, table.Stride, table.Stride);
            if (!x.RequiresGradient) return;
            var dx = tape.GradientOf(x, out var isNew);
            var start = isNew ? tape.Zeros(x.Stride) : null;
            if (tape.Computes) Kernels.Convolution.Pointwise(y.Gradient, y.Stride, x.Rows, y.Channels, table.Data, table.Stride, start, dx, x.Stride, x.Stride);
        });
        (entry.A, entry.Weight) = (x, table);
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

    static void AddBiasGradient(Tape tape, Tensor y, Parameter? bias)
    {
        if (bias is null) return;
        var gradient = bias.GradientIn(tape);
        if (tape.Computes) Elementwise.SumRows(y.Gradient, y.Stride, y.Rows, bias.Stride, gradient);
    }

    static void FinishProduct(Tape tape, TapeEntry e)
    {
        var y = e.Output!;
        AddBiasGradient(tape, y, e.Bias);
        if (e.B is not null) tape.PassGradient(y, e.B);
    }
}
