using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// Baselines of sound, in bits per sample of its levels: all levels equally likely; levels as often as in the training part, p(s) = (n_s + 1/2) / (n + N / 2); given the level before,
/// p(s | c) = (n_cs + N p(s) / 4) / (n_c + N / 4), of at most 1,024 levels; and <see cref="LinearPrediction"/>. At most 4 M samples are counted and 1 M judged, of at most 50,000 items each.
/// </summary>
static class SoundBaselines
{
    const double BitsPerNat = 1 / 0.693147180559945309;
    const int MostCounted = 4 << 20, MostJudged = 1 << 20, MostItems = 50_000, MostPairs = 1024, Few = 8_000;

    public static Baselines Measure(Split train, Split heldOut, SampleTokens tokens, CancellationToken cancellation)
    {
        var (frequencies, pairs) = (new int[tokens.Size], tokens.Size <= MostPairs ? new int[tokens.Size * tokens.Size] : []);
        var (counted, loudness) = (0L, 0.0);
        foreach (var item in Items(train, MostCounted, cancellation))
        {
            for (var i = 0; i < item.Length; i++)
            {
                frequencies[item[i]]++;
                loudness += Math.Abs((double)tokens.ValueOf(item[i]));
                if (i > 0 && pairs.Length > 0) pairs[item[i - 1] * tokens.Size + item[i]]++;
            }
            counted += item.Length;
        }
        var warnings = new List<string>();
        if (counted < Few) warnings.Add($"there are only {counted} samples to train on");
        if (counted > 1 && frequencies.Max() == counted) warnings.Add("all samples of the training part are the same");
        var before = new long[pairs.Length == 0 ? 0 : tokens.Size];
        for (var i = 0; i < pairs.Length; i++) before[i / tokens.Size] += pairs[i];
        var trust = tokens.Size / 4.0;
        var (alone, given, predicted, judged) = (0.0, 0.0, 0.0, 0L);
        var prediction = new LinearPrediction(tokens, counted == 0 ? 1 : Math.Max(1, loudness / counted));
        foreach (var item in Items(heldOut, MostJudged, cancellation))
        {
            for (var i = 0; i < item.Length; i++)
            {
                var p = (frequencies[item[i]] + 0.5) / (counted + tokens.Size / 2.0);
                alone -= ExactMath.Log(p);
                if (i > 0 && pairs.Length > 0) p = (pairs[item[i - 1] * tokens.Size + item[i]] + trust * p) / (before[item[i - 1]] + trust);
                given -= ExactMath.Log(p);
            }
            predicted += prediction.Nats(item, cancellation);
            judged += item.Length;
        }
        double? Bits(double nats) => judged == 0 ? null : nats * BitsPerNat / judged;
        return new Baselines(
        [
            new("uniform", "uniform", ExactMath.Log(tokens.Size) * BitsPerNat),
            new("frequencies", "frequencies of levels", Bits(alone)),
            new("pairs", "given the level before", pairs.Length == 0 ? null : Bits(given)),
            new("prediction", $"linear prediction from {LinearPrediction.Order}", Bits(predicted)),
        ], "bits/sample", 1, warnings);
    }

    // The items, as far as they are looked at.
    static IEnumerable<int[]> Items(Split split, int most, CancellationToken cancellation)
    {
        for (var index = 0; index < Math.Min(split.Count, MostItems) && most > 0; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            var item = new int[Math.Min(most, split.SpaceOf(index).Width)];
            split.Read(index, 0, item, cancellation: cancellation);
            most -= item.Length;
            yield return item;
        }
    }
}
