using Likely.Tensors;
using Likely.Tests.Tensors;
using Xunit;

namespace Likely.Tests.Decisions;

/// <summary>The classifier is at the least of its loss, has the same bits for any threads, finds what is there and no more; intervals and thresholds are what the definitions say.</summary>
public sealed class LinearProbeTests
{
    // Items of three classes whose first two numbers differ by class, among noise.
    static (float[] Codes, int[] Labels) Items(int count, int width, int classes, ulong stream)
    {
        var (codes, labels) = (Bits.Normal(count * width, stream), new int[count]);
        for (var i = 0; i < count; i++)
        {
            labels[i] = i * 7 % classes;
            codes[i * width] += labels[i] == 0 ? 2 : 0;
            codes[i * width + 1] = 100 + 20 * codes[i * width + 1] - (labels[i] == classes - 1 ? 30 : 0);
        }
        return (codes, labels);
    }

    [Theory]
    [InlineData(Penalty.L2, 2), InlineData(Penalty.L2, 3), InlineData(Penalty.L1, 2), InlineData(Penalty.L1, 3)]
    public void The_fit_is_where_no_small_change_makes_the_loss_less(Penalty penalty, int classes)
    {
        var (codes, labels) = Items(90, 4, classes, 1);
        var (means, scales) = DenseRows.Moments(codes, 4);
        var rows = new DenseRows(codes, means, scales);
        var fit = new LogisticRegression(rows, labels, classes, 1);
        fit.Fit(0.02, penalty);
        double Loss() => fit.Predict(rows, labels).Nats + 0.02 * fit.Values.Take(4 * classes).Sum(weight => penalty == Penalty.L1 ? Math.Abs(weight) : weight * weight / 2);
        var least = Loss();
        var values = fit.Values;
        for (var i = 0; i < values.Length; i++)
            foreach (var step in (double[])[1e-2, -1e-2])
            {
                var value = values[i];
                values[i] += step;
                Assert.True(Loss() >= least - 1e-7, $"{penalty}, {classes} classes, number {i} by {step}: {Loss() - least}");
                values[i] = value;
            }
        if (penalty == Penalty.L1) Assert.Contains(0.0, values);
    }

    [Theory]
    [InlineData(Penalty.L2), InlineData(Penalty.L1)]
    public void Where_it_begins_is_not_where_it_ends(Penalty penalty)
    {
        var (codes, labels) = Items(3000, 40, 5, 6); // more rows than are added in single precision
        var (means, scales) = DenseRows.Moments(codes, 40);
        var rows = new DenseRows(codes, means, scales);
        LogisticRegression cold = new(rows, labels, 5, 1), warm = new(rows, labels, 5, 1);
        cold.Fit(3e-4, penalty);
        foreach (var strength in (double[])[1, 0.1, 0.01, 3e-4]) warm.Fit(strength, penalty);
        Assert.InRange(warm.Objective, cold.Objective * (1 - 1e-5), cold.Objective * (1 + 1e-5));
        var nats = 0.0;
        for (var i = 0; i < 3000; i++)
        {
            var scores = Enumerable.Range(0, 5).Select(k => warm.Values[40 * 5 + k] + Enumerable.Range(0, 40).Sum(c => (codes[i * 40 + c] - means[c]) * scales[c] * warm.Values[c * 5 + k])).ToArray();
            nats += Math.Log(scores.Sum(Math.Exp)) - scores[labels[i]];
        }
        Assert.Equal(warm.Objective, nats / 3000 + 3e-4 * warm.Values.Take(200).Sum(weight => penalty == Penalty.L1 ? Math.Abs(weight) : weight * weight / 2), 1e-6);
    }

    [Fact]
    public void Threads_leave_no_trace()
    {
        var (train, labels) = Items(5000, 11, 3, 1);
        var (test, truth) = Items(300, 11, 3, 2);
        var one = LinearProbe.OfCodes(train, test, test, 11, (labels, truth, truth), 3, Penalty.L1, 1);
        Assert.Equal(one, LinearProbe.OfCodes(train, test, test, 11, (labels, truth, truth), 3, Penalty.L1, 3));
        Assert.Equal(UnitThreshold.Best(train, 11, labels, 3, 1), UnitThreshold.Best(train, 11, labels, 3, 3));
        Assert.InRange(one.Test.Share, 0.65, 1);
        Assert.InRange(one.Used, 2, 11);
    }

    [Fact]
    public void Labels_by_chance_are_told_no_better_than_by_chance()
    {
        var (train, test) = (Bits.Normal(600 * 8, 3), Bits.Normal(1000 * 8, 4));
        var random = new Philox(5, RandomPurpose.Test);
        int[] labels = [.. Enumerable.Range(0, 600).Select(i => random.Below(0, (ulong)i, 2))], truth = [.. Enumerable.Range(0, 1000).Select(i => random.Below(1, (ulong)i, 2))];
        var probe = LinearProbe.OfCodes(train, test[..800], test, 8, (labels, truth[..100], truth), 2);
        Assert.InRange(probe.Test.Share, 0.44, 0.56);
        var (low, high) = probe.Test.Interval;
        Assert.True(low < 0.5 + 0.03 && high > 0.5 - 0.03);
    }

    [Fact]
    public void Intervals_are_wilsons()
    {
        // Brown, Cai and DasGupta (2001) and R's prop.test without correction.
        var (low, high) = new Proportion(81, 263).Interval;
        Assert.Equal((0.2553, 0.3662), (Math.Round(low, 4), Math.Round(high, 4)));
        Assert.Equal(0, new Proportion(0, 10).Interval.Low);
        Assert.Equal(0.2775, Math.Round(new Proportion(0, 10).Interval.High, 4));
        Assert.Equal(1, new Proportion(10, 10).Interval.High);
    }

    [Fact]
    public void The_best_unit_is_that_of_the_naive_search()
    {
        for (var trial = 0UL; trial < 20; trial++)
        {
            var (codes, labels) = Items(30, 5, 3, trial);
            for (var i = 0; i < codes.Length; i++) codes[i] = MathF.Round(codes[i] * 3) / 3; // equal values
            var best = UnitThreshold.Best(codes, 5, labels, 3);
            var most = 0;
            for (var unit = 0; unit < 5; unit++)
                foreach (var threshold in codes.Where((_, i) => i % 5 == unit))
                {
                    int Right(bool below) => Enumerable.Range(0, 3).Max(k => Enumerable.Range(0, 30).Count(i => labels[i] == k && codes[i * 5 + unit] < threshold == below));
                    most = Math.Max(most, Right(true) + Right(false));
                }
            Assert.Equal(most, best.Found.Right);
            Assert.Equal(best.Found, Proportion.Of(best.Tell(codes, 5), labels));
        }
    }

    [Fact]
    public void Words_tell_what_letters_do_not()
    {
        byte[][] texts = [.. Enumerable.Range(0, 200).Select(i => System.Text.Encoding.UTF8.GetBytes($"the film number {i} is {(i % 3 == 0 ? "not good" : i % 3 == 1 ? "good" : "bad")} and word{i % 9}\n"))];
        int[] labels = [.. Enumerable.Range(0, 200).Select(i => i % 3 == 1 ? 1 : 0)];
        var parts = (labels[..120], labels[120..150], labels[150..]);
        Assert.Equal(1, LinearProbe.OfWords(texts[..120], texts[120..150], texts[150..], 2, parts, 2).Test.Share);
        Assert.Contains("no word", Assert.Throws<UsageException>(() => LinearProbe.OfWords([[.. "a"u8], [.. "b"u8]], [[.. "a"u8]], [[.. "a"u8]], 1, ([0, 1], [0], [0]), 2)).Message);
    }

    [Fact]
    public void A_strength_that_learns_nothing_yet_does_not_end_the_search()
    {
        // A word in a hundred texts tells the label: strong penalties leave its weight at zero.
        byte[][] texts = [.. Enumerable.Range(0, 900).Select(i => System.Text.Encoding.UTF8.GetBytes($"of the many words of text {i % 50} is one a{i % 60} and b{i % 70} {(i % 2 == 0 ? $"good{i % 20}" : $"bad{i % 20}")}\n"))];
        int[] labels = [.. Enumerable.Range(0, 900).Select(i => i % 2)];
        foreach (var penalty in (Penalty[])[Penalty.L1, Penalty.L2])
            Assert.InRange(LinearProbe.OfWords(texts[..500], texts[500..700], texts[700..], 1, (labels[..500], labels[500..700], labels[700..]), 2, penalty).Test.Share, 0.95, 1);
    }

    [Fact]
    public void A_number_that_does_not_vary_counts_for_nothing()
    {
        var (codes, labels) = Items(80, 4, 2, 9);
        for (var i = 0; i < 80; i++) codes[i * 4 + 2] = 7e9f;
        var probe = LinearProbe.OfCodes(codes, codes, codes, 4, (labels, labels, labels), 2);
        Assert.True(double.IsFinite(probe.HeldOutNats));
        Assert.Equal(3, probe.Used);
    }
}
