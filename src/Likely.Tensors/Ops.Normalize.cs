using Likely.Tensors.Kernels;

namespace Likely.Tensors;

public static unsafe partial class Ops
{
    /// <summary>
    /// Rows of x [T, B, C] with mean 0 and variance 1 (Ba et al. 2016), times a gain [1, 1, C] plus a bias [1, 1, C]; without a bias with mean square 1 (Zhang and
    /// Sennrich 2019), times the gain.
    /// </summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor Normalize(Tensor x, Parameter gain, Parameter? bias)
    {
        if (gain.Shape != new Shape(1, 1, x.Channels) || bias is not null && bias.Shape != gain.Shape) throw new ArgumentException($"{x.Shape} cannot be normalised with a gain {gain.Shape}");
        if (x.Stride != x.Shape.PaddedChannels) throw new ArgumentException("a compact tensor cannot be normalised");
        var tape = x.Tape;
        var y = tape.New(x.Shape, requiresGradient: true);
        if (tape.Computes) Normalization.Forward(x.Data, x.Stride, x.Rows, x.Channels, bias is not null, gain.Data, bias is null ? null : bias.Data, y.Data);
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            Tensor x = e.A!, y = e.Output!;
            var dGain = e.Weight!.GradientIn(tape);
            var dBias = e.Bias is null ? null : e.Bias.GradientIn(tape);
            if (x.RequiresGradient)
            {
                var dx = tape.GradientOf(x, out var isNew);
                if (tape.Computes) Normalization.Backward(x.Data, x.Stride, x.Rows, x.Channels, e.Bias is not null, e.Weight.Data, y.Gradient, dx, isNew, dGain, dBias);
                return;
            }
            var scratch = tape.RentScratch(x.Length);
            if (tape.Computes) Normalization.Backward(x.Data, x.Stride, x.Rows, x.Channels, e.Bias is not null, e.Weight.Data, y.Gradient, scratch.Pointer, true, dGain, dBias);
            tape.ReturnScratch(scratch);
        });
        (entry.A, entry.Weight, entry.Bias) = (x, gain, bias);
        return y;
    }

    /// <summary>
    /// Queries and keys of x [T, B, 3C], those of each head and position divided by their root mean square (Henry et al. 2020, without their factor). Takes over the buffer of x,
    /// which nothing else may read.
    /// </summary>
    /// <exception cref="ArgumentException">The channels are not three times a multiple of the heads.</exception>
    internal static Tensor NormalizeHeads(Tensor x, int heads)
    {
        if (heads < 1 || x.Channels % (3 * heads) != 0) throw new ArgumentException($"{heads} heads cannot share the queries, keys and values of {x.Shape}");
        var tape = x.Tape;
        var scales = tape.New(x.Shape with { Channels = 2 * heads }, requiresGradient: false);
        var y = tape.TakeOver(x, requiresGradient: true);
        if (tape.Computes) Normalization.Heads(y.Data, y.Stride, y.Rows, 2 * heads, y.Channels / 3 / heads, scales.Data, scales.Stride);
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            var (y, scales) = (e.Output!, e.B!);
            if (tape.Computes) Normalization.HeadsBackward(y.Data, y.Gradient, y.Stride, y.Rows, (int)e.Number, y.Channels * 2 / 3 / (int)e.Number, scales.Data, scales.Stride);
            tape.PassGradient(y, e.A!);
        });
        (entry.A, entry.B, entry.Number) = (x, scales, (ulong)(2 * heads));
        return y;
    }
}
