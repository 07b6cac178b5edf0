using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Decisions;

/// <summary>Posteriors, their temperature and what they are worth, beside their definitions.</summary>
public sealed class BayesPosteriorTests
{
    const int Classes = 4, Items = 300;

    static readonly Philox _random = new(11, RandomPurpose.Sampling);

    // Likelihoods that are too sure by a factor of 8: the label is drawn from the posterior of an eighth of them.
    static (double[] Nats, int[] Labels) Draw()
    {
        var (nats, labels) = (new double[Items * Classes], new int[Items]);
        for (var i = 0; i < Items; i++)
        {
            for (var y = 0; y < Classes; y++) nats[i * Classes + y] = 700 + 30 * _random.UniformDouble((ulong)i, (ulong)y);
            var p = Naive(nats.AsSpan(i * Classes, Classes), 8);
            var u = _random.UniformDouble((ulong)i, 99);
            while (labels[i] < Classes - 1 && (u -= p[labels[i]]) > 0) labels[i]++;
        }
        return (nats, labels);
    }

    static double[] Naive(ReadOnlySpan<double> nats, double temperature)
    {
        var weights = new double[nats.Length];
        for (var y = 0; y < weights.Length; y++) weights[y] = Math.Exp((700 - nats[y]) / temperature);
        return [.. weights.Select(weight => weight / weights.Sum())];
    }

    [Fact]
    public void A_posterior_is_likelihood_times_prior_over_their_sum()
    {
        double[] nats = [700, 702, 705, 1700, 701, 699], prior = [Math.Log(0.5), Math.Log(0.3), Math.Log(0.2)];
        var logs = BayesPosterior.Logs(nats, prior, 2);
        for (var i = 0; i < 2; i++)
        {
            double[] weights = [.. Enumerable.Range(0, 3).Select(y => Math.Exp((700 - nats[3 * i + y]) / 2 + prior[y]))];
            for (var y = 0; y < 3; y++) Assert.Equal(Math.Max(Math.Log(weights[y] / weights.Sum()), -1000), Math.Max(logs[3 * i + y], -1000), 9);
        }
        Assert.Equal(-Math.Log((Math.Exp(-1) + Math.Exp(-2)) / 2), EvidenceScorer.Marginal([1, 2]), 12);
        Assert.Equal(5000 + Math.Log(2), EvidenceScorer.Marginal([5000, 9000]), 12);
    }

    [Fact]
    public void The_temperature_is_where_labels_lose_the_fewest_nats()
    {
        var (nats, labels) = Draw();
        double Loss(double temperature) => -BayesPosterior.Logs(nats, BayesPosterior.Uniform(Classes), temperature).Select((log, at) => log * (at % Classes == labels[at / Classes] ? Items + 1.0 : 1.0 / (Classes - 1)) / (Items + 2)).Sum();
        var fitted = BayesPosterior.FitTemperature(nats, labels, Classes)!.Value;
        Assert.InRange(fitted, 6, 11);
        foreach (var factor in (double[])[0.5, 0.9, 0.99, 1.01, 1.1, 2]) Assert.True(Loss(fitted) <= Loss(fitted * factor) + 1e-9);
        Assert.Null(BayesPosterior.FitTemperature(nats, [.. labels.Select(_ => -1)], Classes));
        Assert.Null(BayesPosterior.FitTemperature([1, 2], [0, 0], 1));
        Assert.Equal(1e6, BayesPosterior.FitTemperature([1, 2, 2, 1], [1, 0], 2)!.Value, 0);
        Assert.True(BayesPosterior.IsBound(BayesPosterior.FitTemperature([1, 2, 2, 1], [1, 0], 2)!.Value) && BayesPosterior.IsBound(0.001) && !BayesPosterior.IsBound(fitted));
    }

    [Fact]
    public void Where_all_are_told_right_posteriors_are_as_sure_as_so_many_items_can_say()
    {
        foreach (var items in (int[])[2, 50, 1000])
        {
            // Each label is 5 nats ahead: the posterior of two labels is what Platt's rule says, 1 / (1 + exp(-5 / T)) = (n + 1) / (n + 2).
            double[] nats = [.. Enumerable.Range(0, items).SelectMany(i => i % 2 == 0 ? (double[])[100, 105] : [105, 100])];
            var temperature = BayesPosterior.FitTemperature(nats, [.. Enumerable.Range(0, items).Select(i => i % 2)], 2)!.Value;
            Assert.Equal(5 / Math.Log(items + 1), temperature, 6);
            Assert.Equal(Math.Log((items + 1.0) / (items + 2)), BayesPosterior.Logs(nats, BayesPosterior.Uniform(2), temperature)[0], 6);
        }
    }

    [Fact]
    public void What_posteriors_are_worth_is_as_defined()
    {
        var (nats, labels) = Draw();
        labels[7] = labels[100] = -1;
        var logs = BayesPosterior.Logs(nats, BayesPosterior.Uniform(Classes), 8);
        var quality = new ClassificationQuality(logs, labels, Classes);
        var items = Enumerable.Range(0, Items).Where(i => labels[i] >= 0).Select(i => (P: Enumerable.Range(0, Classes).Select(y => Math.Exp(logs[i * Classes + y])).ToArray(), Label: labels[i])).ToArray();
        bool Right((double[] P, int Label) item) => item.P[item.Label] == item.P.Max();
        Assert.Equal(items.Count(Right), quality.Accuracy.Right);
        Assert.Equal(items.Length, quality.Accuracy.Count);
        Assert.Equal(items.Average(item => -Math.Log(item.P[item.Label])), quality.NatsPerItem, 9);
        var error = items.GroupBy(item => Math.Min(14, (int)(15 * item.P.Max()))).Sum(bin => Math.Abs(bin.Sum(item => item.P.Max()) - bin.Count(Right))) / items.Length;
        Assert.Equal(error, quality.CalibrationError, 9);
        Assert.True(quality.CalibrationError < 0.08);
        static double Margin(double[] p) => p.Max() / p.Order().SkipLast(1).Sum();
        var sure = items.OrderByDescending(item => Margin(item.P)).Take((int)Math.Ceiling(0.6 * items.Length)).ToArray();
        Assert.Equal(1 - (double)sure.Count(Right) / sure.Length, quality.ErrorAt(0.6), 12);
        Assert.Equal(1 - quality.Accuracy.Share, quality.ErrorAt(1), 12);
        Assert.Equal(quality.ErrorAt(1), quality.RiskCoverage().Last().Error, 12);
        Assert.True(double.IsNaN(quality.ErrorAt(0)));
    }
}
