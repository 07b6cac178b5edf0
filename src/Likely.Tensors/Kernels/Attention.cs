using System.Runtime.Intrinsics;

namespace Likely.Tensors.Kernels;

/// <summary>
/// Parts of attention (Vaswani et al. 2017): s_j = sum_c q_c k_jc, one chain over channels; e_j = exp(s_j - max); y = (sum_j e_j v_j) / sum_j e_j, one chain over keys. The sum
/// of e has 16 lanes, lane = index of the key mod 16. Lanes of s run across keys, those of y across channels. Legend: d channels of a head, j keys.
/// </summary>
static unsafe class Attention
{
    /// <summary>Rows [count][d], far apart, times a factor, as [count][stride] with zeros behind d.</summary>
    public static void Pack(float* from, nint fromStride, int count, int d, float factor, float* to, int stride)
    {
        var scale = Vector256.Create(factor);
        for (var r = 0; r < count; r++, from += fromStride, to += stride)
        {
            var c = 0;
            for (; c + 8 <= d; c += 8) (Vector256.Load(from + c) * scale).Store(to + c);
            for (; c < d; c++) to[c] = from[c] * factor;
            for (; c < stride; c++) to[c] = 0;
        }
    }

    /// <summary>Rows [count][d], far apart, as columns [d][stride] with zeros behind them up to a multiple of 16.</summary>
    public static void Turn(float* from, nint fromStride, int count, int d, float* to, nint stride)
    {
        var padded = count + 15 & ~15;
        Layout.Transpose(from, count, d, fromStride, to, stride);
        for (var c = 0; c < d; c++)
            for (var r = count; r < padded; r++) to[c * stride + r] = 0;
    }

    /// <summary>Blocks [d][16] of keys, far apart, as columns [d][stride].</summary>
    public static void Join(float* blocks, nint blockStride, int count, int d, float* to, nint stride)
    {
        for (var block = 0; block < count; block++, blocks += blockStride, to += 16)
            for (var c = 0; c < d; c++) Vector512.Load(blocks + c * 16).Store(to + c * stride);
    }

    /// <summary>The scores of one query, whose factor is in it, and the keys of some blocks.</summary>
    public static void Scores(float* query, float* blocks, nint blockStride, int count, int d, float* scores)
    {
        var block = 0;
        for (; block + 4 <= count; block += 4, blocks += 4 * blockStride, scores += 64)
        {
            Vector512<float> s0 = Vector512<float>.Zero, s1 = s0, s2 = s0, s3 = s0;
            float* b0 = blocks, b1 = b0 + blockStride, b2 = b1 + blockStride, b3 = b2 + blockStride;
            for (var c = 0; c < d; c++, b0 += 16, b1 += 16, b2 += 16, b3 += 16)
            {
                var q = Vector512.Create(query[c]);
                s0 = Vector512.FusedMultiplyAdd(q, Vector512.Load(b0), s0);
                s1 = Vector512.FusedMultiplyAdd(q, Vector512.Load(b1), s1);
                s2 = Vector512.FusedMultiplyAdd(q, Vector512.Load(b2), s2);
                s3 = Vector512.FusedMultiplyAdd(q, Vector512.Load(b3), s3);
            }
            s0.Store(scores);
            s1.Store(scores + 16);
            s2.Store(scores + 32);
            s3.Store(scores + 48);
        }
        for (; block < count; block++, blocks += blockStride, scores += 16)
        {
            var s = Vector512<float>.Zero;
            for (var c = 0; c < d; c++) s = Vector512.FusedMultiplyAdd(Vector512.Create(query[c]), Vector512.Load(blocks + c * 16), s);
            s.Store(scores);
        }
    }

    /// <summary>
    /// Scores of the keys before <paramref name="prefix"/> and of those from <paramref name="begin"/> to before <paramref name="end"/> become e, all others up to
    /// <paramref name="padded"/>, a multiple of 16, zeros; returns 1 / sum of e.
    /// </summary>
    public static float Exponentials(float* scores, int prefix, int begin, int end, int padded)
        => 1 / Exponentials(scores, Largest(scores, prefix, begin, end), prefix, begin, end, padded);

    /// <summary>The largest score of those keys; of none, negative infinity.</summary>
    public static float Largest(float* scores, int prefix, int begin, int end)
    {
        var largest = Vector512.Create(float.NegativeInfinity);
        for (var j = 0; j < end; j += 16)
        {
            var value = Vector512.Load(scores + j);
            largest = Vector512.Max(largest, IsWhole(j, prefix, begin, end) ? value : Vector512.ConditionalSelect(Seen(j, prefix, begin, end), value, largest));
        }
        return Reductions.Max(largest);
    }

    /// <summary>The same with the largest score known; returns the sum of e.</summary>
    public static float Exponentials(float* scores, float largest, int prefix, int begin, int end, int padded)
    {
        var maximum = Vector512.Create(largest);
        var total = Vector512<float>.Zero;
        for (var j = 0; j < padded; j += 16)
        {
            var e = Exponential.Exp(Vector512.Load(scores + j) - maximum);
            if (!IsWhole(j, prefix, begin, end)) e &= Seen(j, prefix, begin, end);
            total += e;
            e.Store(scores + j);
        }
        return Reductions.Sum(total);
    }

    static bool IsWhole(int j, int prefix, int begin, int end) => j + 16 <= end && (j >= begin || j + 16 <= prefix);

    static Vector512<float> Seen(int j, int prefix, int begin, int end)
        => Reductions.Below(prefix - j) | Vector512.AndNot(Reductions.Below(end - j), Reductions.Below(begin - j));

    /// <summary>Sums of values weighed by e, [count] and [count][d], far apart, not yet divided, added to the result, which has room for d up to a multiple of 16.</summary>
    public static void Mix(float* e, float* values, nint valueStride, int count, int d, float* result)
    {
        var c = 0;
        for (; c + 32 < d + 16; c += 32)
        {
            Vector512<float> y0 = Vector512.Load(result + c), y1 = Vector512.Load(result + c + 16);
            var value = values + c;
            for (var j = 0; j < count; j++, value += valueStride)
            {
                var weight = Vector512.Create(e[j]);
                y0 = Vector512.FusedMultiplyAdd(weight, Vector512.Load(value), y0);
                y1 = Vector512.FusedMultiplyAdd(weight, Vector512.Load(value + 16), y1);
            }
            y0.Store(result + c);
            y1.Store(result + c + 16);
        }
        for (; c < d; c += 16)
        {
            var y = Vector512.Load(result + c);
            var value = values + c;
            for (var j = 0; j < count; j++, value += valueStride) y = Vector512.FusedMultiplyAdd(Vector512.Create(e[j]), Vector512.Load(value), y);
            y.Store(result + c);
        }
    }

    /// <summary>result[c] = factor x[c] for the channels of a head; a negative zero becomes a positive one, as keys that count for nothing may have been added or not.</summary>
    public static void Put(float* x, float factor, float* result, int d)
    {
        var scale = Vector256.Create(factor);
        var c = 0;
        for (; c + 8 <= d; c += 8) (Vector256.Load(x + c) * scale + Vector256<float>.Zero).Store(result + c);
        for (; c < d; c++) result[c] = x[c] * factor + 0f;
    }

    /// <summary>result[r][c] (+)= factor x[r][c], rows of the result far apart.</summary>
    public static void Unpack(float* x, int stride, int count, int d, float factor, float* result, nint resultStride, bool write)
    {
        var scale = Vector256.Create(factor);
        for (var r = 0; r < count; r++, x += stride, result += resultStride)
        {
            var c = 0;
            for (; c + 8 <= d; c += 8)
            {
                var value = Vector256.Load(x + c) * scale;
                (write ? value : Vector256.Load(result + c) + value).Store(result + c);
            }
            for (; c < d; c++) result[c] = write ? x[c] * factor : result[c] + x[c] * factor;
        }
    }

    /// <summary>The way back through one row of the softmax: e and 1 / sum give p, which replaces e; dp becomes p (dp - sum p dp).</summary>
    public static void ExponentialsBackward(float* e, float inverse, float* dp, int padded) => Differences(e, Products(e, inverse, dp, padded), dp, padded);

    /// <summary>e and 1 / sum give p, which replaces e; returns sum p dp.</summary>
    public static float Products(float* e, float inverse, float* dp, int padded)
    {
        var factor = Vector512.Create(inverse);
        var sum = Vector512<float>.Zero;
        for (var j = 0; j < padded; j += 16)
        {
            var p = Vector512.Load(e + j) * factor;
            p.Store(e + j);
            sum = Vector512.FusedMultiplyAdd(p, Vector512.Load(dp + j), sum);
        }
        return Reductions.Sum(sum);
    }

    /// <summary>dp becomes p (dp - mean).</summary>
    public static void Differences(float* p, float mean, float* dp, int padded)
    {
        var all = Vector512.Create(mean);
        for (var j = 0; j < padded; j += 16) (Vector512.Load(p + j) * (Vector512.Load(dp + j) - all)).Store(dp + j);
    }
}
