using System.Runtime.Intrinsics;

namespace Likely.Tensors.Kernels;

/// <summary>
/// The distribution function of a logistic mixture (see <see cref="LogisticMixtures"/>) at the edge below a level,
/// P(X &lt; s) = sum_k w_k sigma((edge_s - mean_k) / scale_k) / sum_k w_k, lanes across components. Sigma is taken on the side where it is
/// small, in float, and the rest in double, so both tails keep their digits. It never falls in s: rounding is monotone in every
/// operation, weights and inverse scales are not negative, our float sigmoid is monotone (swept exhaustively), and the two
/// sides meet at 1/2. A law is [weights | means | inverse scales | logarithms of weights], 16 each, zeros (or minus infinity) from K on.
/// </summary>
static unsafe class MixtureSums
{
    const int Means = 16, InverseScales = 32, Logarithms = 48;
    public const int LawLength = 64;

    /// <summary>The weights before any channel is known.</summary>
    public static void Begin(float* parameters, int components, float* law) =>
        Vector512.ConditionalSelect(Reductions.Below(components), Vector512.Load(parameters), Vector512.Create(float.NegativeInfinity)).Store(law + Logarithms);

    /// <summary>Means and inverse scales of a channel given those before it.</summary>
    public static void Place(float* parameters, int components, in LevelGrid grid, int* known, int channel, float* law)
    {
        var real = Reductions.Below(components);
        LogisticMixtures.Place(parameters, components, grid, known, channel, out var means, out var inverseScales, out _);
        (means & real).Store(law + Means);
        (inverseScales & real).Store(law + InverseScales);
    }

    /// <summary>The weights once the channel now placed is known.</summary>
    public static void Observe(int components, in LevelGrid grid, int symbol, float* law)
    {
        var mass = LogisticMixtures.LogMass(symbol, grid, Vector512.Load(law + Means), Vector512.Load(law + InverseScales), out _, out _);
        var weights = Vector512.ConditionalSelect(Reductions.Below(components), Vector512.Load(law + Logarithms) + mass, Vector512.Create(float.NegativeInfinity));
        (weights - Vector512.Create(LogisticMixtures.LogSumExp(weights))).Store(law + Logarithms);
    }

    /// <summary>Turns logarithms, times a factor, into weights; returns their sum, 1 but for rounding.</summary>
    public static double Weigh(int components, float sharpness, float* law)
    {
        var logarithms = Vector512.ConditionalSelect(Reductions.Below(components), Vector512.Load(law + Logarithms) * Vector512.Create(sharpness), Vector512.Create(float.NegativeInfinity));
        var weights = Exponential.Exp(logarithms - Vector512.Create(LogisticMixtures.LogSumExp(logarithms))) & Reductions.Below(components);
        weights.Store(law);
        var (low, high) = Vector512.Widen(weights);
        return Sum(low + high);
    }

    /// <summary>The sum of weights below a level's lower edge, the components being so much sharper.</summary>
    public static double Below(float* law, in LevelGrid grid, int level, float sharpness)
    {
        var edge = grid.Edge(level);
        var x = (Vector512.Create(edge) - Vector512.Load(law + Means)) * (Vector512.Load(law + InverseScales) * Vector512.Create(sharpness));
        var small = Exponential.Sigmoid(-Vector512.Abs(x)); // 0 .. 1/2
        var (weightsLow, weightsHigh) = Vector512.Widen(Vector512.Load(law));
        var (low, high) = Vector512.Widen(small);
        var (xLow, xHigh) = Vector512.Widen(x);
        var zero = Vector512<double>.Zero;
        low = Vector512.ConditionalSelect(Vector512.LessThan(xLow, zero), low, Vector512<double>.One - low);
        high = Vector512.ConditionalSelect(Vector512.LessThan(xHigh, zero), high, Vector512<double>.One - high);
        return Sum(weightsLow * low + weightsHigh * high);
    }

    static double Sum(Vector512<double> lanes)
    {
        var four = lanes.GetLower() + lanes.GetUpper();
        var two = four.GetLower() + four.GetUpper();
        return two[0] + two[1];
    }
}
