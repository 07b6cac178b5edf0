using Likely.Models;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Models.Features;

public sealed class RbmTests
{
    const int Visible = 8;

    // Bars: all four of a half on or off, mostly.
    static Rows Bars()
    {
        var (values, random) = (new float[400, Visible], new Philox(2, RandomPurpose.Test));
        for (var i = 0; i < 400; i++)
            for (var d = 0; d < Visible; d++)
                values[i, d] = (random.Uniform((ulong)i, (ulong)d) < 0.1 ? 1 : 0) ^ (random.UInt32((ulong)i, 100 + (ulong)(d / 4)) & 1);
        return Rows.Of(values);
    }

    static double FreeEnergy(float[] weight, float[] hidden, float[] visible, int state)
    {
        var total = Enumerable.Range(0, Visible).Sum(d => (state >> d & 1) * (double)visible[d]);
        for (var h = 0; h < hidden.Length; h++)
            total += Math.Log(1 + Math.Exp(hidden[h] + Enumerable.Range(0, Visible).Sum(d => (state >> d & 1) * (double)weight[d * hidden.Length + h])));
        return -total;
    }

    [Theory, InlineData(false), InlineData(true)]
    public void The_partition_function_is_that_of_all_states_and_learning_makes_rows_likely(bool persistent)
    {
        var rows = Bars();
        double? before = null;
        foreach (var epochs in new[] { 1, 60 })
        {
            var model = (Rbm)new RbmConfig { Hidden = 6, Steps = persistent ? 1 : 5, Persistent = persistent, Epochs = epochs, Batch = 40, Rate = 0.02, Chains = 200, Temperatures = 1000 }.Fit(rows);
            var (weight, hidden, visible) = (Of(model, "weight"), Of(model, "hidden.bias"), Of(model, "visible.bias"));
            var exact = Math.Log(Enumerable.Range(0, 1 << Visible).Sum(state => Math.Exp(-FreeEnergy(weight, hidden, visible, state))));
            var (estimate, low, high) = model.LogPartition!.Value;
            Assert.Equal(exact, estimate, 0.1);
            var (states, logs) = (new float[(1 << Visible) * Visible], new double[1 << Visible]);
            for (var i = 0; i < states.Length; i++) states[i] = i / Visible >> i % Visible & 1;
            model.LogDensities(states, logs);
            Assert.Equal(1, logs.Sum(Math.Exp), 0.1);
            Assert.InRange(model.LogError, 0, 0.2);
            Assert.True(low <= estimate && estimate <= high && high - low < 1);
            var nats = Enumerable.Range(0, 400).Average(i =>
            {
                var row = new float[Visible];
                rows.Read(i, row);
                return FreeEnergy(weight, hidden, visible, Enumerable.Range(0, Visible).Sum(d => row[d] > 0.5 ? 1 << d : 0)) + exact;
            });
            if (before is { } first) Assert.True(nats < first - 0.5, $"{nats} after {first}");
            before = nats;
        }
    }

    [Fact]
    public void Rows_that_are_drawn_are_as_likely_as_they_are_often()
    {
        var model = (Rbm)new RbmConfig { Hidden = 6, Steps = 5, Epochs = 60, Batch = 40, Rate = 0.02, Chains = 200, Temperatures = 1000 }.Fit(Bars());
        float[] drawn = new float[1500 * Visible], one = new float[Visible];
        model.Draw(7, 0, drawn);
        model.Draw(7, 1234, one);
        Assert.Equal(drawn[(1234 * Visible)..(1235 * Visible)], one);
        var (states, logs) = (new float[(1 << Visible) * Visible], new double[1 << Visible]);
        for (var i = 0; i < states.Length; i++) states[i] = i / Visible >> i % Visible & 1;
        model.LogDensities(states, logs);
        var entropy = -logs.Sum(log => Math.Exp(log) * log);
        var (own, mean) = (new double[1500], 0.0);
        model.LogDensities(drawn, own);
        foreach (var log in own) mean -= log / 1500;
        Assert.Equal(entropy, mean, 0.15);
    }

    static float[] Of(Model model, string name) => model.Parameters.Parameters.Single(parameter => parameter.Name == name).ToArray();

    [Fact]
    public void Gaussian_units_of_one_cloud_are_a_Gaussian()
    {
        // With tiny weights Z is about (2 pi)^(D / 2) 2^H.
        var (values, random) = (new float[500, 3], new Philox(4, RandomPurpose.Test));
        for (var i = 0; i < 500; i++)
            for (var d = 0; d < 3; d++) values[i, d] = (float)(5 + random.Normal((ulong)i, 2 * (ulong)d));
        var model = (Rbm)new RbmConfig { Hidden = 4, Visible = "gaussian", Epochs = 1, Rate = 1e-6, Chains = 100, Temperatures = 100 }.Fit(Rows.Of(values));
        var (weight, hidden) = (Of(model, "weight"), Of(model, "hidden.bias"));
        var mean = Of(model, "visible.bias");
        var expected = 1.5 * Math.Log(2 * Math.PI) + Enumerable.Range(0, 4).Sum(h => Math.Log(1 + Math.Exp(hidden[h] + Enumerable.Range(0, 3).Sum(d => mean[d] * (double)weight[d * 4 + h]))));
        Assert.Equal(expected, model.LogPartition!.Value.Estimate, 0.05);
    }

    [Fact]
    public void Rows_of_binary_units_are_from_0_to_1()
        => Assert.Contains("visible=gaussian", Assert.Throws<ModelException>(() => new RbmConfig().Fit(Rows.Of(new float[,] { { 0, 2 } }))).Message, StringComparison.Ordinal);

    [Fact]
    public void Scores_of_binary_units_are_of_rows_from_0_to_1()
    {
        var model = (Rbm)new RbmConfig { Hidden = 3, Epochs = 1, Chains = 2, Temperatures = 20 }.Fit(new float[,] { { 0, 1 }, { 1, 0 } });
        foreach (var wrong in new[] { -0.1f, 1.5f, float.NaN })
            Assert.Contains("from 0 to 1", Assert.Throws<ModelException>(() => model.LogDensities([0, 1, 1, wrong], new double[2])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_chain_tells_nothing_of_how_far_log_Z_is_off()
        => Assert.Contains("at least 2", Assert.Throws<ModelException>(() => new RbmConfig { Chains = 1 }.Fit(new float[,] { { 0, 1 }, { 1, 0 } })).Message, StringComparison.Ordinal);
}
