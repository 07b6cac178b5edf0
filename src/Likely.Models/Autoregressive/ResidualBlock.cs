using Likely.Models.Layers;
using Likely.Tensors;

namespace Likely.Models.Autoregressive;

/// <summary>
/// The residual block of PixelCNN (van den Oord et al. 2016a, fig. 5, right): ReLU, 1x1 2h -> h, ReLU, 3x3 mask B h -> h, ReLU,
/// 1x1 h -> 2h, added to its input.
/// </summary>
sealed class ResidualBlock
{
    readonly Pointwise _reduce, _expand;
    readonly MaskedConvolution _convolution;
    readonly float _dropout;
    readonly ulong _path;

    public ResidualBlock(ParameterScope scope, PixelCnnConfig config, ChannelGroups groups)
    {
        var half = config.Channels;
        (_dropout, _path) = ((float)config.Dropout, Philox.Hash(scope.Path));
        var taps = ConvolutionTaps.Masked(3, withCentre: true);
        var centre = taps.Length - 1;
        var mask = groups.Mask(half, half, strictly: false);
        _reduce = new Pointwise(scope.At("reduce"), 2 * half, half, 1.4, groups.Within(2 * half, half));
        _convolution = new MaskedConvolution(scope.At("convolution"), taps, half, half, 1.4,
            mask: mask is null ? null : (tap, input, output) => tap != centre || mask(input, output));
        _expand = new Pointwise(scope.At("expand"), half, 2 * half, 0.5, groups.Within(half, 2 * half));
        MultiplyAdds = (4.0 + taps.Length) * half * half;
    }

    /// <summary>Multiply-adds at one position.</summary>
    public double MultiplyAdds { get; }

    public Tensor Forward(Tensor x, Pass pass)
    {
        var h = Ops.Rectify(_reduce.Forward(Ops.Relu(x)));
        h = Ops.Rectify(_convolution.Forward(h, pass));
        return Ops.Add(_expand.Forward(Ops.Dropout(h, _dropout, _path)), x);
    }
}
