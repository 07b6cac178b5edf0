using Likely.Models;
using Likely.Tests.Laws;
using Xunit;

namespace Likely.Tests.Models.Features;

public sealed class PcaTests
{
    static float[] Encode(FeatureModel model, float[,] values)
    {
        var codes = new float[values.GetLength(0) * model.Width];
        model.Encode([.. values.Cast<float>()], values.GetLength(0), codes);
        return codes;
    }

    [Fact]
    public void Components_are_orthonormal_and_codes_have_their_variances_the_largest_first()
    {
        var values = FeatureCase.Values();
        var model = new PcaConfig { Components = 6 }.Fit(Rows.Of(values));
        var atoms = model.Atoms();
        for (var a = 0; a < 6; a++)
            for (var b = 0; b <= a; b++) Assert.Equal(a == b ? 1 : 0, atoms[a].Zip(atoms[b], (x, y) => (double)x * y).Sum(), 1e-5);
        var codes = Encode(model, values);
        var last = double.PositiveInfinity;
        for (var a = 0; a < 6; a++)
        {
            var own = Enumerable.Range(0, FeatureCase.Count).Select(i => (double)codes[6 * i + a]).ToArray();
            Assert.Equal(0, own.Average(), 1e-3);
            var variance = own.Sum(value => value * value) / (FeatureCase.Count - 1);
            Assert.True(variance <= last * 1.0001);
            last = variance;
            for (var b = 0; b < a; b++) Assert.Equal(0, Enumerable.Range(0, FeatureCase.Count).Average(i => (double)codes[6 * i + a] * codes[6 * i + b]), 1e-2);
        }
    }

    [Fact]
    public void The_randomized_method_finds_the_space_of_the_exact_one()
    {
        var rows = Rows.Of(FeatureCase.Values());
        var (exact, random) = (new PcaConfig { Components = 4, Method = "exact" }.Fit(rows), new PcaConfig { Components = 4, Method = "randomized" }.Fit(rows));
        Assert.Equal(exact.Fitting["explained_variance"], random.Fitting["explained_variance"], 1e-4);
        for (var k = 0; k < 4; k++) Assert.Equal(1, exact.Atoms()[k].Zip(random.Atoms()[k], (x, y) => (double)x * y).Sum(), 1e-3);
    }

    [Fact]
    public void One_pass_over_the_rows_finds_the_space_of_the_exact_method()
    {
        var values = FeatureCase.Values();
        for (var i = 0; i < FeatureCase.Count; i++) values[i, 3] += 50 + i / 100f; // a mean that moves from step to step
        var (exact, once) = (new PcaConfig { Components = 6 }.Fit(Rows.Of(values)), new PcaConfig { Components = 6, Method = "incremental" }.Fit(Rows.Of(values)));
        Assert.Equal(exact.Fitting["explained_variance"], once.Fitting["explained_variance"], 1e-5);
        for (var k = 0; k < 6; k++) Assert.Equal(1, exact.Atoms()[k].Zip(once.Atoms()[k], (x, y) => (double)x * y).Sum(), 1e-3);
        foreach (var name in new[] { "mean", "variances" })
            Assert.All(exact.Parameters.Parameters.Single(one => one.Name == name).ToArray().Zip(once.Parameters.Parameters.Single(one => one.Name == name).ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-3 * (1 + Math.Abs(pair.First))));
    }

    [Theory, InlineData("pca"), InlineData("zca")]
    public void Whitened_codes_have_variance_1_and_no_correlation_and_lead_back(string whiten)
    {
        var values = FeatureCase.Values();
        var model = new PcaConfig { Components = FeatureCase.Width, Whiten = whiten }.Fit(Rows.Of(values));
        var codes = Encode(model, values);
        for (var a = 0; a < model.Width; a++)
            for (var b = 0; b <= a; b++)
                Assert.Equal(a == b ? 1 : 0, Enumerable.Range(0, FeatureCase.Count).Sum(i => (double)codes[model.Width * i + a] * codes[model.Width * i + b]) / (FeatureCase.Count - 1), 2e-2);
        var back = new float[values.Length];
        Assert.True(model.TryDecode(codes, FeatureCase.Count, back));
        Assert.All(back.Zip(values.Cast<float>()), pair => Assert.Equal(pair.Second, pair.First, 2e-2));
    }

    [Fact]
    public void A_column_that_never_changes_does_no_harm_and_too_many_components_are_refused()
    {
        var values = FeatureCase.Values();
        for (var i = 0; i < FeatureCase.Count; i++) values[i, 7] = 3;
        Assert.All(Encode(new PcaConfig { Components = FeatureCase.Width, Whiten = "zca" }.Fit(Rows.Of(values)), values), value => Assert.True(float.IsFinite(value)));
        Assert.Contains("components=22", Assert.Throws<ModelException>(() => new PcaConfig { Components = 22 }.Fit(Rows.Of(values))).Message, StringComparison.Ordinal);
        Assert.Contains("3 rows", Assert.Throws<ModelException>(() => new PcaConfig { Components = 3 }.Fit(Rows.Of(FeatureCase.Values(3)))).Message, StringComparison.Ordinal);
    }
}
