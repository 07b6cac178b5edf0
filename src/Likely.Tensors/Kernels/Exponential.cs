using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Likely.Tensors.Kernels;

/// <summary>
/// Elementary functions of sixteen floats with the same bits on every machine: only + - * / fused multiply-add, compares,
/// selects and integer operations, one lane never looking at another. A float overload is lane 0 of the vector one.
/// e^x = 2^n e^r with n = round(x / ln 2), e^r = 1 + (r + r^2 s(r)), |r| below 0.347; sigmoid = 1 / (1 + e^-x);
/// tanh = x + x^3 P(x^2) below 0.55, else 1 - 2 / (1 + e^2x). Polynomials are minimax (Remez) in the relative error of the
/// function. The last addition of each form dominates its correction term, so rounding keeps Exp, Expm1, Sigmoid, Tanh, Log,
/// Log1p, Softplus and LogSigmoid monotone; Erf dips by an ulp at a few hundred floats. Errors stay below 2.5 ulp (Sigmoid)
/// and 1.7 (all others). A NaN gives a NaN; its sign and payload are not specified.
/// </summary>
public static partial class Exponential
{
    const float Log2E = 1.44269502f, Ln2High = 0.693147182f, Ln2Low = -1.90465421e-9f;
    const float RoundingShift = 12582912f; // 1.5 * 2^23: adding it leaves the nearest integer in the low mantissa bits
    const float ExpSmallest = -87.3365402f, ExpLargest = 88.7228317f; // first and last x with a finite normal e^x

    /// <summary>e^x within 1.02 ulp; results below 2^-126 are flushed to 0 (x below -87.3365), so nothing subnormal slows a softmax.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x) => Apply<ExpFunction>(x);

    /// <summary>e^x - 1 without cancellation near 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Expm1(Vector512<float> x)
    {
        var low = Vector512.Create(-20f); // where e^x - 1 has long become -1
        var (n, t) = Reduce(Vector512.ConditionalSelect(Vector512.LessThan(x, low), low, x));
        var half = (Vector512.Create(126 << 23) + (n.AsInt32() << 23)).AsSingle(); // 2^(n-1): 2^128 would not fit
        var y = Vector512.FusedMultiplyAdd(half, t, half - Vector512.Create(0.5f));
        y += y;
        y = Vector512.ConditionalSelect(Vector512.LessThanOrEqual(x, Vector512.Create(ExpLargest)), y,
            x + Vector512.Create(float.PositiveInfinity));
        return CopySign(y, x); // keeps -0
    }

    /// <summary>1 / (1 + e^-x), relatively accurate on both sides; 0 below -88.72.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sigmoid(Vector512<float> x) => Apply<SigmoidFunction>(x);

    /// <summary>Hyperbolic tangent, relatively accurate near 0; one division, no branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Tanh(Vector512<float> x) => Apply<TanhFunction>(x);

    /// <summary>e^x of one number.</summary>
    public static float Exp(float x) => Exp(Vector512.Create(x)).ToScalar();

    /// <summary>e^x - 1 of one number.</summary>
    public static float Expm1(float x) => Expm1(Vector512.Create(x)).ToScalar();

    /// <summary>1 / (1 + e^-x) of one number.</summary>
    public static float Sigmoid(float x) => Sigmoid(Vector512.Create(x)).ToScalar();

    /// <summary>Hyperbolic tangent of one number.</summary>
    public static float Tanh(float x) => Tanh(Vector512.Create(x)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector512<float> ShiftedN, Vector512<float> T) Reduce(Vector512<float> x) => Reduce<Lanes512, Vector512<float>>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> CopySign(Vector512<float> magnitude, Vector512<float> sign) =>
        Vector512.ConditionalSelect(Vector512.Create(int.MinValue).AsSingle(), sign, magnitude);
}
