using Likely.Tensors;
using Likely.Tensors.Kernels;

namespace Likely;

/// <summary>
/// How unusual what is known of an item is, all of it together: -log of a density over evidence that some normal items make (density of states, Morningstar et al. 2021, arXiv:2006.09273). With m, c and e
/// the bits a dimension of the model, of a code that knows nothing of it and of one that knows but how often each symbol is in the item, it is one of log m, log m/c, log m/e (each bits plus 0.02), of log s/m of s, the standard deviation of the bits from symbol to symbol, with a
/// background model of bits b of m - b, and of a model that is told K labels of log(1 + nats) by which the likeliest is ahead of the others and of the last: Gaussians about the n normal items, as wide as (n/K)^(-1/(d + 4)) times each
/// number's interquartile range / 1.35, of which one of another label counts e^-2 of one of its own. Far from all of them it falls off as about the nearest.
/// </summary>
sealed unsafe class EvidenceDensity
{
    const double Least = 0.02, Wide = 1.35, LeastRange = 1e-6, Farthest = 1e15; // of squares, single precision holds four
    const int Lanes = 16;
    const float OtherLabel = -2; // log of what a normal item of another label counts

    readonly Abnormality[] _more, _less; // what a number above and below the middle says
    readonly int _width, _count, _stride, _labels;
    readonly double _narrow;
    readonly double[] _middles, _widths; // [d]
    readonly float[] _points; // [d, stride] in widths
    readonly int[] _label; // of each point; empty without labels

    /// <param name="items">Normal items, which are judged no more.</param>
    /// <param name="hasSpread">Whether it counts how their bits differ from symbol to symbol.</param>
    /// <param name="labels">How many labels their leads are over; 0 or 1: these do not count.</param>
    /// <param name="hasBackground">Whether their bits of a background model count.</param>
    public EvidenceDensity(IReadOnlyList<ItemEvidence> items, bool hasSpread, int labels, bool hasBackground)
    {
        // Ahead of the only other label and of the last one is one number.
        Abnormality[] leads = labels < 2 ? [] : labels == 2 ? [Abnormality.LabelsApart] : [Abnormality.LabelsApart, Abnormality.LabelsApart];
        _more = [Abnormality.Unlikely, Abnormality.Complexity, Abnormality.Complexity, .. hasSpread ? (Abnormality[])[Abnormality.Uneven] : [], .. leads, .. hasBackground ? (Abnormality[])[Abnormality.Ratio] : []];
        _less = [Abnormality.TooLikely, Abnormality.TooPredictable, Abnormality.TooPredictable, .. hasSpread ? (Abnormality[])[Abnormality.Even] : [], .. leads.Select(_ => Abnormality.LabelsClose), .. hasBackground ? (Abnormality[])[Abnormality.TooPredictable] : []];
        (_width, _count, _stride, _labels) = (_more.Length, items.Count, (items.Count + Lanes - 1) / Lanes * Lanes, leads.Length == 0 ? 0 : labels);
        (_middles, _widths, _points) = (new double[_width], new double[_width], new float[_stride * _width]);
        var numbers = new double[items.Count * _width];
        for (var i = 0; i < items.Count; i++) Numbers(items[i], numbers.AsSpan(i * _width, _width));
        _narrow = ExactMath.Pow(Math.Max(1, items.Count / Math.Max(1.0, _labels)), -1.0 / (_width + 4));
        for (var d = 0; d < _width; d++)
        {
            double[] sorted = [.. Enumerable.Range(0, items.Count).Select(i => numbers[i * _width + d]).Order()];
            _middles[d] = sorted[(sorted.Length - 1) / 2];
            _widths[d] = _narrow * Math.Max(LeastRange, (sorted[3 * (sorted.Length - 1) / 4] - sorted[(sorted.Length - 1) / 4]) / Wide);
            for (var i = 0; i < items.Count; i++) _points[d * _stride + i] = (float)Widths(numbers[i * _width + d], d);
        }
        _label = _labels == 0 ? [] : [.. items.Select(item => item.Lead!.Value.Label)];
    }

    /// <summary>-log of the density but for a constant, higher for more unusual; with it the regard in which the item is farthest from the middle, and how far, in interquartile ranges / 1.35.</summary>
    public (double Score, Abnormality Regard, double Distance) Judge(ItemEvidence item)
    {
        if (_labels > 0 && (item.Lead?.Labels != _labels || (uint)item.Lead.Value.Label >= (uint)_labels)) throw new ArgumentException($"the normal items' likeliest labels are of {_labels}, and the item's is not known or of others", nameof(item));
        Span<double> own = stackalloc double[_width];
        Numbers(item, own);
        var farthest = 0;
        for (var d = 0; d < _width; d++)
        {
            own[d] = Widths(own[d], d);
            if (Math.Abs(own[d]) > Math.Abs(own[farthest])) farthest = d;
        }
        return (-LogDensity(own, item.Lead?.Label ?? 0), (own[farthest] > 0 ? _more : _less)[farthest], Math.Abs(own[farthest]) * _narrow);
    }

    // Every item is held against every point.
    float LogDensity(ReadOnlySpan<double> own, int label)
    {
        float* x = stackalloc float[own.Length], logs = stackalloc float[_stride], weights = stackalloc float[_labels == 0 ? 0 : _stride];
        for (var d = 0; d < own.Length; d++) x[d] = (float)own[d];
        for (var i = 0; i < _label.Length; i++) weights[i] = _label[i] == label ? 0 : OtherLabel;
        fixed (float* points = _points) return Likelihood.Points(points, _labels == 0 ? null : weights, _stride, _count, x, own.Length, logs);
    }

    double Widths(double number, int d) => Math.Clamp((number - _middles[d]) / _widths[d], -Farthest, Farthest);

    void Numbers(ItemEvidence item, Span<double> numbers)
    {
        var bits = Log(item.BitsPerDimension);
        (numbers[0], numbers[1], numbers[2]) = (bits, bits - Log(item.CodeBits / item.Dimensions), bits - Log(item.PlainBits / item.Dimensions));
        for (var d = 3; d < numbers.Length; d++)
            numbers[d] = _more[d] switch
            {
                Abnormality.Uneven => Log(item.SpreadBits) - bits,
                Abnormality.LabelsApart => ExactMath.Log(1 + (_more[d - 1] == Abnormality.LabelsApart ? item.Lead!.Value.RangeNats : item.Lead!.Value.AheadNats)),
                _ => item.Score(Abnormality.Ratio),
            };
    }

    static double Log(double bits) => ExactMath.Log(Math.Max(0, bits) + Least);
}
