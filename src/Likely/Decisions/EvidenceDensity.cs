using Likely.Tensors;

namespace Likely;

/// <summary>
/// How unusual what is known of an item is, all of it together: -log of a density over evidence that some normal items make (density of states, Morningstar et al. 2021, arXiv:2006.09273). With m, c and e
/// the bits a dimension of the model, of a code that knows nothing of it and of one that knows but how often each symbol is in the item, it is one of log m, log m/c, log m/e (each bits plus 0.02), and with a
/// background model of bits b of m - b: Gaussians about the n normal items, as wide as n^(-1/(d + 4)) times each number's interquartile range / 1.35. Far from all of them it falls off as about the nearest.
/// </summary>
sealed class EvidenceDensity
{
    const double Least = 0.02, Wide = 1.35, LeastRange = 1e-6, Nothing = 80;

    readonly bool _hasBackground;
    readonly int _width;
    readonly double _narrow;
    readonly double[] _middles, _widths, _points; // [d], [d], [items, d] in widths

    /// <param name="items">Normal items, which are judged no more.</param>
    /// <param name="hasBackground">Whether their bits of a background model count.</param>
    public EvidenceDensity(IReadOnlyList<ItemEvidence> items, bool hasBackground)
    {
        (_hasBackground, _width) = (hasBackground, hasBackground ? 4 : 3);
        (_middles, _widths, _points) = (new double[_width], new double[_width], new double[items.Count * _width]);
        for (var i = 0; i < items.Count; i++) Numbers(items[i], _points.AsSpan(i * _width, _width));
        _narrow = ExactMath.Pow(items.Count, -1.0 / (_width + 4));
        for (var d = 0; d < _width; d++)
        {
            double[] sorted = [.. Enumerable.Range(0, items.Count).Select(i => _points[i * _width + d]).Order()];
            _middles[d] = sorted[(sorted.Length - 1) / 2];
            _widths[d] = _narrow * Math.Max(LeastRange, (sorted[3 * (sorted.Length - 1) / 4] - sorted[(sorted.Length - 1) / 4]) / Wide);
        }
        for (var i = 0; i < _points.Length; i++) _points[i] = (_points[i] - _middles[i % _width]) / _widths[i % _width];
    }

    /// <summary>-log of the density but for a constant, higher for more unusual; with it the regard in which the item is farthest from the middle, and how far, in interquartile ranges / 1.35.</summary>
    public (double Score, Abnormality Regard, double Distance) Judge(ItemEvidence item)
    {
        Span<double> own = stackalloc double[_width];
        Numbers(item, own);
        for (var d = 0; d < _width; d++) own[d] = (own[d] - _middles[d]) / _widths[d];
        var (squares, nearest, sum) = (new double[_points.Length / _width], double.PositiveInfinity, 0.0);
        for (var i = 0; i < squares.Length; i++) nearest = Math.Min(nearest, squares[i] = Square(own, i * _width));
        foreach (var square in squares)
            if (square - nearest < Nothing) sum += ExactMath.Exp((nearest - square) / 2);
        var farthest = 0;
        for (var d = 1; d < _width; d++)
            if (Math.Abs(own[d]) > Math.Abs(own[farthest])) farthest = d;
        return (nearest / 2 - ExactMath.Log(sum), (farthest, own[farthest] > 0) switch
        {
            (0, true) => Abnormality.Unlikely,
            (0, false) => Abnormality.TooLikely,
            (3, true) => Abnormality.Ratio,
            (_, true) => Abnormality.Complexity,
            _ => Abnormality.TooPredictable,
        }, Math.Abs(own[farthest]) * _narrow);
    }

    double Square(ReadOnlySpan<double> own, int at)
    {
        var sum = 0.0;
        for (var d = 0; d < own.Length; d++)
        {
            var away = own[d] - _points[at + d];
            sum += away * away;
        }
        return sum;
    }

    void Numbers(ItemEvidence item, Span<double> numbers)
    {
        var bits = Log(item.BitsPerDimension);
        (numbers[0], numbers[1], numbers[2]) = (bits, bits - Log(item.CodeBits / item.Dimensions), bits - Log(item.PlainBits / item.Dimensions));
        if (_hasBackground) numbers[3] = item.Score(Abnormality.Ratio);
    }

    static double Log(double bits) => ExactMath.Log(Math.Max(0, bits) + Least);
}
