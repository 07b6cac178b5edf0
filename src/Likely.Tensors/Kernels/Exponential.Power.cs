using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Likely.Tensors.Kernels;

// x^y = 2^(y log2 |x|) in double precision, so that one rounding to single precision is left. With |x| = 2^e m,
// m in [0.707, 1.414), s = (m - 1) / (m + 1): log2 m = s L(s^2), error 2^-45; 2^f = 1 + f E(f), |f| at most 0.5, error 2^-34.
public static partial class Exponential
{
    /// <summary>x to the power y with the special cases of IEEE 754; subnormal results are kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Pow(Vector512<float> x, Vector512<float> y)
    {
        var a = Vector512.Abs(x);
        var (aLow, aHigh) = Vector512.Widen(a);
        var (yLow, yHigh) = Vector512.Widen(y);
        var power = Vector512.Narrow(PositivePower(aLow, yLow), PositivePower(aHigh, yHigh));

        var integer = Vector512.Equals(Vector512.Floor(y), y);
        var half = y * Vector512.Create(0.5f);
        var odd = Vector512.AndNot(integer, Vector512.Equals(Vector512.Floor(half), half));
        power ^= odd & x & Vector512.Create(int.MinValue).AsSingle();
        var infinity = Vector512.Create(float.PositiveInfinity);
        var undefined = Vector512.LessThan(x, Vector512<float>.Zero) & Vector512.LessThan(a, infinity);
        undefined = Vector512.AndNot(undefined, integer);
        return Vector512.ConditionalSelect(undefined, Vector512.Create(float.NaN), power);
    }

    /// <summary>x to the power y of two numbers.</summary>
    public static float Pow(float x, float y) => Pow(Vector512.Create(x), Vector512.Create(y)).ToScalar();

    /// <summary>a^y for a of 0 or more that was a float, so never subnormal as a double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<double> PositivePower(Vector512<double> a, Vector512<double> y)
    {
        const long squareRootOfHalf = 0x3FE6A09E667F3BCD;
        var bits = a.AsInt64() - Vector512.Create(squareRootOfHalf - (1023L << 52));
        var biased = bits >>> 52; // e + 1023
        var e = (biased | Vector512.Create(0x4330000000000000)).AsDouble() - Vector512.Create(4503599627370496.0 + 1023);
        var m = ((bits & Vector512.Create(0x000FFFFFFFFFFFFF)) + Vector512.Create(squareRootOfHalf)).AsDouble();
        var s = (m - Vector512<double>.One) / (m + Vector512<double>.One);
        var z = s * s;
        var l = Vector512.FusedMultiplyAdd(Vector512.Create(0.2828992827037053), z, Vector512.Create(0.31990575525048204));
        l = Vector512.FusedMultiplyAdd(l, z, Vector512.Create(0.41220925104196576));
        l = Vector512.FusedMultiplyAdd(l, z, Vector512.Create(0.5770779423770301));
        l = Vector512.FusedMultiplyAdd(l, z, Vector512.Create(0.9617966941133053));
        l = Vector512.FusedMultiplyAdd(l, z, Vector512.Create(2.88539008177785));
        var log2 = Vector512.FusedMultiplyAdd(l, s, e);
        var infinity = Vector512.Create(double.PositiveInfinity);
        log2 = Vector512.ConditionalSelect(Vector512.Equals(a, Vector512<double>.Zero), -infinity, log2);
        log2 = Vector512.ConditionalSelect(Vector512.LessThan(a, infinity), log2, a); // infinity or NaN

        var p = y * log2;
        var one = Vector512.Equals(a, Vector512<double>.One); // 1 to any power, even infinity, is 1
        p = Vector512.ConditionalSelect(one | Vector512.Equals(y, Vector512<double>.Zero), Vector512<double>.Zero, p);
        var bound = Vector512.Create(200.0); // beyond every exponent of a float
        p = Vector512.ConditionalSelect(Vector512.GreaterThan(p, bound), bound, p);
        p = Vector512.ConditionalSelect(Vector512.LessThan(p, -bound), -bound, p);

        var shift = Vector512.Create(6755399441055744.0); // 1.5 * 2^52
        var shifted = p + shift;
        var f = p - (shifted - shift);
        var c = Vector512.FusedMultiplyAdd(Vector512.Create(1.5201955958811443e-05), f, Vector512.Create(0.00015469292158374858));
        c = Vector512.FusedMultiplyAdd(c, f, Vector512.Create(0.0013333922405368596));
        c = Vector512.FusedMultiplyAdd(c, f, Vector512.Create(0.009618027250772663));
        c = Vector512.FusedMultiplyAdd(c, f, Vector512.Create(0.05550410353659392));
        c = Vector512.FusedMultiplyAdd(c, f, Vector512.Create(0.2402265119817321));
        c = Vector512.FusedMultiplyAdd(c, f, Vector512.Create(0.6931471807283761));
        c = Vector512.FusedMultiplyAdd(c, f, Vector512<double>.One);
        return c * (Vector512.Create(1023L << 52) + (shifted.AsInt64() << 52)).AsDouble();
    }
}
