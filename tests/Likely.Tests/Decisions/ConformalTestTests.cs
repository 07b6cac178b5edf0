using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Decisions;

/// <summary>p-values are valid whatever the scores are, and q-values and rankings are what their definitions say.</summary>
public sealed class ConformalTestTests
{
    static readonly Philox _random = new(7, RandomPurpose.Sampling);

    // Normal scores in some regards that hang together; coarse ones have ties.
    static double[][] Scores(int regards, int count, ulong split, bool coarse)
    {
        var scores = new double[regards][];
        for (var k = 0; k < regards; k++) scores[k] = new double[count];
        for (var i = 0; i < count; i++)
        {
            var shared = _random.UniformDouble(split, (ulong)i);
            for (var k = 0; k < regards; k++)
            {
                var own = _random.UniformDouble(split, (ulong)((k + 1) * count + i));
                var score = k == 1 ? -scores[0][i] : shared + (k + 1) * own * own;
                scores[k][i] = coarse ? Math.Floor(8 * score) : score;
            }
        }
        return scores;
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    [InlineData(1, true)]
    [InlineData(3, true)]
    public void Over_a_hundred_splits_no_more_normal_items_are_flagged_than_the_level_says(int regards, bool coarse)
    {
        const int Splits = 100, Normal = 199, Judged = 100;
        foreach (var alpha in (double[])[0.01, 0.05, 0.2])
        {
            var flagged = 0;
            for (var split = 0; split < Splits; split++)
            {
                var all = Scores(regards, Normal + Judged, (ulong)split, coarse);
                var test = new ConformalTest(Array.ConvertAll(all, regard => regard[..Normal]));
                for (var i = Normal; i < Normal + Judged; i++)
                    if (test.Judge([.. all.Select(regard => regard[i])]).P <= alpha) flagged++;
            }
            // Items of one split share their normal ones: the share of a split varies as Beta(alpha (n + 1), ..) does, besides the binomial.
            var (expected, variance) = (alpha, alpha * (1 - alpha) * (1.0 / Judged + 1.0 / (Normal + 1)) / Splits);
            var share = (double)flagged / (Splits * Judged);
            Assert.True(share <= expected + 4 * Math.Sqrt(variance), $"{share} of normal items are flagged at {alpha}");
            if (!coarse) Assert.True(share >= expected - (double)regards / (Normal + 1) - 4 * Math.Sqrt(variance), $"only {share} are flagged at {alpha}, where all levels are reached");
        }
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public void A_p_value_is_the_share_of_ranks_among_all(int regards, bool coarse)
    {
        const int Normal = 37;
        for (var split = 0; split < 40; split++)
        {
            var all = Scores(regards, Normal + 1, (ulong)(1000 + split), coarse);
            if (split % 3 == 0) all[^1][^1] += 5;
            var (p, regard) = new ConformalTest(Array.ConvertAll(all, own => own[..Normal])).Judge([.. all.Select(own => own[^1])]);
            int[] ranks = [.. Enumerable.Range(0, Normal + 1).Select(i => all.Min(own => own.Count(score => score >= own[i])))];
            Assert.Equal(ranks.Count(rank => rank <= ranks[^1]) / (Normal + 1.0), p);
            Assert.Equal(ranks[^1], all[regard].Count(score => score >= all[regard][^1]));
        }
    }

    [Fact]
    public void A_normal_item_has_its_rank_among_the_others()
    {
        var all = Scores(3, 50, 5, coarse: true);
        var test = new ConformalTest(all);
        int[] ranks = [.. Enumerable.Range(0, 50).Select(i => all.Min(own => own.Count(score => score >= own[i])))];
        for (var i = 0; i < 50; i++) Assert.Equal(ranks.Count(rank => rank <= ranks[i]) / 50.0, test.Among(i).P);
    }

    [Fact]
    public void What_is_no_score_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new ConformalTest([]));
        Assert.Throws<ArgumentException>(() => new ConformalTest([[]]));
        Assert.Throws<ArgumentException>(() => new ConformalTest([[1, double.NaN]]));
        Assert.Throws<ArgumentException>(() => new ConformalTest([[1, 2], [1]]));
        Assert.Throws<ArgumentException>(() => new ConformalTest([[1, 2]]).Judge([double.NaN]));
        Assert.Throws<ArgumentException>(() => new ConformalTest([[1, 2]]).Judge([1, 2]));
        Assert.Equal(0.5, new ConformalTest([[1]]).Judge([double.PositiveInfinity]).P);
        Assert.Equal(1, new ConformalTest([[1]]).Judge([0]).P);
    }

    [Fact]
    public void Q_values_are_those_of_Benjamini_and_Hochberg()
    {
        for (var draw = 0; draw < 20; draw++)
        {
            double[] p = [.. Enumerable.Range(0, 31).Select(i => Math.Ceiling(20 * _random.UniformDouble((ulong)draw, (ulong)i)) / 20)];
            var q = FalseDiscoveries.QValues(p);
            for (var i = 0; i < p.Length; i++) Assert.Equal(p.Where(other => other >= p[i]).Min(other => Math.Min(1, other * p.Length / p.Count(one => one <= other))), q[i], 12);
        }
        Assert.Empty(FalseDiscoveries.QValues([]));
    }

    [Fact]
    public void With_outliers_among_them_no_more_findings_are_false_than_asked_for()
    {
        const double Level = 0.2;
        const int Splits = 100, Normal = 400, Judged = 200, Outliers = 20;
        var (shares, found) = (0.0, 0);
        for (var split = 0; split < Splits; split++)
        {
            var all = Scores(3, Normal + Judged, (ulong)(5000 + split), coarse: false);
            for (var i = Normal; i < Normal + Outliers; i++) all[2][i] += 6;
            var test = new ConformalTest(Array.ConvertAll(all, regard => regard[..Normal]));
            var q = FalseDiscoveries.QValues([.. Enumerable.Range(Normal, Judged).Select(i => test.Judge([.. all.Select(regard => regard[i])]).P)]);
            var alarms = q[Outliers..].Count(one => one <= Level);
            var right = q[..Outliers].Count(one => one <= Level);
            (shares, found) = (shares + (double)alarms / Math.Max(1, alarms + right), found + right);
        }
        Assert.True(shares / Splits <= Level, $"{shares / Splits} of findings are false");
        Assert.True(found >= 0.9 * Splits * Outliers, $"only {found} outliers are found");
    }

    [Fact]
    public void Areas_and_precisions_are_those_of_all_pairs()
    {
        for (var draw = 0; draw < 20; draw++)
        {
            double[] scores = [.. Enumerable.Range(0, 40).Select(i => Math.Floor(9 * _random.UniformDouble((ulong)(70 + draw), (ulong)i)))];
            bool[] truth = [.. Enumerable.Range(0, 40).Select(i => i % 3 == 0)];
            var (pairs, count) = (0.0, 0);
            for (var i = 0; i < 40; i++)
                for (var j = 0; j < 40; j++)
                    if (truth[i] && !truth[j]) (pairs, count) = (pairs + (scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0), count + 1);
            var ranking = new Ranking(scores, truth);
            Assert.Equal(pairs / count, ranking.Auroc, 12);
            var precision = Enumerable.Range(0, 40).Where(i => truth[i]).Average(i => Enumerable.Range(0, 40).Count(j => truth[j] && scores[j] >= scores[i]) / (double)scores.Count(score => score >= scores[i]));
            Assert.Equal(precision, ranking.AveragePrecision, 12);
            Assert.Equal((1.0, 1.0), ranking.Roc[^1]);
        }
        Assert.True(double.IsNaN(new Ranking([1, 2], [true, true]).Auroc));
    }
}
