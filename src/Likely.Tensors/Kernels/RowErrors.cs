using System.Runtime.Intrinsics;

namespace Likely.Tensors.Kernels;

/// <summary>
/// What a row of outputs is worth as the description of a row of targets, and the gradient of its loss. Sums have the fixed shape of row sums: 16 lanes, one chain each, a tree. Both rows may be read up to a multiple
/// of 16 numbers, and the gradient may be written so far.
/// </summary>
static unsafe class RowErrors
{
    /// <summary>sum of (y - t)^2; gradient 2 scale (y - t).</summary>
    public static float Squared(float* y, float* t, int count, float* gradient, float scale)
    {
        var (sum, twice) = (Vector512<float>.Zero, Vector512.Create(2 * scale));
        for (var i = 0; i < count; i += 16)
        {
            var difference = (Vector512.Load(y + i) - Vector512.Load(t + i)) & Reductions.Below(count - i);
            sum = Vector512.FusedMultiplyAdd(difference, difference, sum);
            if (gradient is not null) (twice * difference).Store(gradient + i);
        }
        return Reductions.Sum(sum);
    }

    /// <summary>sum of softplus(x) - t x, the cross-entropy of targets from 0 to 1 and probabilities sigmoid(x); gradient scale (sigmoid(x) - t).</summary>
    public static float CrossEntropy(float* x, float* t, int count, float* gradient, float scale)
    {
        var (sum, factor) = (Vector512<float>.Zero, Vector512.Create(scale));
        for (var i = 0; i < count; i += 16)
        {
            var (value, target, isRow) = (Vector512.Load(x + i), Vector512.Load(t + i), Reductions.Below(count - i));
            if (gradient is not null) (factor * (Exponential.Sigmoid(value) - target) & isRow).Store(gradient + i);
            else sum += Exponential.Softplus(value) - target * value & isRow;
        }
        return Reductions.Sum(sum);
    }

    /// <summary>sum of t (log sum exp x - x), the cross-entropy of counts t and probabilities softmax(x); gradient scale (softmax(x) sum t - t).</summary>
    public static float Counts(float* x, float* t, int count, float* gradient, float scale)
    {
        var all = Vector512<float>.Zero;
        for (var i = 0; i < count; i += 16) all += Vector512.Load(t + i) & Reductions.Below(count - i);
        var total = Reductions.Sum(all);
        var log = Likelihood.LogSumExp(x, count, out var maximum, out var sum);
        if (gradient is not null)
        {
            var (most, share, factor) = (Vector512.Create(maximum), Vector512.Create(total / sum), Vector512.Create(scale));
            for (var i = 0; i < count; i += 16)
                (factor * (Exponential.Exp(Vector512.Load(x + i) - most) * share - Vector512.Load(t + i)) & Reductions.Below(count - i)).Store(gradient + i);
            return 0;
        }
        var (lost, of) = (Vector512<float>.Zero, Vector512.Create(log));
        for (var i = 0; i < count; i += 16) lost += Vector512.Load(t + i) * (of - Vector512.Load(x + i)) & Reductions.Below(count - i);
        return Reductions.Sum(lost);
    }

    /// <summary>sum of softplus(x) of binary hidden units, of x^2 / 2 of Gaussian ones; gradient -scale sigmoid(x), or -scale x: what they add to -F of a Boltzmann machine.</summary>
    public static float HiddenUnits(float* x, int count, bool isGaussian, float* gradient, float scale)
    {
        var (sum, factor, half) = (Vector512<float>.Zero, Vector512.Create(-scale), Vector512.Create(0.5f));
        for (var i = 0; i < count; i += 16)
        {
            var (value, isRow) = (Vector512.Load(x + i), Reductions.Below(count - i));
            if (gradient is not null) (factor * (isGaussian ? value : Exponential.Sigmoid(value)) & isRow).Store(gradient + i);
            else sum += (isGaussian ? half * value * value : Exponential.Softplus(value)) & isRow;
        }
        return Reductions.Sum(sum);
    }

    /// <summary>sum of softplus(now x) - softplus(before x).</summary>
    public static float SoftplusGain(float* x, int count, float before, float now)
    {
        var (sum, first, second) = (Vector512<float>.Zero, Vector512.Create(before), Vector512.Create(now));
        for (var i = 0; i < count; i += 16)
        {
            var value = Vector512.Load(x + i);
            sum += Exponential.Softplus(second * value) - Exponential.Softplus(first * value) & Reductions.Below(count - i);
        }
        return Reductions.Sum(sum);
    }

    /// <summary>gradient -= scale (v - b), or scale v without a b: of the bias of visible units, which adds b v or -|v - b|^2 / 2 to -F.</summary>
    public static void AddBiasGradient(float* v, float* b, int count, float* gradient, float scale)
    {
        var factor = Vector512.Create(-scale);
        for (var i = 0; i < count; i += 16)
        {
            var value = b is null ? Vector512.Load(v + i) : Vector512.Load(v + i) - Vector512.Load(b + i);
            Vector512.FusedMultiplyAdd(factor, value, Vector512.Load(gradient + i)).Store(gradient + i);
        }
    }
}
