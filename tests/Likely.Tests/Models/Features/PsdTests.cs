using Likely.Models;
using Likely.Tests.Laws;
using Xunit;

namespace Likely.Tests.Models.Features;

public sealed class PsdTests
{
    static readonly PsdConfig Small = new() { Atoms = 24, Penalty = 0.5, Whitening = "zca", Batch = 50, Iterations = 12, Rate = 0.01 };

    static float[] Encode(FeatureModel model, float[,] values)
    {
        var codes = new float[values.GetLength(0) * model.Width];
        model.Encode([.. values.Cast<float>()], values.GetLength(0), codes);
        return codes;
    }

    [Theory, InlineData("tanh", 1.6), InlineData("shrink", 1.25)]
    public void The_encoder_s_codes_cost_little_more_than_the_best_ones(string encoder, double most)
    {
        var fitting = (Small with { Encoder = encoder }).Fit(Rows.Of(FeatureCase.Values())).Fitting;
        Assert.InRange(fitting["objective"] / fitting["lasso_objective"], 1, most);
        Assert.InRange(fitting["squared_distance_of_codes"], 0, 10);
    }

    [Fact]
    public void Codes_beyond_thresholds_are_sparse_and_training_longer_makes_them_better()
    {
        var values = FeatureCase.Values();
        var config = Small with { Encoder = "shrink" };
        var model = config.Fit(Rows.Of(values));
        var codes = Encode(model, values);
        Assert.InRange(codes.Count(value => value == 0), codes.Length / 5, codes.Length - 1);
        Assert.True(model.Fitting["objective"] < (config with { Iterations = 1 }).Fit(Rows.Of(values)).Fitting["objective"]);
    }

    [Fact]
    public void More_atoms_than_rows_and_rows_of_zeros_are_refused()
    {
        Assert.Contains("atoms=24 is more than there are rows, 4", Assert.Throws<ModelException>(() => Small.Fit(Rows.Of(FeatureCase.Values(4)))).Message, StringComparison.Ordinal);
        Assert.Contains("zeros", Assert.Throws<ModelException>(() => (Small with { Atoms = 2, Whitening = "none" }).Fit(Rows.Of(new float[30, 4]))).Message, StringComparison.Ordinal);
    }
}
