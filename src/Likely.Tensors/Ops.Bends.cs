using Likely.Tensors.Kernels;

namespace Likely.Tensors;

public static unsafe partial class Ops
{
    /// <summary>x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2, the form of GELU (Hendrycks and Gimpel 2016) that GPT-2 has.</summary>
    public static Tensor Gelu(Tensor x) => Bend(BendKind.Gelu, x);

    /// <summary>max(x, 0)^2 (So et al. 2021).</summary>
    public static Tensor SquaredRelu(Tensor x) => Bend(BendKind.SquaredRelu, x);

    /// <summary>1 / (1 + e^-x).</summary>
    public static Tensor Sigmoid(Tensor x) => Bend(BendKind.Sigmoid, x);

    /// <summary>Hyperbolic tangent.</summary>
    public static Tensor Tanh(Tensor x) => Bend(BendKind.Tanh, x);

    enum BendKind { Gelu, SquaredRelu, Sigmoid, Tanh }

    // Value by value; the way back is made of inputs, or for the last two of outputs.
    static Tensor Bend(BendKind kind, Tensor x)
    {
        var tape = x.Tape;
        var y = tape.New(x.Shape, x.RequiresGradient, compact: x.Stride == x.Channels);
        if (tape.Computes)
            switch (kind)
            {
                case BendKind.Gelu: Activations.Gelu(x.Data, y.Data, y.Length); break;
                case BendKind.SquaredRelu: Activations.SquaredRelu(x.Data, y.Data, y.Length); break;
                case BendKind.Sigmoid: Activations.Sigmoid(x.Data, y.Data, y.Length); break;
                default: Activations.Tanh(x.Data, y.Data, y.Length); break;
            }
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            Tensor x = e.A!, y = e.Output!;
            var dx = tape.GradientOf(x, out var isNew);
            if (!tape.Computes) return;
            switch ((BendKind)e.Number)
            {
                case BendKind.Gelu: Activations.GeluBackward(x.Data, y.Gradient, dx, isNew, y.Length); break;
                case BendKind.SquaredRelu: Activations.SquaredReluBackward(x.Data, y.Gradient, dx, isNew, y.Length); break;
                case BendKind.Sigmoid: Activations.SigmoidBackward(y.Data, y.Gradient, dx, isNew, y.Length); break;
                default: Activations.TanhBackward(y.Data, y.Gradient, dx, isNew, y.Length); break;
            }
        });
        (entry.A, entry.Number) = (x, (ulong)kind);
        return y;
    }
}
