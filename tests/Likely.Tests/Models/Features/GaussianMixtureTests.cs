using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Laws;
using MathNet.Numerics.LinearAlgebra;
using Xunit;

namespace Likely.Tests.Models.Features;

public sealed class GaussianMixtureTests
{
    static double[] Logs(FeatureModel model, float[,] values)
    {
        var logs = new double[values.GetLength(0)];
        ((GaussianMixture)model).LogDensities([.. values.Cast<float>()], logs);
        return logs;
    }

    static float[] Weights(FeatureModel model, string name) => model.Parameters.Parameters.Single(parameter => parameter.Name == name).ToArray();

    // log p(x) as it is written down, in double, from the weights that are on disk.
    [Theory, InlineData("diagonal"), InlineData("full"), InlineData("tied")]
    public void Densities_are_those_of_the_formula(string covariance)
    {
        const int Count = 3, Width = FeatureCase.Width;
        var model = new GaussianMixtureConfig { Components = Count, Covariance = covariance, Iterations = 8 }.Fit(Rows.Of(FeatureCase.Values()));
        var (others, means, weights) = (FeatureCase.Values(30, seed: 12), Weights(model, "means"), Weights(model, "log_weights"));
        Assert.Equal(1, weights.Sum(weight => Math.Exp(weight)), 1e-5);
        var scales = Weights(model, covariance switch { "diagonal" => "inverse_deviations", "full" => "inverse_factors", _ => "inverse_factor" });
        var found = Logs(model, others);
        for (var i = 0; i < 30; i++)
        {
            var logs = new double[Count];
            for (var k = 0; k < Count; k++)
            {
                var factor = Matrix<double>.Build.Dense(Width, Width, (a, b) => covariance == "diagonal" ? a == b ? scales[k * Width + a] : 0 : scales[((covariance == "full" ? k : 0) * Width + a) * Width + b]);
                var z = factor.TransposeThisAndMultiply(Vector<double>.Build.Dense(Width, d => others[i, d] - means[k * Width + d]));
                logs[k] = weights[k] + Math.Log(Math.Abs(factor.Determinant())) - Width * Math.Log(2 * Math.PI) / 2 - z.DotProduct(z) / 2;
            }
            Assert.Equal(logs.Max() + Math.Log(logs.Sum(log => Math.Exp(log - logs.Max()))), found[i], 2e-3 + 2e-5 * Math.Abs(found[i]));
        }
    }

    // Of rows that were whitened it is a density of the rows themselves, and what is drawn are such rows.
    [Theory, InlineData("columns"), InlineData("zca")]
    public void Whitening_changes_the_model_and_not_what_it_is_a_density_of(string whitening)
    {
        var (random, values) = (new Philox(4, RandomPurpose.Test), new float[3000, 2]);
        for (var i = 0; i < 3000; i++) (values[i, 0], values[i, 1]) = ((float)(30 + 20 * random.Normal((ulong)i, 0)), (float)(0.02 * random.Normal((ulong)i, 1)));
        var model = new GaussianMixtureConfig { Components = 1, Whitening = whitening, Floor = 1e-9, WhiteningFloor = 0 }.Fit(Rows.Of(values));
        Assert.Equal(Logs(new GaussianMixtureConfig { Components = 1, Floor = 1e-9 }.Fit(Rows.Of(values)), values).Average(), Logs(model, values).Average(), 1e-3);
        Assert.Equal(Logs(model, values).Average(), model.Fitting["log_likelihood"], 1e-3);
        var drawn = RowLikelihoods.Draw(model, 4000, seed: 3);
        for (var d = 0; d < 2; d++)
        {
            double[] own = [.. Enumerable.Range(0, 4000).Select(i => (double)drawn[2 * i + d])];
            Assert.Equal(d == 0 ? 30 : 0, own.Average(), d == 0 ? 2 : 0.002);
            Assert.Equal(d == 0 ? 20 : 0.02, Math.Sqrt(own.Average(value => value * value) - own.Average() * own.Average()), d == 0 ? 1 : 0.001);
        }
        var blind = (GaussianMixture)new GaussianMixtureConfig { Components = 1, Normalize = "mean" }.Fit(Rows.Of(values));
        Assert.False(blind.TellsDensities);
        Assert.Throws<ModelException>(() => blind.LogDensities(new float[2], new double[1]));
    }

    // 0.1 in single precision a thousand times has a mean that is rounded: what is left of it is no deviation.
    [Fact]
    public void A_column_that_does_not_change_is_no_scale()
    {
        var values = new float[1000, 2];
        for (var i = 0; i < 1000; i++) (values[i, 0], values[i, 1]) = (0.1f, i % 7);
        var model = new GaussianMixtureConfig { Components = 1, Whitening = "columns", Floor = 0.05 }.Fit(Rows.Of(values));
        var logs = Logs(model, new float[,] { { 0.1f, 3 }, { 0.2f, 3 } });
        Assert.InRange(logs[0] - logs[1], 0.01, 10);
    }

    [Fact]
    public void The_density_of_one_number_integrates_to_one_and_finds_two_clouds()
    {
        var (random, values) = (new Philox(3, RandomPurpose.Test), new float[4000, 1]);
        for (var i = 0; i < 4000; i++) values[i, 0] = (float)(i % 4 == 0 ? 5 + 0.5 * random.Normal((ulong)i, 0) : -1 + random.Normal((ulong)i, 0));
        var model = new GaussianMixtureConfig { Components = 2, Tolerance = 1e-6 }.Fit(Rows.Of(values));
        var means = Weights(model, "means");
        int small = means[0] > means[1] ? 0 : 1, large = 1 - small;
        Assert.Equal(5, means[small], 0.1);
        Assert.Equal(-1, means[large], 0.1);
        Assert.Equal(0.25, Math.Exp(Weights(model, "log_weights")[small]), 0.02);
        Assert.Equal(2, Weights(model, "inverse_deviations")[small], 0.2);
        var grid = new float[4000, 1];
        for (var i = 0; i < 4000; i++) grid[i, 0] = -20 + i * 0.01f;
        Assert.Equal(1, Logs(model, grid).Sum(log => Math.Exp(log) * 0.01), 1e-3);
        Assert.Equal(Logs(model, values).Average(), model.Fitting["log_likelihood"], 1e-3);
    }

    [Theory, InlineData("diagonal"), InlineData("full"), InlineData("tied")]
    public void The_likelihood_never_falls(string covariance)
    {
        var last = double.NegativeInfinity;
        for (var iterations = 1; iterations < 9; iterations++)
        {
            var now = new GaussianMixtureConfig { Components = 4, Covariance = covariance, Iterations = iterations, Tolerance = 0, Floor = 1e-9 }.Fit(Rows.Of(FeatureCase.Values())).Fitting["log_likelihood"];
            Assert.True(now >= last - 1e-4, $"{now} after {last}");
            last = now;
        }
    }

    // Means and covariances of what is drawn from one Gaussian are its own, and mixtures draw by their weights.
    [Theory, InlineData("diagonal"), InlineData("full"), InlineData("tied")]
    public void What_is_drawn_has_the_moments_of_the_rows(string covariance)
    {
        const int Drawn = 6000, Width = FeatureCase.Width;
        var values = FeatureCase.Values();
        var model = new GaussianMixtureConfig { Components = covariance == "full" ? 1 : 4, Covariance = covariance, Floor = 1e-9 }.Fit(Rows.Of(values));
        var drawn = RowLikelihoods.Draw(model, Drawn, seed: 2, threads: 2);
        Assert.Equal(drawn[(70 * Width)..(73 * Width)], ((Func<float[]>)(() =>
        {
            var some = new float[3 * Width];
            ((IRowDensity)model).Draw(2, 70, some);
            return some;
        }))());
        for (var d = 0; d < Width; d++)
        {
            double[] own = [.. Enumerable.Range(0, FeatureCase.Count).Select(i => (double)values[i, d])], other = [.. Enumerable.Range(0, Drawn).Select(i => (double)drawn[i * Width + d])];
            var spread = Math.Sqrt(own.Average(value => Math.Pow(value - own.Average(), 2)));
            Assert.Equal(own.Average(), other.Average(), spread * 0.08);
            Assert.Equal(1, Math.Sqrt(other.Average(value => Math.Pow(value - other.Average(), 2))) / spread, 0.06);
            if (covariance != "full" || d == 0) continue;
            double Covary(double[] x, Func<int, double> y, double mean) => x.Select((value, i) => (value - x.Average()) * (y(i) - mean)).Average();
            Assert.Equal(Covary(own, i => values[i, 0], Enumerable.Range(0, FeatureCase.Count).Average(i => (double)values[i, 0])), Covary(other, i => drawn[i * Width], Enumerable.Range(0, Drawn).Average(i => (double)drawn[i * Width])), spread * 0.5);
        }
        Assert.Equal(Evaluation.Mean(RowLikelihoods.Score(model, Rows.Of(values))), -model.Fitting["log_likelihood"], 1e-2);
    }
}
