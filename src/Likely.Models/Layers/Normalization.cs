using Likely.Tensors;

namespace Likely.Models.Layers;

/// <summary>Layer normalisation of each position's channels (Ba et al. 2016), or by their root mean square alone (Zhang and Sennrich 2019), with a learned gain; see <see cref="Ops.Normalize"/>.</summary>
public sealed class Normalization(ParameterScope scope, int channels, bool centred)
{
    readonly Parameter _gain = scope.Bias("gain", channels, static _ => 1);
    readonly Parameter? _bias = centred ? scope.Bias("bias", channels) : null;

    public Tensor Forward(Tensor x) => Ops.Normalize(x, _gain, _bias);
}
