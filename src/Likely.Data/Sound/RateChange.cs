using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// From one number of samples a second to another by a windowed sinc: y(n) = sum over i of x(i) h(n M / L - i), L / M the ratio in lowest terms, h(t) = c sinc(c t)
/// w(t / T), c = 0.95 min(1, L / M) of the half rate, T = 32 / min(1, L / M) samples to either side, w Kaiser's window of beta 9 (stop band near -90 dB). The numbers of each of the L phases
/// are divided by their sum, so that what does not change stays; beyond the ends lies silence. Sums are in double, in order, so all machines get the same samples.
/// </summary>
sealed class RateChange
{
    const int Crossings = 32;
    const double Beta = 9, PassBand = 0.95, Pi = 3.141592653589793;
    const long MostWeights = 1 << 22;

    readonly int _up, _down, _taps;
    readonly double[] _weights; // [phase, tap]

    /// <exception cref="DataException">if the two have no simple ratio</exception>
    public RateChange(int from, int to)
    {
        var common = (int)System.Numerics.BigInteger.GreatestCommonDivisor(from, to);
        (_up, _down) = (to / common, from / common);
        var narrow = Math.Min(1.0, (double)to / from);
        var half = (int)Math.Ceiling(Crossings / narrow);
        _taps = 2 * half;
        if ((long)_up * _taps > MostWeights) throw new DataException($"{from} and {to} samples a second have no simple ratio ({_up} to {_down}); set rate= to a number that shares more with {from}, such as {from / 2}.");
        _weights = new double[_up * _taps];
        for (var phase = 0; phase < _up; phase++)
        {
            var row = _weights.AsSpan(phase * _taps, _taps);
            var sum = 0.0;
            for (var tap = 0; tap < _taps; tap++)
            {
                // From the place between two samples to the sample of the tap.
                var t = (double)phase / _up + half - 1 - tap;
                row[tap] = Sinc(PassBand * narrow * t) * Kaiser(t / half);
                sum += row[tap];
            }
            foreach (ref var weight in row) weight /= sum;
        }
    }

    /// <summary>Samples that so many become.</summary>
    public long LengthOf(long samples) => (samples * _up + _down - 1) / _down;

    /// <summary>The first sample that the one at a place is made of, which may lie before the beginning.</summary>
    public long First(long place) => place * _down / _up - _taps / 2 + 1;

    /// <summary>How many samples begin within so many of the other rate, at least.</summary>
    public long Reach(long samples) => samples * _up / _down;

    /// <summary>Samples that each is made of.</summary>
    public int Taps => _taps;

    /// <summary>The sample at a place, of the <see cref="Taps"/> samples from its <see cref="First"/> on.</summary>
    public double At(long place, ReadOnlySpan<double> samples)
    {
        var weights = _weights.AsSpan((int)(place * _down % _up) * _taps, _taps);
        var sum = 0.0;
        for (var tap = 0; tap < weights.Length; tap++) sum += weights[tap] * samples[tap];
        return sum;
    }

    static double Sinc(double t) => t == 0 ? 1 : ExactMath.Sin(Pi * t) / (Pi * t);

    static double Kaiser(double t) => t is <= -1 or >= 1 ? 0 : Bessel(Beta * Math.Sqrt(1 - t * t));

    // The modified Bessel function of order 0, by its series.
    static double Bessel(double x)
    {
        var (sum, term) = (1.0, 1.0);
        for (var k = 1; term > 1e-17 * sum; k++)
        {
            term *= x / (2 * k) * (x / (2 * k));
            sum += term;
        }
        return sum;
    }
}
