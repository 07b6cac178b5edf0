using Likely.Models;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Decisions;

public sealed class FewLabelsTests
{
    // Three classes of two clouds each, which lie nearer to each other than to other classes, or not.
    static (Rows Rows, int[] Labels) Clouds(int count, ulong seed, double apart)
    {
        var (random, values) = (new Philox(seed, RandomPurpose.Test), new float[count, 2]);
        int[] labels = [.. Enumerable.Range(0, count).Select(i => i % 3)];
        for (var i = 0; i < count; i++)
        {
            var cloud = random.Below((ulong)i, 9, 2);
            values[i, 0] = (float)(10 * labels[i] + random.Normal((ulong)i, 0) / 3);
            values[i, 1] = (float)(apart * cloud + random.Normal((ulong)i, 1) / 3);
        }
        return (Rows.Of(values), labels);
    }

    [Fact]
    public void Components_take_the_class_of_the_example_likeliest_under_them()
    {
        var (train, test) = (Clouds(900, 1, 4), Clouds(300, 2, 4));
        var mixture = (GaussianMixture)new GaussianMixtureConfig { Components = 6, Tolerance = 1e-6 }.Fit(train.Rows);
        var found = FewLabels.Of(mixture, train, test, 3, draws: 20);
        Assert.Equal((1, 1, 1, 20), (found.Mixture.Mean, found.Mixture.Low, found.NearestExample.Mean, found.Mixture.Count));
        Assert.Equal(1, found.Majority.Share);
        // Half of each class is in a component that has no class of its own.
        Assert.InRange(found.OneToOne.Share, 0.4, 0.65);
        Assert.Equal(found, FewLabels.Of(mixture, train, test, 3, draws: 20, threads: 3), (a, b) => a!.Mixture.Mean == b!.Mixture.Mean && a.NearestExample.Low == b.NearestExample.Low);
    }

    [Fact]
    public void Clouds_of_a_class_that_lie_far_apart_want_more_examples()
    {
        var (train, test) = (Clouds(900, 3, 25), Clouds(300, 4, 25));
        var mixture = (GaussianMixture)new GaussianMixtureConfig { Components = 6, Tolerance = 1e-6 }.Fit(train.Rows);
        FewLabels one = FewLabels.Of(mixture, train, test, 3, draws: 30), ten = FewLabels.Of(mixture, train, test, 3, examples: 10, draws: 30);
        Assert.InRange(one.Mixture.Mean, 0.4, 0.95);
        Assert.True(one.Mixture.Low < one.Mixture.High);
        Assert.InRange(ten.Mixture.Mean, 0.97, 1);
        Assert.Contains("400 are to be drawn", Assert.Throws<UsageException>(() => FewLabels.Of(mixture, train, test, 3, examples: 400)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_does_what_is_worth_the_most_of_all_ways()
    {
        var random = new Philox(1, RandomPurpose.Test);
        for (var trial = 0; trial < 40; trial++)
        {
            int workers = 1 + trial % 5, tasks = 1 + trial / 5 % 5;
            var worth = new double[workers, tasks];
            for (var w = 0; w < workers; w++)
                for (var t = 0; t < tasks; t++) worth[w, t] = random.Below((ulong)trial, (ulong)(w * 8 + t), 20);
            var found = Assignment.Most(worth);
            Assert.Equal(Math.Min(workers, tasks), found.Count(task => task >= 0));
            Assert.Equal(found.Where(task => task >= 0).Distinct().Count(), found.Count(task => task >= 0));
            Assert.Equal(Best(worth, 0, 0), Enumerable.Range(0, workers).Where(w => found[w] >= 0).Sum(w => worth[w, found[w]]));
        }
    }

    static double Best(double[,] worth, int worker, int taken)
    {
        if (worker == worth.GetLength(0)) return 0;
        var best = Best(worth, worker + 1, taken);
        for (var task = 0; task < worth.GetLength(1); task++)
            if ((taken >> task & 1) == 0) best = Math.Max(best, worth[worker, task] + Best(worth, worker + 1, taken | 1 << task));
        return best;
    }

    [Fact]
    public void A_band_is_the_mean_and_the_outer_twentieths()
    {
        var band = new AccuracyBand([.. Enumerable.Range(0, 101).Select(i => (100 - i) / 100.0)]);
        Assert.Equal((101, 0.5, 0.05, 0.95), (band.Count, Math.Round(band.Mean, 9), Math.Round(band.Low, 9), Math.Round(band.High, 9)));
    }
}
