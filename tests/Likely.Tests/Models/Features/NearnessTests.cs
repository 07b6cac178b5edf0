using Likely.Models;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Models.Features;

/// <summary>What is near is near wherever the rows lie: far from zero, in parts far from each other, and where many are equally near.</summary>
public sealed class NearnessTests
{
    const int Width = 24;

    // Multiples of 1/64, which stay what they are 10,000 and 100,000 away; with parts, half of the rows are far from the others.
    static float[,] Values(int count, float shift, float apart = 0, ulong address = 0)
    {
        var (random, values) = (new Philox(7, RandomPurpose.Test, address), new float[count, Width]);
        for (var i = 0; i < count; i++)
            for (var d = 0; d < Width; d++) values[i, d] = random.Below((ulong)(i % 6), (ulong)d + 100, 4) + random.Below((ulong)i, (ulong)d, 64) / 64f + shift + (i % 2 == 1 ? apart : 0);
        return values;
    }

    static Matrix ToMatrix(float[,] values)
    {
        var matrix = new Matrix(values.GetLength(0), values.GetLength(1));
        for (var i = 0; i < matrix.Rows; i++)
            for (var d = 0; d < matrix.Columns; d++) matrix[i][d] = values[i, d];
        return matrix;
    }

    static double Squared(Matrix x, int i, Matrix y, int k)
    {
        var sum = 0.0;
        for (var d = 0; d < x.Columns; d++) sum += ((double)x[i][d] - y[k][d]) * ((double)x[i][d] - y[k][d]);
        return sum;
    }

    public static TheoryData<float, float> Places => new() { { 0, 0 }, { 1e4f, 0 }, { 1e5f, 0 }, { 0, 1e5f }, { -1e4f, 2e4f } };

    [Theory, MemberData(nameof(Places))]
    public void Distances_and_the_nearest_are_those_of_differences(float shift, float apart)
    {
        Matrix rows = ToMatrix(Values(120, shift, apart)), centres = ToMatrix(Values(40, shift, apart, 1)), distances = new(120, 40);
        var centroids = new Centroids(centres);
        centroids.Distances(rows, 120, distances);
        var (nearest, squares) = (new int[120], new double[120]);
        centroids.Nearest(rows, 0, (new Matrix(120, Width), new Matrix(120, 40)), nearest, squares);
        for (var i = 0; i < 120; i++)
        {
            for (var k = 0; k < 40; k++) Assert.Equal(Math.Sqrt(Squared(rows, i, centres, k)), distances[i][k], 0.003 * distances[i][k]);
            var least = Enumerable.Range(0, 40).Min(k => Squared(rows, i, centres, k));
            Assert.Equal(least, Squared(rows, i, centres, nearest[i]), 1e-5 * least);
            Assert.Equal(least, squares[i], 0.005 * least);
        }
    }

    [Theory, MemberData(nameof(Places))]
    public void The_nearest_rows_are_those_of_differences(float shift, float apart)
    {
        var rows = ToMatrix(Values(700, shift, apart));
        for (var i = 300; i < 400; i++) rows[0].CopyTo(rows[i]); // and many are equally near
        var found = new NearestRows(rows).Find(rows, 0, 700, 5, (query, row) => query == row);
        for (var i = 0; i < 700; i += 3)
        {
            var all = Enumerable.Range(0, 700).Where(k => k != i).OrderBy(k => (float)Math.Sqrt(Squared(rows, i, rows, k))).ThenBy(k => k).Take(5).ToArray();
            for (var c = 0; c < 5; c++) Assert.Equal(Squared(rows, i, rows, all[c]), Squared(rows, i, rows, found[i][c].Row), 1e-4 + 1e-5 * Squared(rows, i, rows, all[c]));
            if (i is >= 300 and < 400) Assert.Equal([0, 300, 301, 302, 303], found[i].Select(one => one.Row == i ? throw new InvalidOperationException("itself") : one.Row < i ? one.Row : one.Row - 1));
        }
    }

    [Theory, InlineData(0), InlineData(64)]
    public void Centroids_are_the_same_wherever_the_rows_lie(int batch)
    {
        double[] objectives = [.. new[] { 0, 1e4f, 1e5f }.Select(shift => new KMeansConfig { Clusters = 6, Batch = batch }.Fit(Rows.Of(Values(400, shift))).Fitting["objective"])];
        Assert.All(objectives, objective => Assert.Equal(objectives[0], objective, 0.02 * objectives[0]));
    }

    [Theory, InlineData("nearest"), InlineData("distances"), InlineData("triangle")]
    public void Codes_are_the_same_wherever_the_rows_lie(string code)
    {
        FeatureModel near = Fit(0), far = Fit(1e4f);
        float[] here = Codes(near, 0), there = Codes(far, 1e4f);
        for (var i = 0; i < here.Length; i++) Assert.Equal(here[i], there[i], 0.02);

        FeatureModel Fit(float shift) => new KMeansConfig { Clusters = 6, Code = code }.Fit(Rows.Of(Values(400, shift)));
        static float[] Codes(FeatureModel model, float shift)
        {
            var codes = new float[400 * model.Width];
            model.Encode([.. Values(400, shift).Cast<float>()], 400, codes);
            return codes;
        }
    }

    [Theory, InlineData("diagonal"), InlineData("full"), InlineData("tied")]
    public void A_mixture_is_the_same_density_wherever_the_rows_lie(string covariance)
    {
        double[] logs = [.. new[] { 0, 1e4f, 1e5f }.Select(shift => Mean((GaussianMixture)new GaussianMixtureConfig { Components = 6, Covariance = covariance }.Fit(Rows.Of(Values(400, shift))), Values(400, shift)))];
        Assert.Equal(logs[0], logs[1], 0.05);
        Assert.Equal(logs[0], logs[2], 0.5); // the means are rounded to 1/128 there

        static double Mean(GaussianMixture mixture, float[,] values)
        {
            var logs = new double[values.GetLength(0)];
            mixture.LogDensities([.. values.Cast<float>()], logs);
            return logs.Average();
        }
    }

    [Fact]
    public void Rows_whose_squares_would_be_zeros_are_refused()
    {
        var values = Values(60, 0);
        for (var i = 0; i < 60; i++)
            for (var d = 0; d < Width; d++) values[i, d] *= 1e-25f;
        foreach (var config in new FeatureConfig[] { new KMeansConfig { Clusters = 3 }, new PcaConfig { Components = 2 }, new GaussianMixtureConfig { Components = 2 } })
            Assert.Contains("multiply all by", Assert.Throws<ModelException>(() => config.Fit(Rows.Of(values))).Message, StringComparison.Ordinal);
    }
}
