using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Likely.Tensors.Kernels;

/// <summary>
/// The discretised mixture of logistics of PixelCNN++ (Salimans et al. 2017, eq. 2-3) for one symbol or RGB; lanes run
/// across the K components (at most 16). A row of parameters is [logit pi | per channel: mean, log scale | alpha beta gamma], each K
/// long, the coefficients for RGB only; means of G and B are moved by tanh(alpha) r and tanh(beta) r + tanh(gamma) g.
/// The bin's mass is sigma(p) - sigma(m) = sigma(p) sigma(-m) (1 - e^-(p-m)), whose logarithm needs no special case; the two
/// outer bins take all the mass beyond. One component explains all three channels, so after R the weights are its posterior.
/// </summary>
static unsafe class LogisticMixtures
{
    // Beyond the upper limit the reciprocal of a bin's width would overflow; a component is then uniform to the last digit anyway.
    const float MaximumLogScale = 83;

    public static int Outputs(int components, int channels) => components * (channels == 1 ? 3 : 10);

    /// <summary>log p of each channel given the ones before it, into logs[0 .. channels-1] if they are asked for; the gradient, if given, is -scale * dlog p(all channels).</summary>
    public static void LogProbability(float* parameters, int components, in LevelGrid grid, int* symbols, int channels, float* logs, float* gradient, float scale)
    {
        if (logs is null)
        {
            var scratch = stackalloc float[channels];
            logs = scratch;
        }
        var real = Reductions.Below(components);
        var none = Vector512.Create(float.NegativeInfinity);
        var weights = Vector512.ConditionalSelect(real, Vector512.Load(parameters), none);
        var priorNormalizer = LogSumExp(weights);
        var joint = weights - Vector512.Create(priorNormalizer);
        for (var c = 0; c < channels; c++)
        {
            // The weights are normalised after each channel: a difference of two large logarithms would lose digits.
            joint += Component(parameters, components, grid, symbols, c, out _, out _, out _, out _);
            joint = Vector512.ConditionalSelect(real, joint, none);
            logs[c] = LogSumExp(joint);
            joint -= Vector512.Create(logs[c]);
        }
        if (gradient is null) return;
        var posterior = Exponential.Exp(joint) & real;
        var factor = Vector512.Create(-scale);
        Put(factor * (posterior - (Exponential.Exp(weights - Vector512.Create(priorNormalizer)) & real)), gradient, components);
        for (var c = 0; c < channels; c++)
        {
            Component(parameters, components, grid, symbols, c, out var dMean, out var dLogScale, out _, out _);
            dMean *= posterior * factor;
            Put(dMean, gradient + components * (1 + 2 * c), components);
            Put(dLogScale * posterior * factor, gradient + components * (2 + 2 * c), components);
            if (c == 0) continue;
            var first = c == 1 ? 0 : 1;
            for (var i = 0; i < c; i++)
            {
                var t = Exponential.Tanh(Vector512.Load(parameters + components * (7 + first + i)));
                Put(dMean * Vector512.Create(grid.Value(symbols[i])) * (Vector512<float>.One - t * t), gradient + components * (7 + first + i), components);
            }
        }
    }

    // log of the bin's mass for every component, and its derivatives.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> Component(float* parameters, int components, in LevelGrid grid, int* symbols, int channel,
        out Vector512<float> dMean, out Vector512<float> dLogScale, out Vector512<float> mean, out Vector512<float> inverse)
    {
        Place(parameters, components, grid, symbols, channel, out mean, out inverse, out var free);
        var log = LogMass(symbols[channel], grid, mean, inverse, out dMean, out dLogScale);
        dLogScale &= free;
        return log;
    }

    /// <summary>Means and inverse scales of the components for one channel given the ones before it; <paramref name="free"/>: the scale is not held at its least or largest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Place(float* parameters, int components, in LevelGrid grid, int* symbols, int channel, out Vector512<float> mean, out Vector512<float> inverse, out Vector512<float> free)
    {
        mean = Vector512.Load(parameters + components * (1 + 2 * channel));
        for (var i = 0; i < channel; i++)
            mean = Vector512.FusedMultiplyAdd(Exponential.Tanh(Vector512.Load(parameters + components * (7 + (channel == 1 ? 0 : 1) + i))),
                Vector512.Create(grid.Value(symbols[i])), mean);
        var rawLogScale = Vector512.Load(parameters + components * (2 + 2 * channel));
        var above = Vector512.GreaterThan(rawLogScale, Vector512.Create(grid.LeastLogScale));
        var below = Vector512.LessThan(rawLogScale, Vector512.Create(MaximumLogScale));
        free = above & below;
        var logScale = Vector512.ConditionalSelect(above, Vector512.ConditionalSelect(below, rawLogScale, Vector512.Create(MaximumLogScale)), Vector512.Create(grid.LeastLogScale));
        inverse = Exponential.Exp(-logScale);
    }

    /// <summary>log of the mass that each component gives to a symbol, and its derivatives.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> LogMass(int symbol, in LevelGrid grid, Vector512<float> mean, Vector512<float> inverse, out Vector512<float> dMean, out Vector512<float> dLogScale)
    {
        var one = Vector512<float>.One;
        var centred = Vector512.Create(grid.Value(symbol)) - mean;
        var upper = inverse * (centred + Vector512.Create(grid.Half));
        var lower = inverse * (centred - Vector512.Create(grid.Half));
        var width = inverse * Vector512.Create(2 * grid.Half);

        var log = Vector512<float>.Zero;
        Vector512<float> dUpper = Vector512<float>.Zero, dLower = dUpper, dWidth = dUpper;
        if (symbol < grid.Last)
        {
            log -= Exponential.Softplus(-upper);
            dUpper = Exponential.Sigmoid(-upper);
        }
        if (symbol > 0)
        {
            log -= Exponential.Softplus(lower);
            dLower = -Exponential.Sigmoid(lower);
        }
        if (symbol > 0 && symbol < grid.Last)
        {
            // log(1 - e^-w): for small w by log w - w/2 + w^2/24 - w^4/2880, where 1 - e^-w would cancel.
            var small = Vector512.LessThan(width, Vector512.Create(0.5f));
            var square = width * width;
            var series = Exponential.Log(width) - width * Vector512.Create(0.5f)
                + square * (Vector512.Create(1f / 24) - square * Vector512.Create(1f / 2880));
            var decay = Exponential.Exp(-width);
            log += Vector512.ConditionalSelect(small, series, Exponential.Log(one - Vector512.ConditionalSelect(small, Vector512<float>.Zero, decay)));
            dWidth = Vector512.ConditionalSelect(small,
                one / width - Vector512.Create(0.5f) + width * (Vector512.Create(1f / 12) - square * Vector512.Create(1f / 720)),
                decay / (one - Vector512.ConditionalSelect(small, Vector512<float>.Zero, decay)));
        }
        dMean = -inverse * (dUpper + dLower);
        dLogScale = -(dUpper * upper + dLower * lower + dWidth * width);
        return log;
    }

    internal static float LogSumExp(Vector512<float> lanes)
    {
        var maximum = Reductions.Max(lanes);
        return maximum + Exponential.Log(Reductions.Sum(Exponential.Exp(lanes - Vector512.Create(maximum))));
    }

    static void Put(Vector512<float> value, float* target, int count)
    {
        for (var i = 0; i < count; i++) target[i] = value[i];
    }
}
