using Likely.Tensors.Kernels;

namespace Likely.Tensors;

public static unsafe partial class Ops
{
    /// <summary>a + b, same shape.</summary>
    public static Tensor Add(Tensor a, Tensor b)
    {
        SameShape(a, b);
        var tape = a.Tape;
        var y = tape.New(a.Shape, a.RequiresGradient || b.RequiresGradient, compact: a.Stride == a.Channels);
        if (tape.Computes) Elementwise.Add(a.Data, b.Data, y.Data, y.Length);
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            Tensor a = e.A!, b = e.B!, y = e.Output!;
            if (a.RequiresGradient) tape.AddGradient(y, a);
            tape.PassGradient(y, b);
        });
        (entry.A, entry.B) = (a, b);
        return y;
    }

    /// <summary>max(x, 0).</summary>
    public static Tensor Relu(Tensor x)
    {
        var tape = x.Tape;
        var y = tape.New(x.Shape, x.RequiresGradient, compact: x.Stride == x.Channels);
        if (tape.Computes) Elementwise.Relu(x.Data, y.Data, y.Length);
        if (!tape.Recording) return y;
        tape.Record(y, static (tape, e) =>
        {
            var dx = tape.GradientOf(e.A!, out var isNew);
            if (tape.Computes) Elementwise.ReluBackward(e.Output!.Data, e.Output.Gradient, dx, isNew, e.Output.Length);
        }).A = x;
        return y;
    }

    /// <summary>
    /// tanh(a + ca) * sigmoid(b + cb) for x = [a, b], [T, B, 2C] -> [T, B, C], and a condition [1, B, 2C] that is the same at
    /// every position (van den Oord et al. 2016b, eq. 2 and 3).
    /// </summary>
    public static Tensor Gate(Tensor x, Tensor? condition = null)
    {
        if (x.Channels % 2 != 0) throw new ArgumentException($"a gate needs an even number of channels, not {x.Shape}");
        var tape = x.Tape;
        var y = tape.New(x.Shape with { Channels = x.Channels / 2 }, x.RequiresGradient);
        if (tape.Computes)
            Elementwise.Gate(x.Data, x.Stride, condition is null ? null : condition.Data, condition?.Stride ?? 0, y.Data, y.Stride, x.Positions, x.Batch, y.Channels);
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            Tensor x = e.A!, y = e.Output!;
            var dx = tape.GradientOf(x, out var isNew);
            var dCondition = e.B is { RequiresGradient: true } ? tape.GradientToAddTo(e.B) : null;
            if (!tape.Computes) return;
            Elementwise.GateBackward(x.Data, x.Stride, e.B is null ? null : e.B.Data, e.B?.Stride ?? 0, y.Gradient, y.Stride,
                dx, isNew, dCondition, x.Positions, x.Batch, y.Channels);
        });
        (entry.A, entry.B) = (x, condition);
        return y;
    }

    /// <summary>
    /// Dropout (Srivastava et al. 2014), scaled by 1 / (1 - rate) while training and the identity otherwise. Which values are
    /// dropped depends on (seed, step, example in the batch, position, channel, path) alone.
    /// </summary>
    public static Tensor Dropout(Tensor x, float rate, ulong path)
    {
        var tape = x.Tape;
        if (!tape.Training || rate <= 0) return x;
        var y = tape.New(x.Shape, x.RequiresGradient, compact: x.Stride == x.Channels);
        if (tape.Computes) ApplyDropout(tape, x, x.Data, y.Data, rate, path, add: false);
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            var dx = tape.GradientOf(e.A!, out var isNew);
            if (tape.Computes) ApplyDropout(tape, e.A!, e.Output!.Gradient, dx, e.Scale, e.Number, add: !isNew);
        });
        (entry.A, entry.Scale, entry.Number) = (x, rate, path);
        return y;
    }

    static void ApplyDropout(Tape tape, Tensor shape, float* from, float* to, float rate, ulong path, bool add)
    {
        var (seed, step, firstExample) = tape.Address;
        var keys = stackalloc uint[20];
        Kernels.Dropout.Keys(new Philox(seed, RandomPurpose.Dropout, path), keys);
        for (var p = 0; p < shape.Positions; p++)
            for (var b = 0; b < shape.Batch; b++)
            {
                var row = ((long)p * shape.Batch + b) * shape.Stride;
                Kernels.Dropout.Row(keys, (ulong)step << 32 | (uint)(firstExample + b), (ulong)p << 32, (ushort)(rate * 65536.0), 1 / (1 - rate), from + row, to + row, shape.Channels, add);
            }
    }

    static void SameShape(Tensor a, Tensor b)
    {
        if (a.Shape != b.Shape) throw new ArgumentException($"shapes {a.Shape} and {b.Shape} differ");
        if (a.Stride != b.Stride) throw new ArgumentException($"of two tensors {a.Shape} only one is compact");
    }
}
