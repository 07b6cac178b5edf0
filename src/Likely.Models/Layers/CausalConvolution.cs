using Likely.Tensors;

namespace Likely.Models.Layers;

/// <summary>
/// A dilated causal convolution along a sequence, [T, B, inputs] -> [T, B, outputs]: output p reads the inputs p, p - dilation, ..., p - (kernel - 1) dilation; see
/// <see cref="Ops.CausalConvolution"/>. In a run it remembers as many inputs as it reaches back, so that a step costs the same however long the sequence is; a pass that
/// records takes them as constants.
/// </summary>
public sealed class CausalConvolution(ParameterScope scope, int inputs, int outputs, int kernel, int dilation, double gain = 1)
{
    readonly Parameter _weight = scope.Weight("weight", kernel, inputs, outputs, gain);
    readonly Parameter _bias = scope.Bias("bias", outputs);

    /// <summary>How many positions back the farthest tap reads.</summary>
    public int Reach => (kernel - 1) * dilation;

    /// <summary>Multiply-adds at one position.</summary>
    public double MultiplyAdds => (double)kernel * inputs * outputs;

    public Tensor Forward(Tensor x, Pass pass)
    {
        var past = pass.Run is { } run && Reach > 0 ? run.Slot(this, () => new InputMemory(new PastInputs(run.Memory, run.Batch, inputs, Reach))).Past : null;
        return Ops.CausalConvolution(x, dilation, _weight, _bias, past);
    }
}
