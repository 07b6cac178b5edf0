using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// How loud each frequency is at each time: columns of a picture are times, evenly spaced, rows frequencies, 0 at the bottom and half the rate at the top; each is the magnitude of the
/// discrete Fourier transform of 256 samples around it under Hann's window, in decibels below the loudest, from black at -70 to white.
/// </summary>
static class Spectrogram
{
    /// <summary>Rows.</summary>
    public const int Height = Length / 2;

    const int Length = 256;
    const double Range = 70, Pi = 3.141592653589793, DecibelsPerNat = 4.342944819032518; // of a power

    /// <summary>The brightness of each row and column.</summary>
    public static byte[] Of(ReadOnlySpan<double> samples, int columns)
    {
        var power = new double[Height * columns];
        Span<double> real = stackalloc double[Length], imaginary = stackalloc double[Length];
        var (window, cosines, sines) = (new double[Length], new double[Length / 2], new double[Length / 2]);
        for (var i = 0; i < Length; i++) window[i] = 0.5 - 0.5 * ExactMath.Cos(2 * Pi * (i + 0.5) / Length);
        for (var i = 0; i < Length / 2; i++) (cosines[i], sines[i]) = (ExactMath.Cos(2 * Pi * i / Length), -ExactMath.Sin(2 * Pi * i / Length));
        var loudest = 0.0;
        for (var column = 0; column < columns; column++)
        {
            var first = (long)((column + 0.5) * samples.Length / columns) - Length / 2;
            for (var i = 0; i < Length; i++) (real[i], imaginary[i]) = (first + i >= 0 && first + i < samples.Length ? samples[(int)(first + i)] * window[i] : 0, 0);
            Transform(real, imaginary, cosines, sines);
            for (var row = 0; row < Height; row++)
            {
                // Bin 0 is what does not sound; the row of bin k is the k-th from below.
                var bin = row + 1;
                var own = real[bin] * real[bin] + imaginary[bin] * imaginary[bin];
                power[(Height - 1 - row) * columns + column] = own;
                loudest = Math.Max(loudest, own);
            }
        }
        var picture = new byte[power.Length];
        for (var i = 0; i < power.Length; i++)
            if (power[i] > 0) picture[i] = (byte)Math.Clamp(255 * (1 + DecibelsPerNat * ExactMath.Log(power[i] / loudest) / Range) + 0.5, 0, 255);
        return picture;
    }

    // In place, by halves: Cooley and Tukey 1965.
    static void Transform(Span<double> real, Span<double> imaginary, double[] cosines, double[] sines)
    {
        for (int i = 1, j = 0; i < Length; i++)
        {
            var bit = Length >> 1;
            for (; (j & bit) != 0; bit >>= 1) j ^= bit;
            j ^= bit;
            if (i < j) ((real[i], real[j]), (imaginary[i], imaginary[j])) = ((real[j], real[i]), (imaginary[j], imaginary[i]));
        }
        for (var size = 2; size <= Length; size *= 2)
            for (var start = 0; start < Length; start += size)
                for (var k = 0; k < size / 2; k++)
                {
                    var (c, s) = (cosines[k * (Length / size)], sines[k * (Length / size)]);
                    int even = start + k, odd = even + size / 2;
                    var (r, i) = (real[odd] * c - imaginary[odd] * s, real[odd] * s + imaginary[odd] * c);
                    (real[odd], imaginary[odd]) = (real[even] - r, imaginary[even] - i);
                    (real[even], imaginary[even]) = (real[even] + r, imaginary[even] + i);
                }
    }
}
