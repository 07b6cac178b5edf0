using Likely.Tensors.Kernels;

namespace Likely.Tensors;

/// <summary>
/// P(X &lt; s) of one channel of a discretised logistic mixture: a single level of 256 without the other 255, and never falling
/// in s, so that differences can serve as probabilities of a coder.
/// </summary>
public unsafe struct CumulativeMixture
{
    fixed float _law[3 * 16];

    /// <summary>Takes the parameters of one position and the symbols of the channels before this one.</summary>
    public void Begin(float* parameters, int components, byte* known, int channel)
    {
        fixed (float* law = _law) MixtureSums.Begin(parameters, components, known, channel, law);
    }

    /// <summary>P(X &lt; level) for a level of 1 to 255, in double, within 0..1; NaN if the parameters are not finite.</summary>
    public double Below(int level)
    {
        fixed (float* law = _law) return MixtureSums.Below(law, level);
    }
}
