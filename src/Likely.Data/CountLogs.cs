using Likely.Tensors;

namespace Likely.Data;

/// <summary>Sums log(0 + a) + log(1 + a) + ... of so many terms, from a table: what counts that are learned on the way cost together, in whatever order they came.</summary>
sealed class CountLogs(double a)
{
    const int Kept = 1 << 16;

    double[] _sums = [0];

    public double this[int terms]
    {
        get
        {
            if (terms < _sums.Length) return _sums[terms];
            var most = Math.Min(Kept, Math.Max(1024, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)terms)));
            if (_sums.Length <= most && terms <= most)
            {
                var sums = new double[most + 1];
                for (var k = 0; k < most; k++) sums[k + 1] = sums[k] + ExactMath.Log(k + a);
                _sums = sums;
                return sums[terms];
            }
            var sum = this[Kept];
            for (var k = Kept; k < terms; k++) sum += ExactMath.Log(k + a);
            return sum;
        }
    }
}
