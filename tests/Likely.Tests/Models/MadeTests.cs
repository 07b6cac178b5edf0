using Likely.Models;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Models;

public sealed class MadeTests
{
    static readonly MadeConfig Plain = new() { Hidden = 40 };

    public static TheoryData<string, int, int, int, int, int, bool> Cases => new()
    {
        { "one mask", 30, 1, 1, 1, 23, true },
        { "one mask, no direct connections", 90, 1, 1, 1, 100, false },
        { "three hidden layers", 75, 3, 1, 1, 70, true },
        { "several masks", 50, 2, 3, 1, 70, true },
        { "several orderings", 70, 1, 1, 3, 70, true },
        { "several orderings of a deep one", 40, 2, 1, 2, 66, true },
        { "masks and orderings", 20, 2, 2, 4, 90, true },
        { "one variable", 8, 2, 1, 1, 1, true },
        { "masks and orderings of two variables", 8, 2, 2, 2, 2, true },
    };

    static AutoregressiveModel Model(int dimensions, MadeConfig config, bool stir = true)
    {
        var model = config.Build(Space.Image(1, dimensions, 1, 2), 0, 1);
        if (stir) TwoFaces.Stir(model, 2);
        return model;
    }

    static MadeConfig Config(int hidden, int layers, int masks, int orderings, bool direct)
        => new() { Hidden = hidden, Layers = layers, Masks = masks, Orderings = orderings, Direct = direct, MaskSeed = 5 };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Both_faces_give_the_same_bits(string name, int hidden, int layers, int masks, int orderings, int dimensions, bool direct)
    {
        var model = Model(dimensions, Config(hidden, layers, masks, orderings, direct));
        Assert.True(model.Members == Math.Max(masks, orderings), name);
        TwoFaces.AssertSameBits(model);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void All_states_of_a_tiny_space_sum_to_one(string name, int hidden, int layers, int masks, int orderings, int dimensions, bool direct)
    {
        var model = Model(Math.Min(dimensions, 9), Config(hidden, layers, masks, orderings, direct));
        for (var member = 0; member < model.Members; member++)
            Assert.True(Math.Abs(TwoFaces.TotalProbability(model, member) - 1) < 1e-5, $"{name}: member {member}");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradient_matches_central_differences(string name, int hidden, int layers, int masks, int orderings, int dimensions, bool direct)
    {
        if (dimensions > 2) TwoFaces.AssertGradient(Model(Math.Min(dimensions, 25), Config(Math.Min(hidden, 40), layers, masks, orderings, direct)), step: 2e-3f, kinks: 0.1);
        else Assert.NotNull(name); // so few connections exist that sampling weights finds none
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public unsafe void Log_likelihood_matches_the_plain_loops_of_the_paper(string name, int hidden, int layers, int masks, int orderings, int dimensions, bool direct)
    {
        var config = Config(hidden, layers, masks, orderings, direct);
        var model = Model(dimensions, config);
        var batch = TwoFaces.RandomBatch(model.Space, 5, 3);
        for (var member = 0; member < model.Members; member++)
        {
            var structure = new MadeMember(config, dimensions, null, null, member, direct);
            var logs = TwoFaces.Parallel(model, batch, member);
            for (var e = 0; e < 5; e++)
            {
                var x = new double[dimensions];
                var sum = 0.0;
                for (var d = 0; d < dimensions; d++) (x[d], sum) = (batch.Symbols.Pointer[d * 5 + e], sum + logs[d * 5 + e]);
                var expected = Naive(model, structure, x, layers);
                Assert.True(Math.Abs(expected - sum) <= 1e-4 * Math.Abs(expected), $"{name}, member {member}, example {e}: {sum} instead of {expected}");
            }
        }
    }

    [Fact]
    public void Training_draws_the_same_member_for_every_shard_of_a_step()
    {
        var model = Model(30, new MadeConfig { Hidden = 20, Masks = 4, Orderings = 4 });
        var batch = TwoFaces.RandomBatch(model.Space, 3, 3);
        var members = Enumerable.Range(0, 4).Select(member => TwoFaces.Parallel(model, batch, member)).ToArray();
        var seen = new HashSet<int>();
        for (var step = 0; step < 40; step++)
        {
            var first = Train(step, 0);
            Assert.Equal(first, Train(step, 64));
            seen.Add(Array.FindIndex(members, logs => logs.SequenceEqual(first)));
        }
        Assert.Equal([0, 1, 2, 3], seen.Order());

        unsafe float[] Train(long step, int firstExample)
        {
            var tape = new Tape { Training = true, Address = (9, step, firstExample) };
            var logs = model.LogProbabilities(tape, batch);
            return new ReadOnlySpan<float>(logs.Data, 90).ToArray();
        }
    }

    [Fact]
    public void Changed_weights_reach_every_member()
    {
        var model = Model(20, new MadeConfig { Hidden = 20, Masks = 3, Orderings = 3 });
        var batch = TwoFaces.RandomBatch(model.Space, 3, 3);
        var before = Enumerable.Range(0, 3).Select(member => TwoFaces.Parallel(model, batch, member)).ToArray();
        TwoFaces.Stir(model, 8);
        for (var member = 0; member < 3; member++) Assert.NotEqual(before[member], TwoFaces.Parallel(model, batch, member));
        TwoFaces.AssertSameBits(model);
    }

    [Fact]
    public void Multiply_adds_are_the_connections_that_exist()
    {
        var model = Model(20, Plain with { Direct = true });
        Assert.Equal(model.Parameters.Count - 40 - 20, model.MultiplyAdds);
    }

    [Fact]
    public void Data_with_more_levels_is_refused_with_the_way_out()
        => Assert.Contains("binarize=threshold", Assert.Throws<ModelException>(() => Plain.Build(Space.Image(2, 2, 1, 4), 0, 1)).Message, StringComparison.Ordinal);

    // Masks by eq. 13 and 14 in natural order, sums in double.
    static double Naive(AutoregressiveModel model, MadeMember structure, double[] x, int layers)
    {
        var h = x;
        for (var layer = 0; layer <= layers; layer++)
        {
            var path = layer == layers ? "output" : $"layers.{layer}";
            var sums = Masked(h, TwoFaces.Values(model, $"{path}.weight"), TwoFaces.Values(model, $"{path}.bias"), structure.Masks[layer]);
            if (layer < layers) for (var u = 0; u < sums.Length; u++) sums[u] = Math.Max(0, sums[u]);
            h = sums;
        }
        if (structure.Direct is not null)
        {
            var straight = Masked(x, TwoFaces.Values(model, "direct.weight"), new float[x.Length], structure.Direct);
            for (var d = 0; d < x.Length; d++) h[d] += straight[d];
        }
        var log = 0.0;
        for (var d = 0; d < x.Length; d++) log -= Math.Log(1 + Math.Exp(x[d] == 1 ? -h[d] : h[d]));
        return log;
    }

    static double[] Masked(double[] x, float[] weight, float[] bias, DegreeMask mask)
    {
        var y = new double[bias.Length];
        for (var c = 0; c < y.Length; c++)
        {
            y[c] = bias[c];
            for (var r = 0; r < x.Length; r++)
                if (mask.Natural(0, r, c)) y[c] += x[r] * weight[r * y.Length + c];
        }
        return y;
    }
}
