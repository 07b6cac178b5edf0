using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Likely.Tensors.Kernels;

// sin and cos: r = |x| - n pi/2 with n = round(2 |x| / pi) and pi/2 in three floats, then sin r = r + r^3 S(r^2) or
// cos r = 1 - r^2/2 + r^4 C(r^2) by the parity of n. Lanes beyond 131072 are taken through ExactMath, exactly reduced.
// erf x = x + x R(x^2) below 0.9, else 1 - e^-q(x) with q = -log erfc x.
public static partial class Exponential
{
    const float ReductionLimit = 131072f;

    /// <summary>Sine of x radians, any finite x; NaN at infinity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sin(Vector512<float> x)
    {
        var a = Vector512.Abs(x);
        var y = Wave(a, Vector512<int>.Zero) ^ (x & Vector512.Create(int.MinValue).AsSingle());
        return Vector512.LessThanOrEqualAll(a, Vector512.Create(ReductionLimit)) ? y : FarSin(x, y);
    }

    /// <summary>Cosine of x radians, any finite x; NaN at infinity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Cos(Vector512<float> x)
    {
        var a = Vector512.Abs(x);
        var y = Wave(a, Vector512<int>.One);
        return Vector512.LessThanOrEqualAll(a, Vector512.Create(ReductionLimit)) ? y : FarCos(x, y);
    }

    /// <summary>The error function 2/sqrt(pi) times the integral of e^-t^2 from 0 to x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Erf(Vector512<float> x)
    {
        var a = Vector512.Abs(x);
        var z = a * a;
        var p = Vector512.FusedMultiplyAdd(Vector512.Create(8.513101056e-5f), z, Vector512.Create(-0.0008175639086f));
        p = Vector512.FusedMultiplyAdd(p, z, Vector512.Create(0.005203859415f));
        p = Vector512.FusedMultiplyAdd(p, z, Vector512.Create(-0.02686050907f));
        p = Vector512.FusedMultiplyAdd(p, z, Vector512.Create(0.1128371507f));
        p = Vector512.FusedMultiplyAdd(p, z, Vector512.Create(-0.376126349f));
        p = Vector512.FusedMultiplyAdd(p, z, Vector512.Create(0.1283791661f));
        var small = Vector512.FusedMultiplyAdd(p, a, a);

        var b = Vector512.ConditionalSelect(Vector512.GreaterThan(a, Vector512.Create(4f)), Vector512.Create(4f), a);
        var q = Vector512.FusedMultiplyAdd(Vector512.Create(-0.0001992284087f), b, Vector512.Create(0.00307526649f));
        q = Vector512.FusedMultiplyAdd(q, b, Vector512.Create(-0.02235367894f));
        q = Vector512.FusedMultiplyAdd(q, b, Vector512.Create(0.1041923687f));
        q = Vector512.FusedMultiplyAdd(q, b, Vector512.Create(0.6368877292f));
        q = Vector512.FusedMultiplyAdd(q, b, Vector512.Create(1.127848864f));
        q = Vector512.FusedMultiplyAdd(q, b, Vector512.Create(0.000154162306f));
        var (n, t) = Reduce(-q);
        var scale = (Vector512.Create(127 << 23) + (n.AsInt32() << 23)).AsSingle();
        var large = Vector512<float>.One - Vector512.FusedMultiplyAdd(scale, t, scale);
        return CopySign(Vector512.ConditionalSelect(Vector512.LessThan(a, Vector512.Create(0.9f)), small, large), x);
    }

    /// <summary>Sine of one number of radians.</summary>
    public static float Sin(float x) => Sin(Vector512.Create(x)).ToScalar();

    /// <summary>Cosine of one number of radians.</summary>
    public static float Cos(float x) => Cos(Vector512.Create(x)).ToScalar();

    /// <summary>The error function of one number.</summary>
    public static float Erf(float x) => Erf(Vector512.Create(x)).ToScalar();

    /// <summary>sin(a + quarterTurns pi/2) for a in 0 .. ReductionLimit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> Wave(Vector512<float> a, Vector512<int> quarterTurns)
    {
        var shifted = Vector512.FusedMultiplyAdd(a, Vector512.Create(0.636619747f), Vector512.Create(RoundingShift));
        var n = shifted - Vector512.Create(RoundingShift);
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-1.57079637f), a); // exact
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(4.37113883e-8f), r);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(1.71512451e-15f), r);
        var quadrant = shifted.AsInt32() + quarterTurns;

        var z = r * r;
        var s = Vector512.FusedMultiplyAdd(Vector512.Create(-0.0001950329315f), z, Vector512.Create(0.00833209604f));
        s = Vector512.FusedMultiplyAdd(s, z, Vector512.Create(-0.1666665524f));
        var sine = Vector512.FusedMultiplyAdd(z * r, s, r);
        var c = Vector512.FusedMultiplyAdd(Vector512.Create(2.443241465e-5f), z, Vector512.Create(-0.001388730947f));
        c = Vector512.FusedMultiplyAdd(c, z, Vector512.Create(0.04166664556f));
        c = Vector512.FusedMultiplyAdd(c, z, Vector512.Create(-0.5f));
        var cosine = Vector512.FusedMultiplyAdd(c, z, Vector512<float>.One);

        var odd = Vector512.Equals(quadrant & Vector512<int>.One, Vector512<int>.One).AsSingle();
        var sign = ((quadrant & Vector512.Create(2)) << 30).AsSingle();
        return Vector512.ConditionalSelect(odd, cosine, sine) ^ sign;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static Vector512<float> FarSin(Vector512<float> x, Vector512<float> y)
    {
        for (var lane = 0; lane < Vector512<float>.Count; lane++)
            if (!(MathF.Abs(x[lane]) <= ReductionLimit)) y = y.WithElement(lane, (float)ExactMath.Sin(x[lane]));
        return y;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static Vector512<float> FarCos(Vector512<float> x, Vector512<float> y)
    {
        for (var lane = 0; lane < Vector512<float>.Count; lane++)
            if (!(MathF.Abs(x[lane]) <= ReductionLimit)) y = y.WithElement(lane, (float)ExactMath.Cos(x[lane]));
        return y;
    }
}
