using Likely.Models;
using Xunit;
using Likely.Tensors;

namespace Likely.Tests.Models;

public sealed class NadeTests
{
    static AutoregressiveModel Model(Space space, int hidden, string ordering = "raster")
    {
        var model = new NadeConfig { Hidden = hidden, Ordering = ordering, OrderingSeed = 4 }.Build(space, 0, 1);
        TwoFaces.Stir(model, 2);
        return model;
    }

    [Theory]
    [InlineData(1, 23, 1, 5, "raster")]
    [InlineData(5, 7, 1, 16, "raster")]
    [InlineData(5, 7, 1, 70, "random")]
    [InlineData(3, 4, 3, 33, "random")]
    public void Both_faces_give_the_same_bits(int height, int width, int sub, int hidden, string ordering)
        => TwoFaces.AssertSameBits(Model(Space.Image(height, width, sub, 2), hidden, ordering));

    [Theory]
    [InlineData("raster")]
    [InlineData("random")]
    public void All_states_of_a_tiny_space_sum_to_one(string ordering)
        => Assert.Equal(1, TwoFaces.TotalProbability(Model(Space.Image(1, 11, 1, 2), 9, ordering)), 1e-5);

    [Theory]
    [InlineData("raster", 20)]
    [InlineData("random", 70)]
    public void Gradient_matches_central_differences(string ordering, int hidden)
        => TwoFaces.AssertGradient(Model(Space.Image(3, 5, 1, 2), hidden, ordering));

    [Theory]
    [InlineData("raster")]
    [InlineData("random")]
    public unsafe void Log_likelihood_matches_the_plain_loops_of_the_paper(string ordering)
    {
        var (space, hidden) = (Space.Image(6, 7, 1, 2), 37);
        var model = Model(space, hidden, ordering);
        var walk = model.Predict(1);
        var order = new int[42];
        for (var i = 0; i < order.Length; i++) order[i] = walk.DimensionAt(i);
        Assert.Equal(ordering == "random", !order.SequenceEqual(order.Order()));
        var batch = TwoFaces.RandomBatch(space, 40, 5); // more than one group of examples
        var logs = TwoFaces.Parallel(model, batch);
        for (var e = 0; e < 40; e++)
        {
            var x = new int[42];
            var sum = 0.0;
            for (var d = 0; d < 42; d++)
            {
                x[d] = batch.Symbols.Pointer[TwoFaces.Offset(space, d, e, 40)];
                sum += logs[TwoFaces.Offset(space, d, e, 40)];
            }
            var expected = Naive(x, order, hidden, TwoFaces.Values(model, "input"), TwoFaces.Values(model, "output"),
                TwoFaces.Values(model, "visible_bias"), TwoFaces.Values(model, "hidden_bias"));
            Assert.True(Math.Abs(expected - sum) <= 1e-4 * Math.Abs(expected), $"example {e}: {sum} instead of {expected}");
        }
    }

    [Fact]
    public void Data_with_more_levels_is_refused_with_the_way_out()
    {
        var fault = Assert.Throws<ModelException>(() => new NadeConfig().Build(Space.Image(4, 4, 1, 256), 0, 1));
        Assert.Contains("binarize=threshold", fault.Message, StringComparison.Ordinal);
    }

    static double Naive(int[] x, int[] order, int hidden, float[] w, float[] v, float[] b, float[] c)
    {
        var log = 0.0;
        for (var i = 0; i < order.Length; i++)
        {
            var d = order[i];
            double logit = b[d];
            for (var n = 0; n < hidden; n++)
            {
                double a = c[n];
                for (var k = 0; k < i; k++) a += w[order[k] * hidden + n] * x[order[k]];
                logit += v[d * hidden + n] / (1 + Math.Exp(-a));
            }
            log -= Math.Log(1 + Math.Exp(x[d] == 1 ? -logit : logit));
        }
        return log;
    }
}
