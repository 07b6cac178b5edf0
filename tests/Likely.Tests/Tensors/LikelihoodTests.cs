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
            Check(LikelihoodKind.LogisticMixture, row, channels, components, 256, trial, 1e-5);
        }
    }

    [Theory]
    [InlineData(1, 2), InlineData(1, 4), InlineData(3, 7), InlineData(1, 16), InlineData(1, 17), InlineData(3, 33), InlineData(1, 256)]
    public void Softmax_sums_to_one_and_logs_match_probabilities(int sub, int levels)
    {
        foreach (var spread in new[] { 1.0, 20, 200 })
            for (var trial = 0UL; trial < 20; trial++)
                Check(LikelihoodKind.Softmax, Block(sub * levels, i => Uniform(trial, i, -spread, spread)), sub, levels, levels, trial, 1e-5);
    }

    [Theory]
    [InlineData(1), InlineData(3), InlineData(16), InlineData(21)]
    public void Bernoulli_sums_to_one_and_logs_match_probabilities(int sub)
    {
        foreach (var spread in new[] { 1.0, 30, 300 })
            for (var trial = 0UL; trial < 20; trial++)
                Check(LikelihoodKind.Bernoulli, Block(sub, i => Uniform(trial, i, -spread, spread)), sub, 2, 2, trial, 1e-5);
    }

    [Theory]
    [InlineData(LikelihoodKind.Softmax, 5, 5), InlineData(LikelihoodKind.LogisticMixture, 4, 256)]
    public void Temperature_keeps_the_sum_and_sharpens(LikelihoodKind kind, int size, int levels)
    {
        var row = Block(kind == LikelihoodKind.Softmax ? size : 3 * size, i => i < 2 * size ? Uniform(1, i, -0.3, 0.3) : Uniform(1, i, -4, -3));
        var known = stackalloc byte[16];
        var peaks = new List<float>();
        foreach (var temperature in new[] { 2f, 1, 0.5f })
        {
            var probabilities = new float[levels];
            fixed (float* p = row) Ops.Probabilities(kind, p, known, 0, size, temperature, probabilities);
            Assert.InRange(probabilities.Sum(p => (double)p), 1 - 1e-5, 1 + 1e-5);
            peaks.Add(probabilities.Max());
        }
        Assert.True(peaks[0] < peaks[1] && peaks[1] < peaks[2], $"{kind}: peaks {string.Join(", ", peaks)} at temperatures 2, 1, 0.5");
    }

    public static TheoryData<LikelihoodKind, int, int> Heads => new()
    {
        { LikelihoodKind.Bernoulli, 1, 1 }, { LikelihoodKind.Bernoulli, 3, 1 }, { LikelihoodKind.Softmax, 1, 5 }, { LikelihoodKind.Softmax, 3, 33 },
        { LikelihoodKind.LogisticMixture, 1, 1 }, { LikelihoodKind.LogisticMixture, 3, 1 }, { LikelihoodKind.LogisticMixture, 1, 10 }, { LikelihoodKind.LogisticMixture, 3, 10 },
    };

    [Theory]
    [MemberData(nameof(Heads))]
    public void Extreme_parameters_give_finite_logs_and_gradients_that_are_right(LikelihoodKind kind, int sub, int size)
    {
        double[] logits = [-1e4, -100, 0, 100, 1e4], means = size == 1 ? [-1e4, -1, 0, 1, 1e4] : [-1.5, -1, 0, 1, 1.5], logScales = [-200, -7.5, -2, 1, 60, 90, 200];
        var outputs = kind switch { LikelihoodKind.Bernoulli => sub, LikelihoodKind.Softmax => sub * size, _ => size * (sub == 1 ? 3 : 10) };
        var levels = kind switch { LikelihoodKind.Bernoulli => 2, LikelihoodKind.Softmax => size, _ => 256 };
        for (var trial = 0UL; trial < 200; trial++)
        {
            var row = Block(outputs, i =>
            {
                var group = i / size;
                var choices = kind != LikelihoodKind.LogisticMixture || group == 0 || group > 2 * sub ? logits : group % 2 == 1 ? means : logScales;
                return choices[_random.Below(trial, (ulong)i, choices.Length)];
            });
            var symbols = new byte[sub + 16];
            for (var s = 0; s < sub; s++) symbols[s] = (byte)new[] { 0, levels - 1, _random.Below(trial, 5000 + (ulong)s, levels) }[_random.Below(trial, 6000 + (ulong)s, 3)];
            var (logs, gradient) = (new float[sub], new float[row.Length]);
            fixed (float* parameters = row, log = logs, slopes = gradient)
            fixed (byte* observed = symbols) Ops.LogProbability(kind, parameters, observed, sub, size, log, slopes, 1);

            var doubles = Array.ConvertAll(row[..outputs], value => (double)value);
            double[] Expected() => DoubleOps.LogProbabilities(kind, doubles, symbols[..sub], sub, size);
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

    static void Check(LikelihoodKind kind, float[] row, int sub, int size, int levels, ulong trial, double tolerance)
    {
        var what = $"{kind}, {sub} symbols of {levels} levels, size {size}, trial {trial}";
        var symbols = new byte[sub + 16];
        for (var s = 0; s < sub; s++) symbols[s] = (byte)_random.Below(trial, 5000 + (ulong)s, levels);
        var logs = new float[sub];
        var probabilities = new float[levels];
        fixed (float* parameters = row, log = logs)
        fixed (byte* known = symbols)
            for (var s = 0; s < sub; s++)
            {
                Ops.Probabilities(kind, parameters, known, s, size, 1, probabilities);
                var sum = probabilities.Sum(p => (double)p);
                Assert.True(Math.Abs(sum - 1) <= tolerance, $"{what}: probabilities of symbol {s} sum to {sum:G9}");
                var own = symbols[s];
                foreach (var level in new[] { 0, 1, levels / 2, levels - 2, levels - 1, own })
                {
                    symbols[s] = (byte)level;
                    Ops.LogProbability(kind, parameters, known, sub, size, log, null, 0);
                    Assert.True(float.IsFinite(logs[s]), $"{what}: log p of symbol {s} at level {level} is {logs[s]}");
                    Assert.True(Math.Abs(Math.Exp(logs[s]) - probabilities[level]) <= tolerance,
                        $"{what}: symbol {s} at level {level} has exp(log p) {Math.Exp(logs[s]):G9} and probability {probabilities[level]:G9}");
                }
                symbols[s] = own;
            }
        var outputs = kind switch { LikelihoodKind.Bernoulli => sub, LikelihoodKind.Softmax => sub * size, _ => size * (sub == 1 ? 3 : 10) };
        var doubles = Array.ConvertAll(row[..outputs], value => (double)value);
        var expected = DoubleOps.LogProbabilities(kind, doubles, symbols[..sub], sub, size);
        fixed (float* parameters = row, log = logs)
        fixed (byte* known = symbols) Ops.LogProbability(kind, parameters, known, sub, size, log, null, 0);
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
