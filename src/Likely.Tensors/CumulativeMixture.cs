using Likely.Tensors.Kernels;

namespace Likely.Tensors;

/// <summary>
/// P(X &lt; s) of one channel of a discretised logistic mixture: a single level of 256 without the other 255, and never falling
/// in s, so that differences can serve as probabilities of a coder. Asked for the channels of a position in turn, it
/// carries the components' weights on; the bits are the same as from the start.
/// </summary>
public unsafe struct CumulativeMixture
{
    fixed float _law[MixtureSums.LawLength];
    double _total;
    int _next; // the channel that may follow

    /// <summary>Takes the parameters of one position and the symbols of the channels before this one; after channel c - 1, channel c must be of the same position.</summary>
    internal void Begin(float* parameters, int components, byte* known, int channel)
    {
        fixed (float* law = _law)
        {
            if (channel == 0 || channel != _next) MixtureSums.Begin(parameters, components, law);
            for (var c = channel == _next ? Math.Max(0, channel - 1) : 0; c < channel; c++)
            {
                if (channel != _next) MixtureSums.Place(parameters, components, known, c, law);
                MixtureSums.Observe(components, known[c], law);
            }
            MixtureSums.Place(parameters, components, known, channel, law);
            _total = MixtureSums.Weigh(components, law);
        }
        _next = channel + 1;
    }

    /// <summary>P(X &lt; level) for a level of 1 to 255, in double, within 0..1; NaN if the parameters are not finite.</summary>
    public double Below(int level)
    {
        fixed (float* law = _law) return MixtureSums.Below(law, level) / _total;
    }
}
