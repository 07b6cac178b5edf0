using Likely.Tensors;

namespace Likely.Models.Layers;

/// <summary>The same linear map at every position (a 1x1 convolution), [T, B, inputs] -> [T, B, outputs]; mixes no positions.</summary>
public sealed class Pointwise(ParameterScope scope, int inputs, int outputs, double gain = 1, Func<int, int, int, bool>? mask = null, Func<int, double>? start = null, int matrices = 0)
{
    readonly Parameter _weight = scope.Weight("weight", 1, inputs, outputs, gain, mask, matrices: matrices);
    readonly Parameter _bias = scope.Bias("bias", outputs, start);

    public int Inputs => inputs;

    public int Outputs => outputs;

    /// <summary>With <paramref name="onto"/> the product is added to that tensor, whose buffer it takes over; the bias is not used then.</summary>
    public Tensor Forward(Tensor x, Tensor? onto = null) => Ops.Linear(x, _weight, onto is null ? _bias : null, onto);
}
