using System.Runtime.Intrinsics;
using Likely.Tensors.Kernels;
using Xunit;

namespace Likely.Tests.Tensors.Kernels;

/// <summary>
/// Error, monotony, special values and scalar twins of the elementary functions. Sweeps take every 997th float in order;
/// LIKELY_LONG=1 takes every float (about ten minutes), and without hardware FMA one in a few million is taken.
/// Results below 2^-126 may be flushed to zero, so an ulp is never counted smaller than 2^-126.
/// </summary>
public class ExponentialTests
{
    const double SmallestNormal = 1.1754943508222875e-38;
    static readonly float[] Special = [0f, -0f, 1f, -1f, float.Epsilon, -float.Epsilon, 1e-39f, -1e-39f, float.MaxValue,
        float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN, BitConverter.Int32BitsToSingle(0x7FC12345),
        BitConverter.Int32BitsToSingle(unchecked((int)0xFFD0_0001)), 88.72283f, 88.72284f, -87.33654f, -87.33655f, 1e30f, -1e30f];

    public static TheoryData<string> Names => ExponentialCase.Names;

    [Theory, MemberData(nameof(Names))]
    public void StaysWithinItsUlpsAndRisesOverAllFloats(string name)
    {
        var function = ExponentialCase.Named(name);
        var stride = Environment.GetEnvironmentVariable("LIKELY_LONG") == "1" ? 1 : ExponentialCase.IsFast ? 997L : 4_000_037L;
        double worst = 0;
        float worstAt = 0, previous = float.NegativeInfinity;
        Span<float> x = stackalloc float[16], y = stackalloc float[16];
        for (var rank = -0x7F800000L; rank <= 0x7F800000L; rank += 16 * stride)
        {
            for (var lane = 0; lane < 16; lane++) x[lane] = ExponentialCase.FromRank(Math.Min(rank + lane * stride, 0x7F800000L));
            function.Vector(Vector512.Create<float>(x)).CopyTo(y);
            for (var lane = 0; lane < 16; lane++)
            {
                var expected = function.Reference(x[lane]);
                if (double.IsNaN(expected)) Assert.True(float.IsNaN(y[lane]), $"{name}({x[lane]:R}) = {y[lane]:R}, not NaN");
                else if (float.IsInfinity((float)expected)) Assert.Equal((float)expected, y[lane]);
                else if (Error(expected, y[lane]) is var error && !(error <= worst)) (worst, worstAt) = (error, x[lane]);
                if (!function.Monotone || float.IsNaN(y[lane])) continue;
                Assert.True(y[lane] >= previous, $"{name} falls at {x[lane]:R}: {previous:R} to {y[lane]:R}");
                previous = y[lane];
            }
        }
        Assert.True(worst <= function.MaximumUlp, $"{name}({worstAt:R}) is off by {worst:F3} ulp");
    }

    [Theory, MemberData(nameof(Names))]
    public void StaysWithinItsUlpsAndRisesWhereTheFormulaChanges(string name)
    {
        var function = ExponentialCase.Named(name);
        var reach = ExponentialCase.IsFast ? 500 : 1;
        foreach (var joint in function.Joints)
        {
            var previous = float.NegativeInfinity;
            for (var rank = ExponentialCase.Rank(joint) - reach; rank <= ExponentialCase.Rank(joint) + reach; rank++)
            {
                var x = ExponentialCase.FromRank(rank);
                var y = function.Scalar(x);
                var expected = function.Reference(x);
                if (double.IsNaN(expected) || float.IsInfinity((float)expected)) continue;
                Assert.True(Error(expected, y) <= function.MaximumUlp, $"{name}({x:R}) = {y:R}, expected {expected:R}");
                Assert.True(!function.Monotone || y >= previous, $"{name} falls at {x:R}: {previous:R} to {y:R}");
                previous = y;
            }
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void GivesTheLimitsAtSpecialValues(string name)
    {
        var function = ExponentialCase.Named(name);
        foreach (var x in Special)
        {
            var (y, expected) = (function.Scalar(x), (float)function.Reference(x));
            if (float.IsNaN(expected) || float.IsInfinity(expected) || expected == 0)
                Assert.True(expected.Equals(y) && (float.IsNaN(y) || float.IsNegative(y) == float.IsNegative(expected) || name is "LogSigmoid" or "Sin"),
                    $"{name}({x:R}) = {y:R}, expected {expected:R}");
            else
                Assert.True(Error(function.Reference(x), y) <= function.MaximumUlp, $"{name}({x:R}) = {y:R}, expected {expected:R}");
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void EveryLaneEqualsTheScalarTwin(string name)
    {
        var function = ExponentialCase.Named(name);
        var inputs = ExponentialInputs.Unary();
        for (var i = 0; i < (ExponentialCase.IsFast ? inputs.Length : 64); i += 16)
        {
            var y = function.Vector(Vector512.LoadUnsafe(ref inputs[i]));
            for (var lane = 0; lane < 16; lane++)
                Assert.Equal(ExponentialInputs.Bits(function.Scalar(inputs[i + lane])), ExponentialInputs.Bits(y[lane]));
        }
    }

    [Fact]
    public void PowIsRoundedFromDouble()
    {
        var inputs = ExponentialInputs.Pairs();
        for (var i = 0; i < (ExponentialCase.IsFast ? inputs.Length : 100); i++)
        {
            var (x, y) = inputs[i];
            var (expected, actual) = (Math.Pow(x, y), Exponential.Pow(x, y));
            if (!double.IsFinite(expected) || float.IsInfinity((float)expected)) Assert.Equal((float)expected, actual);
            else
                Assert.True(Error(expected, actual) <= 0.51, $"Pow({x:R}, {y:R}) = {actual:R}, expected {expected:R}");
        }
    }

    [Fact]
    public void PowHasTheSpecialCasesOfIeee754()
    {
        float[] values = [0f, -0f, 1, -1, 2, -2, 0.5f, -0.5f, 3, -3, float.Epsilon, float.MaxValue, 1e30f, 16777215f,
            float.PositiveInfinity, float.NegativeInfinity, float.NaN];
        foreach (var x in values)
            foreach (var y in values)
            {
                var (expected, actual) = ((float)Math.Pow(x, y), Exponential.Pow(x, y));
                Assert.True(ExponentialInputs.Bits(expected) == ExponentialInputs.Bits(actual), $"Pow({x}, {y}) = {actual}, expected {expected}");
            }
    }

    static double Error(double expected, float actual) =>
        Math.Abs(actual - expected) / (Math.Abs(expected) < SmallestNormal ? SmallestNormal : Math.ScaleB(1, Math.ILogB(expected) - 23));
}
