namespace Likely.Tensors;

// |x| = n pi/2 + r, r in two doubles: below 2^20 with pi/2 in three parts, beyond it with as many bits of 2/pi as the
// exponent asks for (Payne and Hanek 1983). sin r = r + r^3 S(r^2), cos r = 1 - r^2/2 + r^4 C(r^2), |r| at most pi/4.
public static partial class ExactMath
{
    /// <summary>The bits of 2/pi after the binary point, behind one word of zeros.</summary>
    static readonly ulong[] TwoOverPi =
    [
        0, 0xA2F9836E4E441529, 0xFC2757D1F534DDC0, 0xDB6295993C439041, 0xFE5163ABDEBBC561, 0xB7246E3A424DD2E0,
        0x06492EEA09D1921C, 0xFE1DEB1CB129A73E, 0xE88235F52EBB4484, 0xE99C7026B45F7E41, 0x3991D639835339F4,
        0x9C845F8BBDF9283B, 0x1FF897FFDE05980F, 0xEF2F118B5A0A6D1F, 0x6D367ECF27CB09B7, 0x4F463F669E5FEA2D,
        0x7527BAC7EBE5F17B, 0x3D0739F78A5292EA, 0x6BFB5FB11F8D5D08, 0x56033046FC7B6BAB, 0xF0CFBC209AF4361D,
    ];

    /// <summary>Sine of x radians, any finite x; NaN at infinity.</summary>
    public static double Sin(double x)
    {
        if (x == 0) return x;
        if (!double.IsFinite(x)) return double.NaN;
        var y = Wave(Math.Abs(x), 0);
        return x < 0 ? -y : y;
    }

    /// <summary>Cosine of x radians, any finite x; NaN at infinity.</summary>
    public static double Cos(double x) => double.IsFinite(x) ? Wave(Math.Abs(x), 1) : double.NaN;

    static double Wave(double a, int quarterTurns)
    {
        var (n, r, low) = a < 1048576 ? ReduceNear(a) : ReduceFar(a);
        var quadrant = n + quarterTurns;
        var z = r * r;
        double y;
        if ((quadrant & 1) == 0)
        {
            var s = Math.FusedMultiplyAdd(-7.578527195920814e-13, z, 1.6058362906136377e-10);
            s = Math.FusedMultiplyAdd(s, z, -2.5052104879865438e-08);
            s = Math.FusedMultiplyAdd(s, z, 2.7557319214057404e-06);
            s = Math.FusedMultiplyAdd(s, z, -0.00019841269841254784);
            s = Math.FusedMultiplyAdd(s, z, 0.008333333333333323);
            s = Math.FusedMultiplyAdd(s, z, -0.16666666666666666);
            y = r + Math.FusedMultiplyAdd(z * r, s, low * Math.FusedMultiplyAdd(z, -0.5, 1));
        }
        else
        {
            var c = Math.FusedMultiplyAdd(-1.135851431073063e-11, z, 2.087570042396165e-09);
            c = Math.FusedMultiplyAdd(c, z, -2.7557314176306343e-07);
            c = Math.FusedMultiplyAdd(c, z, 2.4801587288841665e-05);
            c = Math.FusedMultiplyAdd(c, z, -0.001388888888887304);
            c = Math.FusedMultiplyAdd(c, z, 0.041666666666666595);
            var half = z * 0.5;
            var halfLow = Math.FusedMultiplyAdd(r, r, -z) * 0.5;
            var w = 1 - half;
            y = w + ((1 - w - half) + Math.FusedMultiplyAdd(z * z, c, -Math.FusedMultiplyAdd(r, low, halfLow)));
        }
        return (quadrant & 2) == 0 ? y : -y;
    }

    static (int Quadrant, double High, double Low) ReduceNear(double a)
    {
        var n = Math.FusedMultiplyAdd(a, 0.6366197723675814, RoundingShift) - RoundingShift;
        var first = Math.FusedMultiplyAdd(n, -1.5707963267341256, a); // exact: that part of pi/2 has 33 bits
        const double part2 = 6.077100506303966e-11, part3 = 2.0222662487959506e-21;
        var second = n * part2;
        var secondLow = Math.FusedMultiplyAdd(n, part2, -second) + n * part3;
        var high = first - second;
        var back = first - high;
        var low = (first - (high + back)) + (back - second) - secondLow;
        var r = high + low;
        return ((int)n, r, high - r + low);
    }

    static (int Quadrant, double High, double Low) ReduceFar(double a)
    {
        var bits = BitConverter.DoubleToInt64Bits(a);
        var exponent = (int)(bits >> 52) - 1075; // a = mantissa 2^exponent
        var mantissa = (ulong)(bits & 0x000FFFFFFFFFFFFF | 0x0010000000000000);

        // 192 bits of 2/pi from weight 2^(1 - exponent) down: what stands before them gives whole turns
        var start = exponent - 2 + 64;
        var (word, shift) = (start >> 6, start & 63);
        Span<ulong> window = stackalloc ulong[3];
        for (var i = 0; i < 3; i++)
            window[i] = shift == 0 ? TwoOverPi[word + i] : TwoOverPi[word + i] << shift | TwoOverPi[word + i + 1] >> (64 - shift);
        var p2 = (UInt128)window[2] * mantissa;
        var p1 = (UInt128)window[1] * mantissa + (p2 >> 64);
        var top = (ulong)(p1 >> 64) + window[0] * mantissa; // quarter turns: 2 bits whole, 190 bits of fraction
        var (middle, bottom) = ((ulong)p1, (ulong)p2);

        var quadrant = (int)((top + (1UL << 61)) >> 62);
        top -= (ulong)quadrant << 62;
        var negative = (long)top < 0;
        if (negative) // two's complement of 192 bits
        {
            var low128 = UInt128.Zero - new UInt128(middle, bottom);
            top = ~top + (low128 == 0 ? 1UL : 0UL);
            (middle, bottom) = ((ulong)(low128 >> 64), (ulong)low128);
        }

        var scale = PowerOfTwo(-62);
        while (top >> 52 == 0) // at most a few rounds: no double is closer to a multiple of pi/2 than 2^-62
        {
            top = top << 10 | middle >> 54;
            middle = middle << 10 | bottom >> 54;
            bottom <<= 10;
            scale *= PowerOfTwo(-10);
        }
        var high = (double)(top >> 11 << 11) * scale;
        var low = ((double)(top & 0x7FF) + (double)(middle >> 11) * PowerOfTwo(-53)) * scale;
        const double halfPi = 1.5707963267948966, halfPiLow = 6.123233995736766e-17;
        var product = high * halfPi;
        var productLow = Math.FusedMultiplyAdd(high, halfPi, -product) + Math.FusedMultiplyAdd(high, halfPiLow, low * halfPi);
        var r = product + productLow;
        var rLow = product - r + productLow;
        return negative ? (quadrant, -r, -rLow) : (quadrant, r, rLow);
    }
}
