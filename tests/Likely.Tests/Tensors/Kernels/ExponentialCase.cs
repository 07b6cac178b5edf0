using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Likely.Tensors.Kernels;
using Xunit;

namespace Likely.Tests.Tensors.Kernels;

/// <summary>
/// One elementary function: the vector form, its scalar twin, a double reference from the C library, whether it rises
/// monotonically, and the places where its formula changes. Tests and sweeps run over <see cref="All"/>.
/// </summary>
public sealed record ExponentialCase(
    string Name, Func<Vector512<float>, Vector512<float>> Vector, Func<float, float> Scalar, Func<double, double> Reference,
    bool Monotone, double MaximumUlp, float[] Joints)
{
    static readonly float[] ExponentJoints = [.. Enumerable.Range(-127, 256).Select(n => (float)((n + 0.5) * Math.Log(2)))];
    static readonly float[] MantissaJoints = [.. Enumerable.Range(-148, 276).Select(n => (float)Math.ScaleB(Math.Sqrt(0.5), n))];

    public static readonly ExponentialCase[] All =
    [
        new("Exp", x => Exponential.Exp(x), Exponential.Exp, Math.Exp, true, 1.1, ExponentJoints),
        new("Expm1", x => Exponential.Expm1(x), Exponential.Expm1, Expm1, true, 1.7, [0, .. ExponentJoints]),
        new("Sigmoid", x => Exponential.Sigmoid(x), Exponential.Sigmoid, x => 1 / (1 + Math.Exp(-x)), true, 2.5, ExponentJoints),
        new("Tanh", x => Exponential.Tanh(x), Exponential.Tanh, Math.Tanh, true, 1.7, [0, 0.55f, -0.55f, 10, .. ExponentJoints.Select(x => x / 2)]),
        new("Log", x => Exponential.Log(x), Exponential.Log, Math.Log, true, 1.1, [1.1754944e-38f, 1, .. MantissaJoints]),
        new("Log1p", x => Exponential.Log1p(x), Exponential.Log1p, Log1p, true, 1.6, [0, 1073741824f, .. MantissaJoints.Select(x => (float)(x - 1.0))]),
        new("Softplus", x => Exponential.Softplus(x), Exponential.Softplus, Softplus, true, 1.8, [0, 0.875f, -0.875f, .. ExponentJoints]),
        new("LogSigmoid", x => Exponential.LogSigmoid(x), Exponential.LogSigmoid, x => -Softplus(-x), true, 1.8, [0, 0.875f, -0.875f, .. ExponentJoints]),
        new("Erf", x => Exponential.Erf(x), Exponential.Erf, Erf, false, 1.5, [0, 0.9f, -0.9f, 4, -4]),
        new("Sin", x => Exponential.Sin(x), Exponential.Sin, Math.Sin, false, 1.8, [131072f]),
        new("Cos", x => Exponential.Cos(x), Exponential.Cos, Math.Cos, false, 1.8, [131072f]),
    ];

    public static TheoryData<string> Names => new(All.Select(c => c.Name));

    public static ExponentialCase Named(string name) => All.Single(c => c.Name == name);

    /// <summary>Whether fused multiply-adds are instructions here; in software they are some 600 times slower.</summary>
    public static bool IsFast => Fma.IsSupported || AdvSimd.IsSupported;

    /// <summary>The float at a signed rank: 0 is +0, 1 the smallest positive, -1 the smallest negative, 0x7F800000 infinity.</summary>
    public static float FromRank(long rank) =>
        BitConverter.Int32BitsToSingle(rank < 0 ? (int)-rank | int.MinValue : (int)rank);

    public static long Rank(float x)
    {
        var bits = BitConverter.SingleToInt32Bits(x);
        return bits < 0 ? -(long)(bits & int.MaxValue) : bits;
    }

    static double Softplus(double x) => Math.Max(x, 0) + Log1p(Math.Exp(-Math.Abs(x)));

    static double Log1p(double x)
    {
        var u = 1 + x;
        return u == 1 ? x : !double.IsFinite(u) || u <= 0 ? Math.Log(u) : Math.Log(u) * (x / (u - 1));
    }

    static double Expm1(double x)
    {
        if (Math.Abs(x) > 0.3) return Math.Exp(x) - 1;
        double sum = 0, term = 1;
        for (var k = 1; k < 20; k++) sum += term *= x / k;
        return x == 0 ? x : sum;
    }

    static double Erf(double x)
    {
        var a = Math.Abs(x);
        if (!(a < 6)) return double.IsNaN(x) ? x : Math.Sign(x);
        if (a < 2.5)
        {
            double sum = a, term = a;
            for (var k = 1; k < 60; k++) sum += (term *= -a * a / k) / (2 * k + 1);
            return Math.CopySign(sum * 2 / Math.Sqrt(Math.PI), x);
        }
        var fraction = 0.0;
        for (var k = 50; k > 0; k--) fraction = k / 2.0 / (a + fraction);
        return Math.CopySign(1 - Math.Exp(-a * a) / Math.Sqrt(Math.PI) / (a + fraction), x);
    }
}
