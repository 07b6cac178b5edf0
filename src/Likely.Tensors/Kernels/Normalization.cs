using System.Runtime.Intrinsics;

namespace Likely.Tensors.Kernels;

/// <summary>
/// Layer normalisation (Ba et al. 2016): y = (x - mean) / sqrt(variance + epsilon) * gain + bias over the channels of each row; and without centring that of root mean squares
/// (Zhang and Sennrich 2019): y = x / sqrt(mean x^2 + epsilon) * gain; of heads, groups of channels, without a gain. Sums have 16 lanes, lane = channel mod 16. What lies in the padding of rows has no meaning.
/// </summary>
static unsafe class Normalization
{
    const float Epsilon = 1e-5f;

    public static void Forward(float* x, nint stride, long rows, int channels, bool centred, float* gain, float* bias, float* y)
    {
        for (var r = 0L; r < rows; r++, x += stride, y += stride)
        {
            Moments(x, channels, centred, out var mean, out var scale);
            Vector512<float> m = Vector512.Create(mean), s = Vector512.Create(scale);
            for (var c = 0; c < channels; c += 16)
            {
                var value = (Vector512.Load(x + c) - m) * s * Vector512.Load(gain + c);
                (bias is null ? value : value + Vector512.Load(bias + c)).Store(y + c);
            }
        }
    }

    /// <summary>
    /// With n the normalised row and g = dy gain: dx (+)= scale (g - mean g - n mean(g n)), the first mean only if it is centred; dgain += dy n and dbias += dy, one chain over rows each.
    /// </summary>
    public static void Backward(float* x, nint stride, long rows, int channels, bool centred, float* gain, float* dy, float* dx, bool write, float* dGain, float* dBias)
    {
        for (var r = 0L; r < rows; r++, x += stride, dy += stride, dx += stride)
        {
            Moments(x, channels, centred, out var mean, out var scale);
            Vector512<float> m = Vector512.Create(mean), s = Vector512.Create(scale), sum = Vector512<float>.Zero, product = sum;
            for (var c = 0; c < channels; c += 16)
            {
                var (n, d) = ((Vector512.Load(x + c) - m) * s, Vector512.Load(dy + c));
                if (c + 16 > channels) (n, d) = (n & Reductions.Below(channels - c), d & Reductions.Below(channels - c));
                var g = d * Vector512.Load(gain + c);
                sum += g;
                product = Vector512.FusedMultiplyAdd(g, n, product);
                Vector512.FusedMultiplyAdd(d, n, Vector512.Load(dGain + c)).Store(dGain + c);
                if (dBias is not null) (Vector512.Load(dBias + c) + d).Store(dBias + c);
            }
            Vector512<float> first = Vector512.Create(centred ? Reductions.Sum(sum) / channels : 0), second = Vector512.Create(Reductions.Sum(product) / channels);
            for (var c = 0; c < channels; c += 16)
            {
                var n = (Vector512.Load(x + c) - m) * s;
                var d = s * (Vector512.Load(dy + c) * Vector512.Load(gain + c) - first - n * second);
                (write ? d : Vector512.Load(dx + c) + d).Store(dx + c);
            }
        }
    }

    /// <summary>The first <paramref name="count"/> groups of d channels of each row, in place: x / sqrt(mean x^2 + epsilon); the factors go to rows of their own.</summary>
    public static void Heads(float* x, nint stride, long rows, int count, int d, float* scales, nint scaleStride)
    {
        for (var r = 0L; r < rows; r++, x += stride, scales += scaleStride)
            for (var group = 0; group < count; group++)
            {
                Moments(x + group * d, d, false, out _, out var scale);
                for (var c = 0; c < d; c++) x[group * d + c] *= scale;
                scales[group] = scale;
            }
    }

    /// <summary>The way back, in place: dx = scale (dy - y mean(dy y)).</summary>
    public static void HeadsBackward(float* y, float* dy, nint stride, long rows, int count, int d, float* scales, nint scaleStride)
    {
        for (var r = 0L; r < rows; r++, y += stride, dy += stride, scales += scaleStride)
            for (var group = 0; group < count; group++)
            {
                float* n = y + group * d, g = dy + group * d;
                var sum = Vector512<float>.Zero;
                for (var c = 0; c < d; c += 16)
                {
                    var (left, right) = (Vector512.Load(n + c), Vector512.Load(g + c));
                    if (c + 16 > d) (left, right) = (left & Reductions.Below(d - c), right & Reductions.Below(d - c));
                    sum = Vector512.FusedMultiplyAdd(left, right, sum);
                }
                var (mean, scale) = (Reductions.Sum(sum) / d, scales[group]);
                for (var c = 0; c < d; c++) g[c] = scale * (g[c] - n[c] * mean);
            }
    }

    static void Moments(float* x, int channels, bool centred, out float mean, out float scale)
    {
        mean = centred ? Sum(x, channels, 0, isSquared: false) / channels : 0;
        scale = 1 / MathF.Sqrt(Sum(x, channels, mean, isSquared: true) / channels + Epsilon);
    }

    static float Sum(float* x, int channels, float mean, bool isSquared)
    {
        var (m, sum) = (Vector512.Create(mean), Vector512<float>.Zero);
        for (var c = 0; c < channels; c += 16)
        {
            var value = Vector512.Load(x + c) - m;
            if (c + 16 > channels) value &= Reductions.Below(channels - c);
            sum = isSquared ? Vector512.FusedMultiplyAdd(value, value, sum) : sum + value;
        }
        return Reductions.Sum(sum);
    }
}
