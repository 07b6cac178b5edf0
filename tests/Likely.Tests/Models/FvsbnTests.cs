using Likely.Models;
using Xunit;
using Likely.Tensors;

namespace Likely.Tests.Models;

public sealed class FvsbnTests
{
    static AutoregressiveModel Model(Space space)
    {
        var model = new FvsbnConfig().Build(space, 0, 1);
        TwoFaces.Stir(model, 2);
        return model;
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(1, 23, 1)]
    [InlineData(10, 13, 1)]
    [InlineData(5, 6, 3)]
    public void Both_faces_give_the_same_bits(int height, int width, int sub) => TwoFaces.AssertSameBits(Model(Space.Image(height, width, sub, 2)));

    [Fact]
    public void All_states_of_a_tiny_space_sum_to_one() => Assert.Equal(1, TwoFaces.TotalProbability(Model(Space.Image(1, 12, 1, 2))), 1e-5);

    [Fact]
    public void Gradient_matches_central_differences() => TwoFaces.AssertGradient(Model(Space.Image(9, 10, 1, 2)));

    [Fact]
    public unsafe void Log_likelihood_matches_the_plain_loops_of_the_paper()
    {
        var model = Model(Space.Image(7, 11, 1, 2));
        var (weight, bias) = (TwoFaces.Values(model, "weight"), TwoFaces.Values(model, "bias"));
        var batch = TwoFaces.RandomBatch(model.Space, 7, 3);
        var logs = TwoFaces.Parallel(model, batch);
        for (var e = 0; e < 7; e++)
            for (var i = 0; i < 77; i++)
            {
                double logit = bias[i];
                for (var j = 0; j < i; j++) logit += weight[j * 77 + i] * batch.Symbols.Pointer[j * 7 + e];
                Assert.Equal(-Math.Log(1 + Math.Exp(batch.Symbols.Pointer[i * 7 + e] == 1 ? -logit : logit)), logs[i * 7 + e], 1e-5);
            }
    }

    [Fact]
    public void Only_connections_from_earlier_variables_exist()
    {
        var model = Model(Space.Image(1, 77, 1, 2));
        Assert.Equal(77 * 76 / 2 + 77, model.Parameters.Count);
        Assert.Equal(77 * 76 / 2, model.MultiplyAdds);
    }

    [Fact]
    public void Data_with_more_levels_is_refused_with_the_way_out()
        => Assert.Contains("binarize=threshold", Assert.Throws<ModelException>(() => Model(Space.Image(4, 4, 3, 256))).Message, StringComparison.Ordinal);
}
