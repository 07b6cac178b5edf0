namespace Likely.Data;

/// <summary>What the numbers of an array are like, those aside that are not finite: m' = m + (x - m) / n and s' = s + (x - m)(x - m') (Welford 1962), variance s / n.</summary>
readonly record struct VectorStatistics(double Least, double Most, double Mean, double Deviation, long NotNumbers, long Infinite)
{
    public static VectorStatistics Of(VectorItems items, CancellationToken cancellation)
    {
        var (least, most, mean, squares) = (double.PositiveInfinity, double.NegativeInfinity, 0.0, 0.0);
        var (finite, notNumbers, infinite) = (0L, 0L, 0L);
        items.Each(cancellation, (raw, count, _) =>
        {
            for (var i = 0; i < count; i++)
            {
                var value = items.File.Value(raw, i);
                if (double.IsNaN(value)) notNumbers++;
                else if (double.IsInfinity(value)) infinite++;
                else
                {
                    (least, most, finite) = (Math.Min(least, value), Math.Max(most, value), finite + 1);
                    var before = value - mean;
                    mean += before / finite;
                    squares += before * (value - mean);
                }
            }
        });
        return finite == 0 ? new(double.NaN, double.NaN, double.NaN, double.NaN, notNumbers, infinite)
            : new(least, most, mean, Math.Sqrt(squares / finite), notNumbers, infinite);
    }
}
