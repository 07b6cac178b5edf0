using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Likely.Tensors.Kernels;

/// <summary>
/// Loops that only measure. The peak of a core: chains of fused multiply-adds x = x a + b that stay in registers, enough of them
/// to hide the latency of two units (4 cycles each), in the widest vectors the machine has. An addition and a multiplication
/// count as two operations.
/// </summary>
static unsafe class PeakProbe
{
    const int Chains = 12;

    /// <summary>Floating-point operations of <see cref="MultiplyAdds"/> with so many rounds.</summary>
    public static double Operations(int rounds)
        => 2.0 * Chains * rounds * (Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4);

    /// <summary>Runs the chains; the result keeps the loop from being left out.</summary>
    public static float MultiplyAdds(int rounds)
        => Vector512.IsHardwareAccelerated ? Run512(rounds) : Vector256.IsHardwareAccelerated ? Run256(rounds) : Run128(rounds);

    /// <summary>y = exp(x), whole vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Exponentials(float* x, float* y, int length)
    {
        for (var i = 0; i < length; i += 16) Exponential.Exp(Vector512.Load(x + i)).Store(y + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float Run512(int rounds)
    {
        var a = Vector512.Create(0.999f);
        var b = Vector512.Create(0.001f);
        Vector512<float> c0 = b, c1 = a, c2 = b, c3 = a, c4 = b, c5 = a, c6 = b, c7 = a, c8 = b, c9 = a, c10 = b, c11 = a;
        for (var i = 0; i < rounds; i++)
        {
            c0 = Vector512.FusedMultiplyAdd(c0, a, b);
            c1 = Vector512.FusedMultiplyAdd(c1, a, b);
            c2 = Vector512.FusedMultiplyAdd(c2, a, b);
            c3 = Vector512.FusedMultiplyAdd(c3, a, b);
            c4 = Vector512.FusedMultiplyAdd(c4, a, b);
            c5 = Vector512.FusedMultiplyAdd(c5, a, b);
            c6 = Vector512.FusedMultiplyAdd(c6, a, b);
            c7 = Vector512.FusedMultiplyAdd(c7, a, b);
            c8 = Vector512.FusedMultiplyAdd(c8, a, b);
            c9 = Vector512.FusedMultiplyAdd(c9, a, b);
            c10 = Vector512.FusedMultiplyAdd(c10, a, b);
            c11 = Vector512.FusedMultiplyAdd(c11, a, b);
        }
        return (c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float Run256(int rounds)
    {
        var a = Vector256.Create(0.999f);
        var b = Vector256.Create(0.001f);
        Vector256<float> c0 = b, c1 = a, c2 = b, c3 = a, c4 = b, c5 = a, c6 = b, c7 = a, c8 = b, c9 = a, c10 = b, c11 = a;
        for (var i = 0; i < rounds; i++)
        {
            c0 = Vector256.FusedMultiplyAdd(c0, a, b);
            c1 = Vector256.FusedMultiplyAdd(c1, a, b);
            c2 = Vector256.FusedMultiplyAdd(c2, a, b);
            c3 = Vector256.FusedMultiplyAdd(c3, a, b);
            c4 = Vector256.FusedMultiplyAdd(c4, a, b);
            c5 = Vector256.FusedMultiplyAdd(c5, a, b);
            c6 = Vector256.FusedMultiplyAdd(c6, a, b);
            c7 = Vector256.FusedMultiplyAdd(c7, a, b);
            c8 = Vector256.FusedMultiplyAdd(c8, a, b);
            c9 = Vector256.FusedMultiplyAdd(c9, a, b);
            c10 = Vector256.FusedMultiplyAdd(c10, a, b);
            c11 = Vector256.FusedMultiplyAdd(c11, a, b);
        }
        return (c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float Run128(int rounds)
    {
        var a = Vector128.Create(0.999f);
        var b = Vector128.Create(0.001f);
        Vector128<float> c0 = b, c1 = a, c2 = b, c3 = a, c4 = b, c5 = a, c6 = b, c7 = a, c8 = b, c9 = a, c10 = b, c11 = a;
        for (var i = 0; i < rounds; i++)
        {
            c0 = Vector128.FusedMultiplyAdd(c0, a, b);
            c1 = Vector128.FusedMultiplyAdd(c1, a, b);
            c2 = Vector128.FusedMultiplyAdd(c2, a, b);
            c3 = Vector128.FusedMultiplyAdd(c3, a, b);
            c4 = Vector128.FusedMultiplyAdd(c4, a, b);
            c5 = Vector128.FusedMultiplyAdd(c5, a, b);
            c6 = Vector128.FusedMultiplyAdd(c6, a, b);
            c7 = Vector128.FusedMultiplyAdd(c7, a, b);
            c8 = Vector128.FusedMultiplyAdd(c8, a, b);
            c9 = Vector128.FusedMultiplyAdd(c9, a, b);
            c10 = Vector128.FusedMultiplyAdd(c10, a, b);
            c11 = Vector128.FusedMultiplyAdd(c11, a, b);
        }
        return (c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11).ToScalar();
    }
}
