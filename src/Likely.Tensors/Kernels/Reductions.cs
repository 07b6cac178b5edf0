using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Likely.Tensors.Kernels;

/// <summary>
/// Sums and maxima along a row, always in the same shape: 16 virtual lanes, lane = index mod 16, then one fixed tree
/// (halves of 8, of 4, then (0+2)+(1+3)), whatever the hardware's width.
/// </summary>
static unsafe class Reductions
{
    /// <summary>The fixed tree over 16 lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector512<float> lanes)
    {
        var eight = lanes.GetLower() + lanes.GetUpper();
        var four = eight.GetLower() + eight.GetUpper();
        return four[0] + four[2] + (four[1] + four[3]);
    }

    /// <summary>The largest of 16 lanes, none of which is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector512<float> lanes)
    {
        var eight = Vector256.Max(lanes.GetLower(), lanes.GetUpper());
        var four = Vector128.Max(eight.GetLower(), eight.GetUpper());
        return MathF.Max(MathF.Max(four[0], four[2]), MathF.Max(four[1], four[3]));
    }

    /// <summary>All bits set in the lanes whose index is below <paramref name="count"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Below(int count)
        => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle();

    /// <summary>sum of a[i] b[i]: each lane one chain of fused multiply-adds; both have zeros behind <paramref name="count"/> up to a multiple of 16.</summary>
    public static float Dot(float* a, float* b, int count)
    {
        Vector512<float> sum0 = Vector512<float>.Zero, sum1 = sum0, sum2 = sum0, sum3 = sum0;
        var i = 0;
        // Four chains of 16 lanes hide the latency; they are part of the definition of the order.
        for (; i + 64 <= count; i += 64)
        {
            sum0 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i), Vector512.Load(b + i), sum0);
            sum1 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i + 16), Vector512.Load(b + i + 16), sum1);
            sum2 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i + 32), Vector512.Load(b + i + 32), sum2);
            sum3 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i + 48), Vector512.Load(b + i + 48), sum3);
        }
        for (; i < count; i += 16) sum0 = Vector512.FusedMultiplyAdd(Vector512.Load(a + i), Vector512.Load(b + i), sum0);
        return Sum(sum0 + sum1 + (sum2 + sum3));
    }

    /// <summary>sum of (a[i] - b[i])^2, in the shape of <see cref="Dot"/>; both have equal values behind <paramref name="count"/> up to a multiple of 16.</summary>
    public static float SquaredDistance(float* a, float* b, int count)
    {
        Vector512<float> sum0 = Vector512<float>.Zero, sum1 = sum0, sum2 = sum0, sum3 = sum0;
        var i = 0;
        for (; i + 64 <= count; i += 64)
        {
            Vector512<float> d0 = Vector512.Load(a + i) - Vector512.Load(b + i), d1 = Vector512.Load(a + i + 16) - Vector512.Load(b + i + 16);
            Vector512<float> d2 = Vector512.Load(a + i + 32) - Vector512.Load(b + i + 32), d3 = Vector512.Load(a + i + 48) - Vector512.Load(b + i + 48);
            sum0 = Vector512.FusedMultiplyAdd(d0, d0, sum0);
            sum1 = Vector512.FusedMultiplyAdd(d1, d1, sum1);
            sum2 = Vector512.FusedMultiplyAdd(d2, d2, sum2);
            sum3 = Vector512.FusedMultiplyAdd(d3, d3, sum3);
        }
        for (; i < count; i += 16)
        {
            var d = Vector512.Load(a + i) - Vector512.Load(b + i);
            sum0 = Vector512.FusedMultiplyAdd(d, d, sum0);
        }
        return Sum(sum0 + sum1 + (sum2 + sum3));
    }

    /// <summary>sum of ((a[i] - b[i]) s[i])^2, in the same shape; a has equal values to b behind <paramref name="count"/>, or s zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float SquaredDistance(float* a, float* b, float* s, int count)
    {
        Vector512<float> sum0 = Vector512<float>.Zero, sum1 = sum0, sum2 = sum0, sum3 = sum0;
        var i = 0;
        for (; i + 64 <= count; i += 64)
        {
            Vector512<float> d0 = (Vector512.Load(a + i) - Vector512.Load(b + i)) * Vector512.Load(s + i), d1 = (Vector512.Load(a + i + 16) - Vector512.Load(b + i + 16)) * Vector512.Load(s + i + 16);
            Vector512<float> d2 = (Vector512.Load(a + i + 32) - Vector512.Load(b + i + 32)) * Vector512.Load(s + i + 32), d3 = (Vector512.Load(a + i + 48) - Vector512.Load(b + i + 48)) * Vector512.Load(s + i + 48);
            sum0 = Vector512.FusedMultiplyAdd(d0, d0, sum0);
            sum1 = Vector512.FusedMultiplyAdd(d1, d1, sum1);
            sum2 = Vector512.FusedMultiplyAdd(d2, d2, sum2);
            sum3 = Vector512.FusedMultiplyAdd(d3, d3, sum3);
        }
        for (; i < count; i += 16)
        {
            var d = (Vector512.Load(a + i) - Vector512.Load(b + i)) * Vector512.Load(s + i);
            sum0 = Vector512.FusedMultiplyAdd(d, d, sum0);
        }
        return Sum(sum0 + sum1 + (sum2 + sum3));
    }

    /// <summary>The same of some rows a, each so far from the next.</summary>
    public static void SquaredDistances(float* a, long stride, int rows, float* b, float* s, int count, float* result)
    {
        for (var i = 0; i < rows; i++) result[i] = SquaredDistance(a + i * stride, b, s, count);
    }

    /// <summary>result = ((b0 + b1) + (b2 + b3)) + ((b4 + b5) + (b6 + b7)); length a multiple of 16.</summary>
    public static void Tree(float** blocks, float* result, long length)
    {
        for (var i = 0L; i < length; i += 16)
        {
            var left = Vector512.Load(blocks[0] + i) + Vector512.Load(blocks[1] + i) + (Vector512.Load(blocks[2] + i) + Vector512.Load(blocks[3] + i));
            var right = Vector512.Load(blocks[4] + i) + Vector512.Load(blocks[5] + i) + (Vector512.Load(blocks[6] + i) + Vector512.Load(blocks[7] + i));
            (left + right).Store(result + i);
        }
    }
}
