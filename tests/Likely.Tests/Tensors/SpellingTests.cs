using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Tensors;

public sealed class SpellingTests
{
    static readonly string[] Names = ["train", "sample", "--minutes", "--out", "head_channels", "gray", "gated-pixelcnn", "size", "mnist", "fashion_mnist"];

    [Theory]
    [InlineData("trian", "train")]
    [InlineData("--minuts", "--minutes")]
    [InlineData("headchannels", "head_channels")]
    [InlineData("head-channels", "head_channels")]
    [InlineData("grey", "gray")]
    [InlineData("Gated-PixelCNN", "gated-pixelcnn")]
    [InlineData("gated", "gated-pixelcnn")]
    [InlineData("fashion-mnist", "fashion_mnist")]
    [InlineData("frobnicate", null)]
    [InlineData("x", null)]
    [InlineData("", null)]
    public void The_nearest_name_is_found_if_it_is_near(string word, string? name)
    {
        Assert.Equal(name, Spelling.Nearest(word, Names));
        Assert.Equal(name is null ? "" : $" (did you mean '{name}'?)", Spelling.Hint(word, Names));
    }
}
