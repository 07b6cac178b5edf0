using System.Runtime.Intrinsics;

namespace Likely.Tensors.Kernels;

/// <summary>
/// The distribution function of a logistic mixture (see <see cref="LogisticMixtures"/>) at the edge below a level,
/// P(X &lt; s) = sum_k w_k sigma((edge_s - mean_k) / scale_k) / sum_k w_k, lanes across components. Sigma is taken on the side where it is
/// small, in float, and the rest in double, so both tails keep their digits. It never falls in s: rounding is monotone in every
/// operation, weights and inverse scales are not negative, our float sigmoid is monotone (swept exhaustively), and the two
/// sides meet at 1/2.
/// </summary>
static unsafe class MixtureSums
{
    /// <summary>law = [weights | means | inverse scales], 16 each; zeros from K on.</summary>
    public static void Begin(float* parameters, int components, byte* known, int channel, float* law)
    {
        var real = Reductions.Below(components);
        LogisticMixtures.Conditional(parameters, components, known, channel, 1, out var means, out var inverseScales).Store(law);
        (means & real).Store(law + 16);
        (inverseScales & real).Store(law + 32);
    }

    public static double Below(float* law, int level)
    {
        var edge = (level - 0.5f) * (1 / 127.5f) - 1;
        var x = (Vector512.Create(edge) - Vector512.Load(law + 16)) * Vector512.Load(law + 32);
        var small = Exponential.Sigmoid(-Vector512.Abs(x)); // 0 .. 1/2
        var (weightsLow, weightsHigh) = Vector512.Widen(Vector512.Load(law));
        var (low, high) = Vector512.Widen(small);
        var (xLow, xHigh) = Vector512.Widen(x);
        var zero = Vector512<double>.Zero;
        low = Vector512.ConditionalSelect(Vector512.LessThan(xLow, zero), low, Vector512<double>.One - low);
        high = Vector512.ConditionalSelect(Vector512.LessThan(xHigh, zero), high, Vector512<double>.One - high);
        return Sum(weightsLow * low + weightsHigh * high) / Sum(weightsLow + weightsHigh);
    }

    static double Sum(Vector512<double> lanes)
    {
        var four = lanes.GetLower() + lanes.GetUpper();
        var two = four.GetLower() + four.GetUpper();
        return two[0] + two[1];
    }
}
