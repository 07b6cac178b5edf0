using Likely.Tensors.Kernels;

namespace Likely.Tensors;

public static unsafe partial class Ops
{
    /// <summary>max(x, 0) in place: takes over the buffer of x, which nothing else may read; on the way back the gradient, too.</summary>
    public static Tensor Rectify(Tensor x)
    {
        var tape = x.Tape;
        var length = x.Length;
        var needsGradient = x.RequiresGradient;
        var y = tape.TakeOver(x, needsGradient);
        if (tape.Computes) Elementwise.Relu(y.Data, y.Data, length);
        if (!tape.Recording) return y;
        tape.Record(y, static (tape, e) =>
        {
            var y = e.Output!;
            if (tape.Computes) Elementwise.ReluBackward(y.Data, y.Gradient, y.Gradient, true, y.Length);
            tape.PassGradient(y, e.A!);
        }).A = x;
        return y;
    }
}
