using Likely.Models;
using Likely.Tests.Laws;
using Xunit;

namespace Likely.Tests.Models.Features;

public sealed class KMeansTests
{
    // Lloyd's algorithm as it is written down, without bounds, from the centroids where the search ended: nothing may move.
    [Fact]
    public void Where_it_ends_every_centroid_is_the_mean_of_the_rows_nearest_to_it()
    {
        var values = FeatureCase.Values();
        var model = new KMeansConfig { Clusters = 8, Tolerance = 0 }.Fit(Rows.Of(values));
        Assert.Equal(1, model.Fitting["converged"]);
        var centroids = model.Atoms();
        var (sums, counts, objective) = (new double[8, FeatureCase.Width], new int[8], 0.0);
        for (var i = 0; i < FeatureCase.Count; i++)
        {
            double Distance(int k) => Enumerable.Range(0, FeatureCase.Width).Sum(d => Math.Pow(values[i, d] - centroids[k][d], 2));
            var nearest = Enumerable.Range(0, 8).MinBy(Distance);
            objective += Distance(nearest);
            counts[nearest]++;
            for (var d = 0; d < FeatureCase.Width; d++) sums[nearest, d] += values[i, d];
        }
        for (var k = 0; k < 8; k++)
            for (var d = 0; d < FeatureCase.Width; d++) Assert.Equal(sums[k, d] / counts[k], centroids[k][d], 1e-4);
        Assert.Equal(objective, model.Fitting["objective"], objective * 1e-5);
    }

    [Fact]
    public void It_finds_clouds_that_lie_apart()
    {
        var values = new float[300, 2];
        for (var i = 0; i < 300; i++) (values[i, 0], values[i, 1]) = (10 * (i % 3) + i * 0.001f, 5 * (i % 3 == 1 ? 1 : 0) - i * 0.001f);
        var model = new KMeansConfig { Clusters = 3 }.Fit(Rows.Of(values));
        Assert.Equal([0, 10, 20], model.Atoms().Select(atom => (int)MathF.Round(atom[0])).Order());
    }

    [Theory, InlineData("spread"), InlineData("random")]
    public void A_centroid_that_no_row_is_nearest_to_is_moved_to_one_far_from_its_own(string start)
    {
        // Two places with many equal rows, and few others: random beginnings fall on equal rows.
        var values = new float[400, 1];
        for (var i = 0; i < 400; i++) values[i, 0] = i < 395 ? i % 2 : 50 + 10 * (i - 395);
        var model = new KMeansConfig { Clusters = 7, Start = start }.Fit(Rows.Of(values));
        Assert.Equal([0, 1, 50, 60, 70, 80, 90], model.Atoms().Select(atom => (int)MathF.Round(atom[0])).Order());
    }

    [Fact]
    public void More_centroids_than_different_rows_are_refused()
    {
        var values = new float[100, 3];
        for (var i = 0; i < 100; i++) values[i, 1] = i % 4;
        Assert.Contains("only 4 different rows", Assert.Throws<ModelException>(() => new KMeansConfig { Clusters = 5 }.Fit(Rows.Of(values))).Message, StringComparison.Ordinal);
        Assert.Contains("clusters=101", Assert.Throws<ModelException>(() => new KMeansConfig { Clusters = 101 }.Fit(Rows.Of(values))).Message, StringComparison.Ordinal);
    }
}
