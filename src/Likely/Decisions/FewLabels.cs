using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// A mixture that was fitted without labels, as a classifier: each component gets the class of that labelled example which is likeliest under it, and an item the class whose components have the largest share in it. With a
/// few drawn examples of each class, again and again, beside the nearest of the same examples; and beside what all labels would make of the same components.
/// </summary>
/// <param name="Mixture">Accuracy of the components labelled by the examples, over the draws.</param>
/// <param name="NearestExample">Of the class of the example nearest to an item, by the distance of rows.</param>
/// <param name="Majority">Where each component has the class that most of its share of the labelled items has.</param>
/// <param name="OneToOne">Where each class has one component, and each component at most one class, so that most labelled items are told right (Kuhn 1955); items of the other components are told no class.</param>
public sealed record FewLabels(AccuracyBand Mixture, AccuracyBand NearestExample, Proportion Majority, Proportion OneToOne)
{
    /// <summary>Labels the components of a mixture.</summary>
    /// <param name="mixture">The mixture.</param>
    /// <param name="labelled">Rows that examples are drawn from, and their labels.</param>
    /// <param name="test">Rows that are told a class, and their labels.</param>
    /// <param name="classes">How many classes.</param>
    /// <param name="examples">Examples of each class.</param>
    /// <param name="draws">How often they are drawn.</param>
    /// <param name="seed">Decides them.</param>
    /// <param name="threads">Worker threads, 0: all processors; no result depends on it.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="ArgumentException">There are no draws, or not as many labels as rows.</exception>
    /// <exception cref="UsageException">A class has fewer items than examples are to be drawn.</exception>
    public static FewLabels Of(GaussianMixture mixture, (IRows Rows, int[] Labels) labelled, (IRows Rows, int[] Labels) test, int classes, int examples = 1, int draws = 100, ulong seed = 1, int threads = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(examples, 1);
        if (labelled.Rows.Count != labelled.Labels.Length || test.Rows.Count != test.Labels.Length) throw new ArgumentException("there are as many labels as rows");
        var (workers, items) = (ParallelShards.Workers(threads), new int[classes][]);
        for (var k = 0; k < classes; k++)
        {
            items[k] = [.. Enumerable.Range(0, labelled.Labels.Length).Where(i => labelled.Labels[i] == k)];
            if (items[k].Length < examples) throw new UsageException($"class {k}, counted from 0, has {items[k].Length} labelled items, and {examples} are to be drawn");
        }
        float[] own = Shares(mixture, labelled.Rows, workers, cancellation), other = Shares(mixture, test.Rows, workers, cancellation);
        var (majority, oneToOne) = Oracles(own, labelled.Labels, classes, mixture.Width);
        double[] byMixture = new double[draws], byNearest = new double[draws];
        var rows = new float[test.Rows.Count * test.Rows.Space.Dimensions];
        test.Rows.Read(0, rows);
        ParallelShards.Run(draws, workers, (draw, _) =>
        {
            cancellation.ThrowIfCancellationRequested();
            var chosen = Draw(items, examples, seed, draw);
            var (width, values, logs) = (labelled.Rows.Space.Dimensions, new float[chosen.Length * labelled.Rows.Space.Dimensions], new double[chosen.Length * mixture.Width]);
            for (var e = 0; e < chosen.Length; e++) labelled.Rows.Read(chosen[e], values.AsSpan(e * width, width));
            mixture.LogJoint(values, chosen.Length, logs);
            var classOf = new int[mixture.Width];
            for (var c = 0; c < classOf.Length; c++)
            {
                var best = 0;
                for (var e = 1; e < chosen.Length; e++)
                    if (logs[e * classOf.Length + c] > logs[best * classOf.Length + c]) best = e;
                classOf[c] = best / examples;
            }
            byMixture[draw] = Proportion.Of(Tell(other, classOf, classes), test.Labels).Share;
            byNearest[draw] = Proportion.Of(Nearest(rows, values, width, examples), test.Labels).Share;
        });
        return new FewLabels(new AccuracyBand(byMixture), new AccuracyBand(byNearest), Proportion.Of(Tell(other, majority, classes), test.Labels), Proportion.Of(Tell(other, oneToOne, classes), test.Labels));
    }

    // The examples of each class one after another.
    static int[] Draw(int[][] items, int examples, ulong seed, int draw)
    {
        var (random, chosen) = (new Philox(seed, RandomPurpose.Sampling, Philox.Hash("examples")), new List<int>());
        for (var k = 0; k < items.Length; k++)
            for (var e = 0; e < examples; e++)
            {
                // Of those that are not drawn yet, one at a place.
                var own = items[k].Except(chosen[(k * examples)..]).ToArray();
                chosen.Add(own[random.Below((ulong)draw, (ulong)(k * examples + e), own.Length)]);
            }
        return [.. chosen];
    }

    static float[] Shares(GaussianMixture mixture, IRows rows, int threads, CancellationToken cancellation)
    {
        const int Piece = 256;
        var (shares, width) = (new float[rows.Count * mixture.Width], rows.Space.Dimensions);
        ParallelShards.Run((rows.Count + Piece - 1) / Piece, threads, (piece, _) =>
        {
            cancellation.ThrowIfCancellationRequested();
            var (first, count) = (piece * Piece, Math.Min(Piece, rows.Count - piece * Piece));
            var values = new float[count * width];
            rows.Read(first, values);
            mixture.Encode(values, count, shares.AsSpan(first * mixture.Width));
        });
        return shares;
    }

    // The class with the largest sum of its components' shares; a component of class -1 has none, and where it is the largest nothing is told.
    static int[] Tell(float[] shares, int[] classOf, int classes)
    {
        var (told, sums) = (new int[shares.Length / classOf.Length], new double[classes + 1]);
        for (var i = 0; i < told.Length; i++)
        {
            Array.Clear(sums);
            for (var c = 0; c < classOf.Length; c++) sums[classOf[c] + 1] += shares[i * classOf.Length + c];
            var best = 0;
            for (var k = 1; k < sums.Length; k++)
                if (sums[k] > sums[best]) best = k;
            told[i] = best - 1;
        }
        return told;
    }

    static int[] Nearest(float[] rows, float[] examples, int width, int each)
    {
        var told = new int[rows.Length / width];
        for (var i = 0; i < told.Length; i++)
        {
            var row = rows.AsSpan(i * width, width);
            var (best, least) = (0, double.PositiveInfinity);
            for (var e = 0; e < examples.Length / width; e++)
            {
                var other = examples.AsSpan(e * width, width);
                var sum = 0.0;
                for (var d = 0; d < width && sum < least; d++) sum += ((double)row[d] - other[d]) * ((double)row[d] - other[d]);
                if (sum < least) (best, least) = (e, sum);
            }
            told[i] = best / each;
        }
        return told;
    }

    static (int[] Majority, int[] OneToOne) Oracles(float[] shares, int[] labels, int classes, int components)
    {
        var mass = new double[components, classes];
        for (var i = 0; i < labels.Length; i++)
            for (var c = 0; c < components; c++) mass[c, labels[i]] += shares[i * components + c];
        int[] majority = new int[components], oneToOne = new int[components];
        for (var c = 0; c < components; c++)
            for (var k = 1; k < classes; k++)
                if (mass[c, k] > mass[c, majority[c]]) majority[c] = k;
        Array.Fill(oneToOne, -1);
        var matched = Assignment.Most(mass);
        for (var c = 0; c < components; c++) oneToOne[c] = matched[c];
        return (majority, oneToOne);
    }
}
