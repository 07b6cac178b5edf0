using Likely.Tensors;

namespace Likely.Models.Layers;

/// <summary>
/// A dilated convolution along a sequence that is known whole, [T, B, inputs] -> [T, B, outputs]: output p reads the inputs p + (t - floor((kernel - 1) / 2)) dilation of the taps
/// t = 0, 1, ..., in this order; what is before the first position or behind the last is not there.
/// </summary>
sealed class CentredConvolution(ParameterScope scope, int inputs, int outputs, int kernel, int dilation, double gain = 1)
{
    readonly ConvolutionTaps _taps = new([.. Enumerable.Range(0, kernel).Select(tap => (0, (tap - (kernel - 1) / 2) * dilation))]);
    readonly Parameter _weight = scope.Weight("weight", kernel, inputs, outputs, gain);
    readonly Parameter _bias = scope.Bias("bias", outputs);

    public Tensor Forward(Tensor x) => Ops.Convolution(_taps.On(new Extent(1, 1, x.Positions)), x, _weight, _bias);
}
