using Likely.Models;
using Likely.Tests.Laws;
using Xunit;

namespace Likely.Tests.Models.Features;

public sealed class RowPreparationTests
{
    const int Width = FeatureCase.Width, Count = FeatureCase.Count;

    static float[] Encode(FeatureModel model, float[,] values)
    {
        var codes = new float[values.GetLength(0) * model.Width];
        model.Encode([.. values.Cast<float>()], values.GetLength(0), codes);
        return codes;
    }

    // All components of principal components are the rows as they are seen, turned: what a model is given can be looked at.
    static (float[] Seen, float[] Codes, FeatureModel Model) Seen(PcaConfig config, float[,] values)
    {
        var model = (config with { Components = Width }).Fit(Rows.Of(values));
        var codes = Encode(model, values);
        var seen = new float[Count * Width];
        var atoms = model.Atoms();
        for (var i = 0; i < Count; i++)
            for (var d = 0; d < Width; d++)
                for (var k = 0; k < Width; k++) seen[i * Width + d] += codes[i * model.Width + k] * atoms[k][d];
        return (seen, codes, model);
    }

    [Fact]
    public void Rows_with_their_mean_taken_away_and_their_contrast_made_equal_are_seen_and_both_are_kept()
    {
        var values = FeatureCase.Values();
        for (var d = 0; d < Width; d++) values[3, d] = 7; // flat
        var (_, codes, model) = Seen(new PcaConfig { Normalize = "contrast" }, values);
        Assert.Equal(Width + 2, model.Width);
        var floor = (double)model.Parameters.Parameters.Single(parameter => parameter.Name == "input.contrast_floor").ToArray()[0];
        for (var i = 0; i < Count; i++)
        {
            var row = Enumerable.Range(0, Width).Select(d => (double)values[i, d]).ToArray();
            Assert.Equal(row.Average(), codes[i * model.Width + Width], 1e-5);
            Assert.Equal(Math.Sqrt(row.Average(value => Math.Pow(value - row.Average(), 2)) + floor), codes[i * model.Width + Width + 1], 1e-4);
        }
        Assert.Equal(7, codes[3 * model.Width + Width]);
        Assert.All(codes, value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void Whitened_rows_have_variance_1_in_all_directions_and_stay_as_near_to_what_they_were_as_can_be()
    {
        var values = FeatureCase.Values();
        var (seen, _, _) = Seen(new PcaConfig { Whitening = "zca", WhiteningFloor = 0 }, values);
        for (var a = 0; a < Width; a++)
        {
            for (var b = 0; b <= a; b++) Assert.Equal(a == b ? 1 : 0, Enumerable.Range(0, Count).Sum(i => (double)seen[i * Width + a] * seen[i * Width + b]) / (Count - 1), 3e-2);
            Assert.True(Enumerable.Range(0, Count).Sum(i => (double)seen[i * Width + a] * values[i, a]) > 0);
        }
    }

    [Theory, InlineData("none", "zca"), InlineData("mean", "none"), InlineData("mean", "zca"), InlineData("contrast", "none"), InlineData("contrast", "zca")]
    public void The_way_back_is_whole(string normalize, string whitening)
    {
        var values = FeatureCase.Values();
        for (var d = 0; d < Width; d++) values[3, d] = 7;
        var model = new PcaConfig { Components = Width, Normalize = normalize, Whitening = whitening }.Fit(Rows.Of(values));
        var (codes, back) = (Encode(model, values), new float[values.Length]);
        Assert.True(model.TryDecode(codes, Count, back));
        Assert.All(back.Zip(values.Cast<float>()), pair => Assert.Equal(pair.Second, pair.First, 5e-3));
    }

    [Fact]
    public void A_mixture_of_normalized_rows_is_no_density_of_the_rows_and_one_row_cannot_be_whitened()
    {
        var mixture = (GaussianMixture)new GaussianMixtureConfig { Components = 2, Normalize = "contrast" }.Fit(Rows.Of(FeatureCase.Values()));
        Assert.Contains("normalize=none", Assert.Throws<ModelException>(() => mixture.LogDensities(new float[Width], new double[1])).Message, StringComparison.Ordinal);
        Assert.Contains("there is 1", Assert.Throws<ModelException>(() => new KMeansConfig { Clusters = 1, Whitening = "zca" }.Fit(Rows.Of(new float[1, 4]))).Message, StringComparison.Ordinal);
    }
}
