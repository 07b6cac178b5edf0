using System.Runtime.CompilerServices;

namespace Likely.Tensors;

/// <summary>
/// Scalar elementary functions in double precision with the same bits on every machine, for schedules, initialisers,
/// resampling and reports that are compared: only + - * /, fused multiply-add and integer operations.
/// e^x = 2^n e^r, e^r = 1 + r + r^2 s(r); log x = k ln 2 + 2 atanh((m - 1) / (m + 1)), summed in two doubles (error 2^-64), so
/// that x^y = e^(y log x) keeps its accuracy. Polynomials are minimax (Remez). Largest errors measured against 300-bit
/// references, subnormal results and arguments included: Exp 0.9 ulp, Expm1 1.4, Log 0.51, Log1p 0.7, Pow 1.0, Sin and Cos 0.7, Tanh 1.2.
/// </summary>
public static partial class ExactMath
{
    const double Log2E = 1.4426950408889634, Ln2High = 0.6931471803691238, Ln2Low = 1.9082149292705877e-10; // high: 32 bits
    const double RoundingShift = 6755399441055744.0; // 1.5 * 2^52: adding it leaves the nearest integer in the low mantissa bits

    /// <summary>e^x; underflows gradually, infinity above 709.78.</summary>
    public static double Exp(double x) => ExpOfSum(x, 0);

    /// <summary>e^x - 1 without cancellation near 0.</summary>
    public static double Expm1(double x)
    {
        if (!(x <= 700)) return Exp(x); // infinity and NaN too
        if (x < -40) return -1;
        if (x == 0) return x;
        var (n, t) = Reduce(x, 0);
        var scale = PowerOfTwo((int)n);
        return Math.FusedMultiplyAdd(scale, t, scale - 1);
    }

    /// <summary>Natural logarithm; log 0 = -infinity, below 0 NaN.</summary>
    public static double Log(double x)
    {
        if (!(x > 0)) return x == 0 ? double.NegativeInfinity : double.NaN;
        return double.IsPositiveInfinity(x) ? x : LogParts(x).High;
    }

    /// <summary>log(1 + x) without cancellation near 0; -infinity at -1, below it NaN.</summary>
    public static double Log1p(double x)
    {
        if (Math.Abs(x) < 1e-17) return x;
        if (!(x > -1)) return x == -1 ? double.NegativeInfinity : double.NaN;
        if (double.IsPositiveInfinity(x)) return x;
        var u = 1 + x;
        var lost = x > 1 ? 1 - (u - x) : x - (u - 1);
        var (high, low) = LogParts(u);
        return high + (low + lost / u);
    }

    /// <summary>Hyperbolic tangent.</summary>
    public static double Tanh(double x)
    {
        var a = Math.Abs(x);
        if (!(a < 20)) return double.IsNaN(x) ? x : x > 0 ? 1 : -1;
        if (a >= 0.55) return Math.CopySign(1 - 2 / (Exp(2 * a) + 1), x);
        var z = x * x;
        var p = Math.FusedMultiplyAdd(5.102149093472513e-05, z, -0.00021030241994024162);
        p = Math.FusedMultiplyAdd(p, z, 0.0005791370279157281);
        p = Math.FusedMultiplyAdd(p, z, -0.0014532167597069762);
        p = Math.FusedMultiplyAdd(p, z, 0.003591719697527855);
        p = Math.FusedMultiplyAdd(p, z, -0.00886319450395047);
        p = Math.FusedMultiplyAdd(p, z, 0.02186948597477186);
        p = Math.FusedMultiplyAdd(p, z, -0.0539682538760764);
        p = Math.FusedMultiplyAdd(p, z, 0.13333333333168695);
        p = Math.FusedMultiplyAdd(p, z, -0.33333333333332316);
        return x == 0 ? x : Math.FusedMultiplyAdd(z * x, p, x);
    }

    /// <summary>x to the power y with the special cases of IEEE 754.</summary>
    public static double Pow(double x, double y)
    {
        if (x == 1 || y == 0) return 1;
        if (double.IsNaN(x) || double.IsNaN(y)) return double.NaN;
        var a = Math.Abs(x);
        var infiniteExponent = double.IsInfinity(y);
        if (infiniteExponent && a == 1) return 1;
        var integer = infiniteExponent || Math.Floor(y) == y;
        var negative = double.IsNegative(x) && !infiniteExponent && integer && Math.Floor(y * 0.5) != y * 0.5;
        double power;
        if (a == 0 || double.IsInfinity(a) || infiniteExponent)
            power = a > 1 == y > 0 ? double.PositiveInfinity : 0;
        else if (x < 0 && !integer)
            return double.NaN;
        else
        {
            var (high, low) = LogParts(a);
            var product = y * high;
            power = Math.Abs(product) < 800 ? ExpOfSum(product, Math.FusedMultiplyAdd(y, high, -product) + y * low)
                : product > 0 ? double.PositiveInfinity : 0;
        }
        return negative ? -power : power;
    }

    static double ExpOfSum(double x, double low)
    {
        if (!(x < 710)) return x + double.PositiveInfinity; // NaN stays
        if (x < -745.2) return 0;
        var (n, t) = Reduce(x, low);
        var half = (int)n >> 1; // two factors, because 2^n alone may be subnormal or infinite
        return (1 + t) * PowerOfTwo(half) * PowerOfTwo((int)n - half);
    }

    /// <summary>n = round(x / ln 2) and t = e^(x + low - n ln 2) - 1.</summary>
    static (double N, double T) Reduce(double x, double low)
    {
        var n = Math.FusedMultiplyAdd(x, Log2E, RoundingShift) - RoundingShift;
        var high = Math.FusedMultiplyAdd(n, -Ln2High, x); // exact
        var tail = Math.FusedMultiplyAdd(n, -Ln2Low, low);
        var r = high + tail;
        var lost = high - r + tail;
        var s = Math.FusedMultiplyAdd(2.082661115843797e-09, r, 2.5112037378054662e-08);
        s = Math.FusedMultiplyAdd(s, r, 2.75575818959699e-07);
        s = Math.FusedMultiplyAdd(s, r, 2.7557234860988873e-06);
        s = Math.FusedMultiplyAdd(s, r, 2.4801586926589834e-05);
        s = Math.FusedMultiplyAdd(s, r, 0.00019841269896383814);
        s = Math.FusedMultiplyAdd(s, r, 0.0013888888889115635);
        s = Math.FusedMultiplyAdd(s, r, 0.008333333333317035);
        s = Math.FusedMultiplyAdd(s, r, 0.041666666666666095);
        s = Math.FusedMultiplyAdd(s, r, 0.16666666666666682);
        s = Math.FusedMultiplyAdd(s, r, 0.5);
        return (n, r + Math.FusedMultiplyAdd(r * r, s, lost));
    }

    /// <summary>log x for positive finite x as a sum of two doubles, the first its rounding.</summary>
    static (double High, double Low) LogParts(double x)
    {
        const long squareRootOfHalf = 0x3FE6A09E667F3BCD;
        var k = 0;
        if (x < 2.2250738585072014e-308)
        {
            x *= 18014398509481984.0; // 2^54: a subnormal argument
            k = -54;
        }
        var bits = BitConverter.DoubleToInt64Bits(x) - squareRootOfHalf;
        k += (int)(bits >> 52);
        var m = BitConverter.Int64BitsToDouble((bits & 0x000FFFFFFFFFFFFF) + squareRootOfHalf);

        // s = f / (m + 1), its square z and its cube c, each with what rounding lost
        var f = m - 1;
        var d = m + 1;
        var dLow = m > 1 ? 1 - (d - m) : m - (d - 1);
        var s = f / d;
        var sLow = (Math.FusedMultiplyAdd(-s, d, f) - s * dLow) / d;
        var z = s * s;
        var zLow = Math.FusedMultiplyAdd(s, s, -z) + 2 * s * sLow;
        var c = s * z;
        var cLow = Math.FusedMultiplyAdd(s, z, -c) + Math.FusedMultiplyAdd(s, zLow, sLow * z);
        const double twoThirds = 0.6666666666666666, twoThirdsLow = 3.700743415417188e-17;
        var t = c * twoThirds;
        var tLow = Math.FusedMultiplyAdd(c, twoThirds, -t) + Math.FusedMultiplyAdd(c, twoThirdsLow, cLow * twoThirds);

        var q = Math.FusedMultiplyAdd(0.11988992320789521, z, 0.11674821221713157);
        q = Math.FusedMultiplyAdd(q, z, 0.1333631727322897);
        q = Math.FusedMultiplyAdd(q, z, 0.1538455687515208);
        q = Math.FusedMultiplyAdd(q, z, 0.18181818870247554);
        q = Math.FusedMultiplyAdd(q, z, 0.2222222221753707);
        q = Math.FusedMultiplyAdd(q, z, 0.28571428571445107);
        q = Math.FusedMultiplyAdd(q, z, 0.3999999999999998);

        var sum = 2 * s + t;
        var sumLow = (2 * s - sum + t) + (Math.FusedMultiplyAdd(c * z, q, tLow) + 2 * sLow);
        var total = k * Ln2High + sum; // k ln 2 is 0 or the larger one
        var totalLow = (k * Ln2High - total + sum) + Math.FusedMultiplyAdd(k, Ln2Low, sumLow);
        var high = total + totalLow;
        return (high, total - high + totalLow);
    }

    /// <summary>2^n for n in -1022 .. 1023.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static double PowerOfTwo(int n) => BitConverter.Int64BitsToDouble((long)(n + 1023) << 52);
}
