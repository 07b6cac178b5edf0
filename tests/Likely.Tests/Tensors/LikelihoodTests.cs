using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Reference;
using Xunit;

namespace Likely.Tests.Tensors;

/// <summary>Distributions sum to 1, and log-probabilities, probabilities and the formulas in double agree, also for extreme parameters.</summary>
public sealed unsafe class LikelihoodTests
{
    static readonly Philox _random = new(1, RandomPurpose.Test, 30);

    [Theory]
    [InlineData(1, 1), InlineData(1, 3), InlineData(1, 10), InlineData(1, 16), InlineData(3, 1), InlineData(3, 5), InlineData(3, 10), InlineData(3, 16)]
    public void Mixtures_sum_to_one_and_logs_match_probabilities(int channels, int components)
    {
        for (var trial = 0UL; trial < 40; trial++)
        {
            var row = Block(components * (channels == 1 ? 3 : 10), i =>
            {
                var group = i / components;
                if (group == 0) return Uniform(trial, i, -4, 4);
                if (group > 2 * channels) return Uniform(trial, i, -3, 3); // alpha, beta, gamma
                return group % 2 == 1 ? Uniform(trial, i, -1.6, 1.6) : Uniform(trial, i, -8, 3);
            });
            Check(new LogisticMixtureHead(channels, 256, components), row, trial, 1e-5);
        }
    }

    [Theory]
    [InlineData(1, 2), InlineData(1, 4), InlineData(3, 7), InlineData(1, 16), InlineData(1, 17), InlineData(3, 33), InlineData(1, 256)]
    public void Softmax_sums_to_one_and_logs_match_probabilities(int sub, int levels)
    {
        foreach (var spread in new[] { 1.0, 20, 200 })
            for (var trial = 0UL; trial < 20; trial++)
                Check(new SoftmaxHead(sub, levels), Block(sub * levels, i => Uniform(trial, i, -spread, spread)), trial, 1e-5);
    }

    [Theory]
    [InlineData(1), InlineData(3), InlineData(16), InlineData(21)]
    public void Bernoulli_sums_to_one_and_logs_match_probabilities(int sub)
    {
        foreach (var spread in new[] { 1.0, 30, 300 })
            for (var trial = 0UL; trial < 20; trial++)
                Check(new BernoulliHead(sub, 2), Block(sub, i => Uniform(trial, i, -spread, spread)), trial, 1e-5);
    }

    [Theory]
    [InlineData(1, 3, 1), InlineData(16, 3, 1), InlineData(21, 4, 1), InlineData(500, 4, 1), InlineData(33, 3, 1e6)]
    public void Gaussians_about_points_are_added_as_the_formula_says(int count, int width, double far)
    {
        var stride = (count + 15) / 16 * 16;
        float[] points = new float[width * stride], logs = new float[stride], x = [.. Enumerable.Range(0, width).Select(d => (float)(far * Uniform(7, d, -2, 2)))];
        for (var i = 0; i < count; i++)
            for (var d = 0; d < width; d++) points[d * stride + i] = (float)Uniform(8, i * width + d, -2, 2);
        double[] halves = [.. Enumerable.Range(0, count).Select(i => Enumerable.Range(0, width).Sum(d => Math.Pow((double)x[d] - points[d * stride + i], 2)) / 2)];
        float[] weights = [.. Enumerable.Range(0, stride).Select(i => i % 3 == 0 ? 0 : -2f)];
        fixed (float* p = points, l = logs, own = x, w = weights)
        {
            Near(Math.Log(halves.Sum(half => Math.Exp(halves.Min() - half))) - halves.Min(), Likely.Tensors.Kernels.Likelihood.Points(p, null, stride, count, own, width, l));
            double[] weighed = [.. halves.Select((half, i) => half - weights[i])];
            Near(Math.Log(weighed.Sum(half => Math.Exp(weighed.Min() - half))) - weighed.Min(), Likely.Tensors.Kernels.Likelihood.Points(p, w, stride, count, own, width, l));
        }
        static void Near(double expected, double found) => Assert.InRange(found, expected - 1e-5 * (1 + Math.Abs(expected)), expected + 1e-5 * (1 + Math.Abs(expected)));
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Temperature_keeps_the_sum_and_sharpens(bool isMixture)
    {
        Head head = isMixture ? new LogisticMixtureHead(1, 256, 4) : new SoftmaxHead(1, 5);
        var row = Block(head.Outputs, i => i < 8 ? Uniform(1, i, -0.3, 0.3) : Uniform(1, i, -4, -3));
        var known = stackalloc int[16];
        var (peaks, cumulative) = (new List<double>(), head.NewCumulative());
        foreach (var temperature in new[] { 2f, 1, 0.5f })
        {
            var probabilities = new double[head.Levels];
            fixed (float* p = row) cumulative.Begin(p, known, 0, temperature);
            cumulative.Probabilities(probabilities);
            Assert.Equal(1, probabilities.Sum(), 1e-9);
            peaks.Add(probabilities.Max());
        }
        Assert.True(peaks[0] < peaks[1] && peaks[1] < peaks[2], $"{head}: peaks {string.Join(", ", peaks)} at temperatures 2, 1, 0.5");
    }

    public static TheoryData<int> Heads => [.. Enumerable.Range(0, HeadCases.Heads.Length)];

    [Fact]
    public void Every_registered_head_is_put_to_these_laws()
    {
        foreach (var name in Head.Names)
        {
            var known = HeadCases.All.SingleOrDefault(known => known.Name == name);
            Assert.True(known is not null, $"head={name} has no case; see HeadCases");
            foreach (var head in known.Heads) Assert.IsType(head.GetType(), Head.Create(name, Space.Image(1, 1, head.Symbols, head.Levels), 1));
        }
    }

    /// <summary>
    /// One function says it all: it rises from 0 to the whole, its steps are the probabilities that scoring gives (also where they are tiny), they sum to 1
    /// to the last digits of a double, and a draw lands on a level as often as that says, to the last level.
    /// </summary>
    [Theory, MemberData(nameof(Heads))]
    public void What_lies_below_a_level_gives_probabilities_scores_and_draws(int index)
    {
        var head = HeadCases.Heads[index];
        var law = HeadCases.Of(head);
        for (var trial = 0UL; trial < 60; trial++)
        {
            var spread = trial % 3 == 0 ? 1 : trial % 3 == 1 ? 10 : 30;
            var row = Block(head.Outputs, i => law.Number(head, i) switch
            {
                HeadNumber.Mean => Uniform(trial, i, -1.2, 1.2),
                HeadNumber.LogScale => Uniform(trial, i, -6, 0),
                HeadNumber.Coefficient => Uniform(trial, i, -2, 2),
                _ => Uniform(trial, i, -spread, spread),
            });
            var symbols = new int[head.Symbols + 16];
            for (var s = 0; s < head.Symbols; s++) symbols[s] = _random.Below(trial, 7000 + (ulong)s, head.Levels);
            var cumulative = head.NewCumulative();
            fixed (float* p = row)
            fixed (int* known = symbols)
                for (var at = 0; at < head.Symbols; at++)
                {
                    cumulative.Begin(p, known, at, 1);
                    var probabilities = new double[head.Levels];
                    cumulative.Probabilities(probabilities);
                    Assert.All(probabilities, probability => Assert.True(probability >= 0));
                    Assert.Equal(1, probabilities.Sum(), 1e-9);
                    for (var level = 0; level < head.Levels; level++)
                    {
                        symbols[at] = level;
                        var log = head.LogProbability(p, known, at);
                        // What a float keeps of a logit of this size, or of an edge between two levels, and a double of a difference of two that are near 1.
                        Assert.True(Math.Abs(Math.Exp(log) - probabilities[level]) <= (law.HasEdges ? 1e-4 : 1e-5 * spread) * probabilities[level] + 1e-7, $"{head}, level {level}: {Math.Exp(log):G9} by its logarithm and {probabilities[level]:G9}");
                        var (low, high) = (cumulative.Below(level) / cumulative.Below(head.Levels), cumulative.Below(level + 1) / cumulative.Below(head.Levels));
                        if (high - low > 1e-12)
                            foreach (var share in new[] { 1e-3, 0.5, 0.999 }) Assert.Equal(level, cumulative.Draw(low + share * (high - low)));
                    }
                    symbols[at] = _random.Below(trial, 7000 + (ulong)at, head.Levels);
                }
        }
    }

    [Theory, MemberData(nameof(Heads))]
    public void Extreme_parameters_give_finite_logs_and_gradients_that_are_right(int index)
    {
        var head = HeadCases.Heads[index];
        var (sub, levels, outputs, law) = (head.Symbols, head.Levels, head.Outputs, HeadCases.Of(head));
        double[] logits = [-1e4, -100, 0, 100, 1e4], means = law.HasOneMean(head) ? [-1e4, -1, 0, 1, 1e4] : [-1.5, -1, 0, 1, 1.5], logScales = [-200, -7.5, -2, 1, 60, 90, 200];
        for (var trial = 0UL; trial < 200; trial++)
        {
            var row = Block(outputs, i =>
            {
                var choices = law.Number(head, i) switch { HeadNumber.Mean => means, HeadNumber.LogScale => logScales, _ => logits };
                return choices[_random.Below(trial, (ulong)i, choices.Length)];
            });
            var symbols = new int[sub + 16];
            for (var s = 0; s < sub; s++) symbols[s] = new[] { 0, levels - 1, _random.Below(trial, 5000 + (ulong)s, levels) }[_random.Below(trial, 6000 + (ulong)s, 3)];
            var (logs, gradient) = (new float[sub], new float[row.Length]);
            fixed (float* parameters = row, log = logs, slopes = gradient)
            fixed (int* observed = symbols) head.LogProbabilities(parameters, observed, log, slopes, 1);

            var doubles = Array.ConvertAll(row[..outputs], value => (double)value);
            double[] Expected() => DoubleOps.LogProbabilities(head, doubles, symbols[..sub]);
            var expected = Expected();
            // What a float keeps of the largest number met on the way.
            var largest = Math.Max(1e4, expected.Max(Math.Abs));
            for (var s = 0; s < sub; s++)
                Assert.True(Math.Abs(logs[s] - expected[s]) <= 1e-6 * largest, $"trial {trial}: log p of symbol {s} is {logs[s]:G9} instead of {expected[s]:G9}");
            for (var i = 0; i < outputs; i++)
            {
                const double step = 1e-6;
                var here = doubles[i];
                doubles[i] = here + step;
                var up = Expected().Sum();
                doubles[i] = here - step;
                var slope = -(up - Expected().Sum()) / (2 * step);
                doubles[i] = here;
                Assert.True(Math.Abs(gradient[i] - slope) <= 1e-3 * Math.Max(1, Math.Abs(slope)), $"trial {trial}: the slope of parameter {i} at {here} is {gradient[i]:G9} instead of {slope:G9}");
            }
        }
    }

    static void Check(Head head, float[] row, ulong trial, double tolerance)
    {
        var (sub, levels) = (head.Symbols, head.Levels);
        var what = $"{head.GetType().Name}, {sub} symbols of {levels} levels, {head.Outputs} numbers, trial {trial}";
        var symbols = new int[sub + 16];
        for (var s = 0; s < sub; s++) symbols[s] = _random.Below(trial, 5000 + (ulong)s, levels);
        var logs = new float[sub];
        var (probabilities, cumulative) = (new double[levels], head.NewCumulative());
        fixed (float* parameters = row, log = logs)
        fixed (int* known = symbols)
            for (var s = 0; s < sub; s++)
            {
                cumulative.Begin(parameters, known, s, 1);
                cumulative.Probabilities(probabilities);
                var own = symbols[s];
                foreach (var level in new[] { 0, 1, levels / 2, levels - 2, levels - 1, own })
                {
                    symbols[s] = level;
                    head.LogProbabilities(parameters, known, log, null, 0);
                    Assert.True(float.IsFinite(logs[s]), $"{what}: log p of symbol {s} at level {level} is {logs[s]}");
                    Assert.Equal(logs[s], head.LogProbability(parameters, known, s));
                    Assert.True(Math.Abs(Math.Exp(logs[s]) - probabilities[level]) <= tolerance,
                        $"{what}: symbol {s} at level {level} has exp(log p) {Math.Exp(logs[s]):G9} and probability {probabilities[level]:G9}");
                }
                symbols[s] = own;
            }
        var doubles = Array.ConvertAll(row[..head.Outputs], value => (double)value);
        var expected = DoubleOps.LogProbabilities(head, doubles, symbols[..sub]);
        fixed (float* parameters = row, log = logs)
        fixed (int* known = symbols) head.LogProbabilities(parameters, known, log, null, 0);
        for (var s = 0; s < sub; s++)
            if (double.IsFinite(expected[s]))
                Assert.True(Math.Abs(logs[s] - expected[s]) <= 1e-4 + 1e-4 * Math.Abs(expected[s]), $"{what}: log p of symbol {s} is {logs[s]:G9} instead of {expected[s]:G9}");
    }

    static double Uniform(ulong trial, int i, double low, double high) => low + (high - low) * _random.UniformDouble(trial, (ulong)i);

    // NaN behind the row: kernels load whole vectors and must not use what they load too much.
    static float[] Block(int count, Func<int, double> value)
    {
        var block = new float[count + 16];
        for (var i = 0; i < block.Length; i++) block[i] = i < count ? (float)value(i) : float.NaN;
        return block;
    }
}
