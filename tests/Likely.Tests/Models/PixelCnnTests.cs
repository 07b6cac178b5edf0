using Likely.Models;
using Xunit;
using Likely.Tensors;

namespace Likely.Tests.Models;

public sealed class PixelCnnTests
{
    static AutoregressiveModel Model(PixelCnnConfig config, Space space)
    {
        var model = config.Build(space, 0, 1);
        TwoFaces.Stir(model, 2, 0.1f);
        return model;
    }

    [Theory]
    [InlineData(6, 7, 1, 2, "auto", 0)]
    [InlineData(5, 4, 3, 4, "softmax", 0)]
    [InlineData(4, 5, 3, 2, "bernoulli", 0)]
    [InlineData(4, 3, 3, 256, "mixture", 3)]
    [InlineData(4, 3, 1, 256, "mixture", 3)]
    public void Both_faces_give_the_same_bits(int height, int width, int sub, int levels, string head, int components)
        => TwoFaces.AssertSameBits(Model(new PixelCnnConfig { Channels = 6, Layers = 2, HeadChannels = 12, Head = head, Components = Math.Max(1, components) }, Space.Image(height, width, sub, levels)));

    [Theory]
    [InlineData(3, 4, 1, 2)]
    [InlineData(2, 2, 3, 2)]
    [InlineData(1, 2, 3, 4)]
    public void All_states_of_a_tiny_space_sum_to_one(int height, int width, int sub, int levels)
        => Assert.Equal(1, TwoFaces.TotalProbability(Model(new PixelCnnConfig { Channels = 6, Layers = 2, HeadChannels = 9, Head = levels == 2 ? "auto" : "softmax" }, Space.Image(height, width, sub, levels))), 1e-5);

    [Theory]
    [InlineData(1, 2)]
    [InlineData(3, 4)]
    public void Gradient_matches_central_differences(int sub, int levels)
        => TwoFaces.AssertGradient(Model(new PixelCnnConfig { Channels = 6, Layers = 2, HeadChannels = 9 }, Space.Image(5, 6, sub, levels)), samples: 120, step: 1e-3f, kinks: 0.2);

    [Fact]
    public void Blind_spot_of_masked_squares_is_kept_and_gated_pixelcnn_has_none()
    {
        var space = Space.Image(9, 11, 1, 2);
        var (row, column) = (7, 3);
        var square = Influence(Model(new PixelCnnConfig { Channels = 8, Layers = 12, Kernel = 3, HeadChannels = 16 }, space), space, row, column);
        var gated = new GatedPixelCnnConfig { Channels = 8, Layers = 12, Kernel = 3 }.Build(space, 0, 1);
        TwoFaces.Stir(gated, 2, 0.2f);
        var full = Influence(gated, space, row, column);
        for (var i = 0; i < space.Height; i++)
            for (var j = 0; j < space.Width; j++)
            {
                var earlier = i < row || i == row && j < column;
                Assert.True(full[i, j] == earlier, $"gated: pixel {i},{j} {(earlier ? "never influences" : "influences")} {row},{column}");
                // A masked 3x3 path climbs one row for every column it goes right: what lies further right is never seen.
                var visible = earlier && j - column <= row - i;
                Assert.True(square[i, j] == visible, $"square: pixel {i},{j} {(visible ? "never influences" : "influences")} {row},{column}");
            }
    }

    [Fact]
    public void Values_out_of_range_are_refused_by_key()
    {
        Assert.Contains("head_channels=0", Assert.Throws<ModelException>(() => new PixelCnnConfig { HeadChannels = 0 }.Build(Space.Image(4, 4, 1, 2), 0, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("kernel=4", Assert.Throws<ModelException>(() => new PixelCnnConfig { Kernel = 4 }.Build(Space.Image(4, 4, 1, 2), 0, 1)).Message, StringComparison.Ordinal);
    }

    // Which pixels change the log-probability at one position when they change, for any of several images.
    static unsafe bool[,] Influence(AutoregressiveModel model, Space space, int row, int column)
    {
        const int Images = 6;
        var influence = new bool[space.Height, space.Width];
        var batch = TwoFaces.RandomBatch(space, Images, 6);
        var target = (row * space.Width + column) * Images;
        var before = TwoFaces.Parallel(model, batch);
        for (var p = 0; p < space.Positions; p++)
        {
            if (p * Images == target) continue;
            for (var e = 0; e < Images; e++) batch.Symbols.Pointer[p * Images + e] ^= 1;
            var after = TwoFaces.Parallel(model, batch);
            for (var e = 0; e < Images; e++) batch.Symbols.Pointer[p * Images + e] ^= 1;
            for (var e = 0; e < Images; e++)
                if (before[target + e] != after[target + e]) influence[p / space.Width, p % space.Width] = true;
        }
        return influence;
    }

    [Theory]
    [InlineData("softmax", 0, "head=mixture")]
    [InlineData("mixture", 4, "embedding=4")]
    public void Predictions_are_refused_where_nothing_can_be_predicted(string head, int embedding, string hint)
        => Assert.Contains(hint, Assert.Throws<ModelException>(() => new GatedPixelCnnConfig { Head = head, Embedding = embedding, Linear = 5 }.Build(Space.Image(4, 4, 3, 256), 0, 1)).Message, StringComparison.Ordinal);

    [Fact]
    public void With_predictions_a_smooth_picture_is_likely_before_any_training()
    {
        var space = Space.Image(24, 24, 3, 256);
        int[] smooth = [.. Enumerable.Range(0, space.Dimensions).Select(i => 90 + i / 72 + i / 3 % 24 + 20 * (i % 3))];
        double Bits(int linear) => Evaluation.BitsPerDimension(Evaluation.Score(new GatedPixelCnnConfig { Channels = 8, Layers = 2, Head = "mixture", Linear = linear }.Build(space, 0, 1), [smooth], [])[0], space);
        Assert.True(Bits(5) < Bits(0) - 1.5, $"{Bits(5)} and {Bits(0)}");
    }
}
