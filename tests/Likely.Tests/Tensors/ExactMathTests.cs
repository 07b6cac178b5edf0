using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Tensors;

/// <summary>The double-precision functions against the C library (2 ulp), reference values of 300-bit arithmetic, and limits.</summary>
public class ExactMathTests
{
    static readonly double[] Special = [0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 5e-324, -5e-324, 1e-310, 1e300, double.MaxValue,
        double.PositiveInfinity, double.NegativeInfinity, double.NaN];

    [Fact]
    public void AgreesWithTheLibraryWithinTwoUlps()
    {
        var random = new Philox(3, RandomPurpose.Test);
        for (ulong i = 0; i < 3000; i++)
        {
            double u = random.UniformDouble(0, i), any = BitConverter.UInt64BitsToDouble((ulong)random.UInt32(1, i) << 31 | random.UInt32(2, i));
            Near("Exp", u * 1400 - 700, ExactMath.Exp, Math.Exp);
            Near("Log", u * 3, ExactMath.Log, Math.Log);
            Near("Log", any, ExactMath.Log, Math.Log);
            Near("Tanh", u * 4 - 2, ExactMath.Tanh, Math.Tanh);
            Near("Sin", u * 2e6 - 1e6, ExactMath.Sin, Math.Sin);
            Near("Cos", u * 2e6 - 1e6, ExactMath.Cos, Math.Cos);
            Near("Sin", any, ExactMath.Sin, Math.Sin);
            Near("Cos", -any, ExactMath.Cos, Math.Cos);
            Near("Pow", u * 5, x => ExactMath.Pow(x, 17.25), x => Math.Pow(x, 17.25));
            Near("Pow", u * 5, x => ExactMath.Pow(x, -2.5), x => Math.Pow(x, -2.5));
            Near("Expm1", u, ExactMath.Expm1, x => x > 0.7 ? Math.Exp(x) - 1 : 2 * Math.Sinh(x / 2) * Math.Exp(x / 2), 6);
        }
    }

    [Theory]
    [InlineData("Log1p", 1e-10, 9.9999999995e-11)]
    [InlineData("Log1p", -0.9999, -9.210340371976293)]
    [InlineData("Expm1", 1e-10, 1.00000000005e-10)]
    [InlineData("Sin", 1e22, -0.8522008497671888)]
    [InlineData("Cos", 1e22, 0.5232147853951389)]
    [InlineData("Cos", 5.319372648326541e255, -4.6871659242546276e-19)]
    [InlineData("Exp", -745.1332191019411, 5e-324)]
    [InlineData("Exp", 709.782712893384, 1.7976931348622732e308)]
    public void MatchesKnownValues(string name, double x, double expected)
    {
        var actual = name switch
        {
            "Log1p" => ExactMath.Log1p(x),
            "Expm1" => ExactMath.Expm1(x),
            "Sin" => ExactMath.Sin(x),
            "Cos" => ExactMath.Cos(x),
            _ => ExactMath.Exp(x),
        };
        Assert.True(Math.Abs(actual - expected) <= 2.3e-16 * Math.Abs(expected), $"{name}({x:R}) = {actual:R}, expected {expected:R}");
    }

    [Fact]
    public void HasTheLimitsOfTheLibrary()
    {
        foreach (var x in Special)
        {
            Near("Exp", x, ExactMath.Exp, Math.Exp);
            Near("Log", x, ExactMath.Log, Math.Log);
            Near("Tanh", x, ExactMath.Tanh, Math.Tanh);
            Near("Sin", x, ExactMath.Sin, Math.Sin);
            Near("Cos", x, ExactMath.Cos, Math.Cos);
            foreach (var y in Special) Near($"Pow(., {y:R})", x, a => ExactMath.Pow(a, y), a => Math.Pow(a, y));
        }
        Assert.True(double.IsNegative(ExactMath.Log1p(-0.0)) && double.IsNegative(ExactMath.Expm1(-0.0)));
        Assert.Equal(double.NegativeInfinity, ExactMath.Log1p(-1));
        Assert.Equal(double.NaN, ExactMath.Log1p(-1.5));
        Assert.Equal(double.PositiveInfinity, ExactMath.Expm1(1000));
        Assert.Equal(-1, ExactMath.Expm1(double.NegativeInfinity));
    }

    [Fact]
    public void PowersOfTenAreExactWhileTheyFit()
    {
        var power = 1.0;
        for (var n = 0; n <= 22; n++, power *= 10) Assert.Equal(power, ExactMath.Pow(10, n));
    }

    static void Near(string name, double x, Func<double, double> function, Func<double, double> reference, double ulps = 2)
    {
        var (actual, expected) = (function(x), reference(x));
        var same = actual.Equals(expected) && (expected != 0 || double.IsNegative(actual) == double.IsNegative(expected));
        Assert.True(same || Math.Abs(actual - expected) <= ulps * (Math.BitIncrement(Math.Abs(expected)) - Math.Abs(expected)) && expected != 0,
            $"{name}({x:R}) = {actual:R}, expected {expected:R}");
    }
}
