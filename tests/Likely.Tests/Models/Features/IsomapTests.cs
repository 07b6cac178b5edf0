using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Laws;
using Xunit;

namespace Likely.Tests.Models.Features;

public sealed class IsomapTests
{
    static float[] Encode(FeatureModel model, float[,] values)
    {
        var codes = new float[values.GetLength(0) * model.Width];
        model.Encode([.. values.Cast<float>()], values.GetLength(0), codes);
        return codes;
    }

    // A sheet rolled up, its coordinates along the sheet behind.
    static (float[,] Rows, double[] Along, double[] Across) Roll(int count, ulong seed)
    {
        var (random, rows, along, across) = (new Philox(seed, RandomPurpose.Test), new float[count, 3], new double[count], new double[count]);
        for (var i = 0; i < count; i++)
        {
            var angle = 1.5 * Math.PI * (1 + 2 * random.UniformDouble((ulong)i, 0));
            across[i] = 21 * random.UniformDouble((ulong)i, 1);
            along[i] = (angle * Math.Sqrt(1 + angle * angle) + Math.Asinh(angle)) / 2; // length of the spiral
            (rows[i, 0], rows[i, 1], rows[i, 2]) = ((float)(angle * Math.Cos(angle)), (float)across[i], (float)(angle * Math.Sin(angle)));
        }
        return (rows, along, across);
    }

    static double Correlation(double[] x, double[] y)
    {
        double a = x.Average(), b = y.Average();
        return x.Zip(y, (p, q) => (p - a) * (q - b)).Sum() / Math.Sqrt(x.Sum(p => (p - a) * (p - a)) * y.Sum(q => (q - b) * (q - b)));
    }

    [Theory, InlineData(0), InlineData(150)]
    public void A_sheet_that_is_rolled_up_is_laid_flat_new_points_too(int landmarks)
    {
        var model = new IsomapConfig { Neighbours = 8, Landmarks = landmarks }.Fit(Rows.Of(Roll(1000, 1).Rows), new FitOptions { Threads = 2 });
        Assert.InRange(model.Fitting["residual_variance"], 0, 0.02);
        Assert.Equal(1, model.Fitting["parts"]);
        foreach (var seed in new ulong[] { 1, 2 })
        {
            var (rows, along, across) = Roll(seed == 1 ? 1000 : 200, seed);
            var codes = Encode(model, rows);
            double[] first = [.. along.Select((_, i) => (double)codes[2 * i])], second = [.. along.Select((_, i) => (double)codes[2 * i + 1])];
            Assert.InRange(Math.Abs(Correlation(first, along)), 0.99, 1);
            Assert.InRange(Math.Abs(Correlation(second, across)), 0.95, 1);
        }
    }

    // Shortest paths by going over all edges until nothing changes, and the nearest by all distances.
    [Fact]
    public void Neighbours_paths_and_bridges_are_those_of_their_definitions()
    {
        const int Count = 150, Neighbours = 3;
        var values = FeatureCase.Values(Count);
        var rows = new Matrix(Count, FeatureCase.Width);
        for (var i = 0; i < Count; i++)
            for (var d = 0; d < FeatureCase.Width; d++) rows[i][d] = values[i, d];
        double Distance(int i, int j) => Math.Sqrt(Enumerable.Range(0, FeatureCase.Width).Sum(d => Math.Pow((double)values[i, d] - values[j, d], 2)));
        var (lengths, part) = (new double[Count, Count], Enumerable.Range(0, Count).ToArray());
        for (var i = 0; i < Count; i++)
            for (var j = 0; j < Count; j++) lengths[i, j] = i == j ? 0 : double.PositiveInfinity;
        void Edge(int i, int j)
        {
            lengths[i, j] = lengths[j, i] = Distance(i, j);
            var (from, to) = (part[i], part[j]);
            for (var k = 0; k < Count; k++) part[k] = part[k] == from ? to : part[k];
        }
        for (var i = 0; i < Count; i++)
            foreach (var j in Enumerable.Range(0, Count).Where(j => j != i).OrderBy(j => Distance(i, j)).Take(Neighbours)) Edge(i, j);
        var (parts, longest) = (part.Distinct().Count(), 0.0);
        while (part.Distinct().Count() > 1)
        {
            var (i, j) = Enumerable.Range(0, Count * Count).Select(pair => (pair / Count, pair % Count)).Where(pair => part[pair.Item1] != part[pair.Item2]).MinBy(pair => Distance(pair.Item1, pair.Item2));
            longest = Distance(i, j);
            Edge(i, j);
        }
        for (var k = 0; k < Count; k++)
            for (var i = 0; i < Count; i++)
                for (var j = 0; j < Count; j++) lengths[i, j] = Math.Min(lengths[i, j], lengths[i, k] + lengths[k, j]);

        var graph = new NeighbourGraph(rows, Neighbours, 2, (_, _) => { }, default);
        Assert.True(parts > 1);
        Assert.Equal(parts, graph.Parts);
        Assert.Equal(longest, graph.LongestBridge, 1e-4);
        var paths = new float[Count];
        for (var i = 0; i < Count; i += 7)
        {
            graph.NewSearch().Find(i, paths);
            for (var j = 0; j < Count; j++) Assert.Equal(lengths[i, j], paths[j], 1e-4 * (1 + lengths[i, j]));
        }
    }

    [Fact]
    public void Rows_far_from_zero_have_the_neighbours_that_they_have_near_it()
    {
        var values = FeatureCase.Values(300);
        var near = new IsomapConfig { Neighbours = 6 }.Fit(Rows.Of(values)).Fitting;
        for (var i = 0; i < values.GetLength(0); i++)
            for (var d = 0; d < values.GetLength(1); d++) values[i, d] = MathF.Round(values[i, d] * 64) / 64 + 4096;
        var far = new IsomapConfig { Neighbours = 6 }.Fit(Rows.Of(values)).Fitting;
        Assert.Equal((near["parts"], near["residual_variance"]), (far["parts"], far["residual_variance"]), ((double, double) a, (double, double) b) => Math.Abs(a.Item1 - b.Item1) <= 1 && Math.Abs(a.Item2 - b.Item2) < 0.02);
    }

    [Fact]
    public void Too_few_rows_or_landmarks_are_refused_and_alike_ones_lie_in_one_place()
    {
        Assert.Contains("neighbours=10", Assert.Throws<ModelException>(() => new IsomapConfig().Fit(Rows.Of(FeatureCase.Values(10)))).Message, StringComparison.Ordinal);
        Assert.Contains("components=5", Assert.Throws<ModelException>(() => new IsomapConfig { Components = 5, Landmarks = 5 }.Fit(Rows.Of(FeatureCase.Values(100)))).Message, StringComparison.Ordinal);
        Assert.All(Encode(new IsomapConfig().Fit(Rows.Of(new float[700, 3])), new float[5, 3]), value => Assert.Equal(0, value));
        // Each of forty rows twenty times over: all neighbours of a row are the row itself, and every place is a part of its own.
        var twins = new float[800, 2];
        for (var i = 0; i < 800; i++) (twins[i, 0], twins[i, 1]) = (i % 40, i % 40 * (i % 2));
        var model = new IsomapConfig { Neighbours = 5 }.Fit(Rows.Of(twins));
        Assert.Equal(40, model.Fitting["parts"]);
        Assert.All(Encode(model, twins), value => Assert.True(float.IsFinite(value)));
    }
}
