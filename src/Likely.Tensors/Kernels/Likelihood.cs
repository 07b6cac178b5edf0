using System.Runtime.Intrinsics;

namespace Likely.Tensors.Kernels;

/// <summary>
/// Log-probabilities (nats) of observed symbols and their gradients, row by row. A row is one position of one example.
/// The same routines serve training, scoring and the predictors, so all of them see the same bits.
/// </summary>
static unsafe class Likelihood
{
    /// <summary>
    /// Bernoulli with logit l: log p(1) = -softplus(-l), log p(0) = -softplus(l). If <paramref name="gradient"/> is given it receives
    /// -scale * dlogp/dl = scale * (sigmoid(l) - x).
    /// </summary>
    public static void Bernoulli(float* logits, int* symbols, int count, float* logs, float* gradient, float scale)
    {
        var x = stackalloc float[16];
        var buffer = stackalloc float[16];
        for (var i = 0; i < count; i += 16)
        {
            var n = Math.Min(16, count - i);
            for (var lane = 0; lane < n; lane++) x[lane] = symbols[i + lane];
            var symbol = Vector512.Load(x);
            var logit = Vector512.Load(logits + i);
            if (logs is not null)
            {
                var sign = Vector512<float>.One - (symbol + symbol);
                var log = -Exponential.Softplus(logit * sign);
                if (n == 16) log.Store(logs + i);
                else
                {
                    log.Store(buffer);
                    for (var lane = 0; lane < n; lane++) logs[i + lane] = buffer[lane];
                }
            }
            if (gradient is null) continue;
            var d = (Exponential.Sigmoid(logit) - symbol) * Vector512.Create(scale);
            if (n == 16) d.Store(gradient + i);
            else
            {
                d.Store(buffer);
                for (var lane = 0; lane < n; lane++) gradient[i + lane] = buffer[lane];
            }
        }
    }

    /// <summary>log of the sum of exponentials of <paramref name="count"/> logits.</summary>
    public static float LogSumExp(float* logits, int count, out float maximum, out float sum)
    {
        var largest = Vector512.Create(float.NegativeInfinity);
        for (var i = 0; i < count; i += 16)
        {
            var value = Vector512.Load(logits + i);
            largest = Vector512.Max(largest, i + 16 <= count ? value : Vector512.ConditionalSelect(Reductions.Below(count - i), value, largest));
        }
        maximum = Reductions.Max(largest);
        var total = Vector512<float>.Zero;
        for (var i = 0; i < count; i += 16)
        {
            var e = Exponential.Exp(Vector512.Load(logits + i) - Vector512.Create(maximum));
            total += i + 16 <= count ? e : e & Reductions.Below(count - i);
        }
        sum = Reductions.Sum(total);
        return maximum + Exponential.Log(sum);
    }

    /// <summary>log of the sum over points p of exp(weight - |x - p|^2 / 2). Points lie number by number, [width, stride], with stride a multiple of 16.</summary>
    /// <param name="points">The points.</param>
    /// <param name="weights">[stride], the logarithm of how much each counts; null: all alike.</param>
    /// <param name="stride">Points that there is room for.</param>
    /// <param name="count">Points.</param>
    /// <param name="x">[width].</param>
    /// <param name="width">Numbers of a point.</param>
    /// <param name="logs">[stride], what is overwritten.</param>
    public static float Points(float* points, float* weights, int stride, int count, float* x, int width, float* logs)
    {
        for (var i = 0; i < count; i += 16)
        {
            var square = Vector512<float>.Zero;
            for (var d = 0; d < width; d++)
            {
                var away = Vector512.Create(x[d]) - Vector512.Load(points + (long)d * stride + i);
                square = Vector512.FusedMultiplyAdd(away, away, square);
            }
            var log = square * Vector512.Create(-0.5f);
            (weights is null ? log : log + Vector512.Load(weights + i)).Store(logs + i);
        }
        return LogSumExp(logs, count, out _, out _);
    }

    /// <summary>log softmax(logits)[symbol]; the gradient, if given, is scale * (softmax - onehot).</summary>
    public static float Softmax(float* logits, int levels, int symbol, float* gradient, float scale)
    {
        var normalizer = LogSumExp(logits, levels, out _, out _);
        if (gradient is not null)
        {
            var shift = Vector512.Create(normalizer);
            var factor = Vector512.Create(scale);
            var i = 0;
            for (; i + 16 <= levels; i += 16)
                (Exponential.Exp(Vector512.Load(logits + i) - shift) * factor).Store(gradient + i);
            if (i < levels)
            {
                var rest = Exponential.Exp(Vector512.Load(logits + i) - shift) * factor;
                for (var lane = 0; i + lane < levels; lane++) gradient[i + lane] = rest[lane];
            }
            gradient[symbol] -= scale;
        }
        return logits[symbol] - normalizer;
    }

    /// <summary>Logits become softmax - onehot, zeros behind them up to a multiple of 16; returns -log softmax(logits)[symbol], whose last steps are in double.</summary>
    public static double Residual(float* logits, int levels, int symbol)
    {
        var own = (double)logits[symbol];
        var largest = Vector512.Create(float.NegativeInfinity);
        for (var i = 0; i < levels; i += 16) largest = Vector512.Max(largest, Vector512.ConditionalSelect(Reductions.Below(levels - i), Vector512.Load(logits + i), largest));
        var (maximum, total) = (Reductions.Max(largest), Vector512<float>.Zero);
        for (var i = 0; i < levels; i += 16)
        {
            var e = Exponential.Exp(Vector512.Load(logits + i) - Vector512.Create(maximum)) & Reductions.Below(levels - i);
            e.Store(logits + i);
            total += e;
        }
        var sum = Reductions.Sum(total);
        for (var i = 0; i < levels; i += 16) (Vector512.Load(logits + i) / Vector512.Create(sum)).Store(logits + i);
        logits[symbol] -= 1;
        return maximum - own + ExactMath.Log(sum);
    }

    /// <summary>probabilities = softmax(logits * inverseTemperature); there is room for a multiple of 16 of them.</summary>
    public static void SoftmaxProbabilities(float* logits, int levels, float inverseTemperature, float* probabilities)
    {
        var padded = levels + 15 & ~15;
        for (var i = 0; i < levels; i++) probabilities[i] = logits[i] * inverseTemperature;
        for (var i = levels; i < padded; i++) probabilities[i] = 0;
        LogSumExp(probabilities, levels, out var maximum, out var sum);
        for (var i = 0; i < padded; i += 16)
            (Exponential.Exp(Vector512.Load(probabilities + i) - Vector512.Create(maximum)) / Vector512.Create(sum)).Store(probabilities + i);
    }
}
