using Kernel = Likely.Tensors.Kernels.CausalConvolution;

namespace Likely.Tensors;

public static unsafe partial class Ops
{
    /// <summary>
    /// Dilated causal convolution along positions, [T, B, inputs] -> [T, B, outputs] (van den Oord et al. 2016, WaveNet, fig. 3): output p reads inputs p - (k - 1) d, ..., p - d, p
    /// in this order. With a past, the positions follow those it holds, and are added to it; the past is a constant, no gradient reaches it. Without one nothing came before.
    /// </summary>
    /// <exception cref="ArgumentException">The shapes do not fit, or the past is of others.</exception>
    internal static Tensor CausalConvolution(Tensor x, int dilation, Parameter weight, Parameter? bias, PastInputs? past = null)
    {
        var reach = (weight.Taps - 1) * dilation;
        if (x.Channels != weight.Inputs || dilation < 1) throw new ArgumentException($"a causal convolution with weight {weight.Shape}, dilated by {dilation}, cannot take {x.Shape}");
        if (past is not null && past.Shape != x.Shape with { Positions = reach }) throw new ArgumentException($"a past {past.Shape} does not go on with {x.Shape}, of which {reach} positions back are read");
        var tape = x.Tape;
        var y = Begin(tape, x, x.Positions, weight, bias, null);
        var start = Start(tape, weight, bias, null);
        // The past goes on before the way back.
        var before = past is not null && tape.Recording ? past.InOrder(tape) : null;
        if (tape.Computes)
        {
            var inputs = past is null || before is not null ? CausalInputs(x, before) : new Kernel.Inputs(x.Data, x.Stride, x.Batch, past.Data, reach, past.Oldest);
            Kernel.Forward(inputs, x.Positions, weight.Taps, dilation, weight.Inputs, weight.Data, weight.Stride, start, y.Data, y.Stride, weight.Stride);
        }
        past?.Append(x);
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            Tensor x = e.A!, y = e.Output!;
            var (weight, dilation) = (e.Weight!, (int)e.Number);
            var dw = weight.GradientIn(tape);
            if (tape.Computes) Kernel.WeightGradient(CausalInputs(x, e.C), y.Gradient, y.Stride, x.Positions, weight.Taps, dilation, weight.Inputs, dw, weight.Stride);
            if (x.RequiresGradient)
            {
                var dx = tape.GradientOf(x, out var isNew);
                float* transposed = weight.Transposed(tape), start = isNew ? tape.Zeros(x.Stride) : null;
                if (tape.Computes)
                    Kernel.InputGradient(y.Gradient, y.Stride, x.Positions, x.Batch, weight.Taps, dilation, weight.Outputs, transposed, x.Stride, start, dx, x.Stride);
            }
            if (e.C is not null) tape.Release(e.C);
            FinishProduct(tape, e);
        });
        (entry.A, entry.C, entry.Weight, entry.Bias, entry.Number) = (x, before, weight, bias, (ulong)dilation);
        return y;
    }

    static Kernel.Inputs CausalInputs(Tensor x, Tensor? before)
        => before is null ? new Kernel.Inputs(x.Data, x.Stride, x.Batch) : new Kernel.Inputs(x.Data, x.Stride, x.Batch, before.Data, before.Positions);
}
