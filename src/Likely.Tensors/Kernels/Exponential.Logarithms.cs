using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Likely.Tensors.Kernels;

// log x = e ln 2 + log(1 + f) with x = 2^e (1 + f), 1 + f in [0.707, 1.414), and log(1 + f) = f + f^2 Q(f).
// softplus x = log(1 + e^x) = max(x, 0) + log(1 + e^-|x|); around 0, where that sum would waver by an ulp,
// ln 2 + x / 2 + x^2 C(x^2), whose terms keep it monotone.
public static partial class Exponential
{
    const int SquareRootOfHalf = 0x3F3504F3; // bits of 0.70710677

    /// <summary>Natural logarithm; subnormals included. log 0 = -infinity, below 0 NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Log(Vector512<float> x)
    {
        var subnormal = Vector512.LessThan(x, Vector512.Create(1.17549435e-38f));
        var scaled = Vector512.ConditionalSelect(subnormal, x * Vector512.Create(16777216f), x);
        var offset = Vector512.ConditionalSelect(subnormal.AsInt32(), Vector512.Create(24), Vector512<int>.Zero);
        var bits = scaled.AsInt32() - Vector512.Create(SquareRootOfHalf);
        var mantissa = ((bits & Vector512.Create(0x007FFFFF)) + Vector512.Create(SquareRootOfHalf)).AsSingle();
        return LogarithmLimits(x, x, LogOfProduct((bits >> 23) - offset, mantissa - Vector512<float>.One));
    }

    /// <summary>log(1 + x) without cancellation near 0; -infinity at -1, below it NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Log1p(Vector512<float> x)
    {
        var u = Vector512<float>.One + x;
        var bits = u.AsInt32() - Vector512.Create(SquareRootOfHalf);
        var exponent = bits >> 23;
        var mantissa = ((bits & Vector512.Create(0x007FFFFF)) + Vector512.Create(SquareRootOfHalf)).AsSingle();
        var scale = (Vector512.Create(127 << 23) - (exponent << 23)).AsSingle();
        var f = Vector512.FusedMultiplyAdd(x, scale, scale - Vector512<float>.One); // (1 + x) 2^-e - 1, what 1 + x lost included
        f = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(1073741824f)), f, mantissa - Vector512<float>.One);
        return CopySign(LogarithmLimits(x, u, LogOfProduct(exponent, f)), x); // keeps -0
    }

    /// <summary>log(1 + e^x), relatively accurate for negative x; 0 below -87.3365.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Softplus(Vector512<float> x) => Apply<SoftplusFunction>(x);

    /// <summary>log sigmoid(x) = -softplus(-x): log-probability of a bit from its logit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LogSigmoid(Vector512<float> x) => -Softplus(-x);

    /// <summary>Natural logarithm of one number.</summary>
    public static float Log(float x) => Log(Vector512.Create(x)).ToScalar();

    /// <summary>log(1 + x) of one number.</summary>
    public static float Log1p(float x) => Log1p(Vector512.Create(x)).ToScalar();

    /// <summary>log(1 + e^x) of one number.</summary>
    public static float Softplus(float x) => Softplus(Vector512.Create(x)).ToScalar();

    /// <summary>log sigmoid(x) of one number.</summary>
    public static float LogSigmoid(float x) => LogSigmoid(Vector512.Create(x)).ToScalar();

    /// <summary>log((1 + f) 2^e), e whole.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> LogOfProduct(Vector512<int> exponent, Vector512<float> f)
    {
        var q = Vector512.FusedMultiplyAdd(Vector512.Create(-0.07621648908f), f, Vector512.Create(0.1290436089f));
        q = Vector512.FusedMultiplyAdd(q, f, Vector512.Create(-0.1324300468f));
        q = Vector512.FusedMultiplyAdd(q, f, Vector512.Create(0.1418183595f));
        q = Vector512.FusedMultiplyAdd(q, f, Vector512.Create(-0.1660908163f));
        q = Vector512.FusedMultiplyAdd(q, f, Vector512.Create(0.2000197321f));
        q = Vector512.FusedMultiplyAdd(q, f, Vector512.Create(-0.250015825f));
        q = Vector512.FusedMultiplyAdd(q, f, Vector512.Create(0.3333332539f));
        q = Vector512.FusedMultiplyAdd(q, f, Vector512.Create(-0.4999998808f));
        return Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(exponent), Vector512.Create(Ln2High),
            Vector512.FusedMultiplyAdd(f * f, q, f)); // ln 2 in one float is off by 0.05 ulp: no second part needed
    }

    /// <summary>Replaces lanes whose logarithm's argument is not a positive finite number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> LogarithmLimits(Vector512<float> x, Vector512<float> argument, Vector512<float> y)
    {
        var zero = Vector512.Equals(argument, Vector512<float>.Zero);
        y = Vector512.ConditionalSelect(zero, Vector512.Create(float.NegativeInfinity), y);
        y = Vector512.ConditionalSelect(Vector512.LessThan(argument, Vector512<float>.Zero), Vector512.Create(float.NaN), y);
        return Vector512.ConditionalSelect(Vector512.LessThan(argument, Vector512.Create(float.PositiveInfinity)), y,
            x + Vector512.Create(float.PositiveInfinity));
    }
}
