using Likely.Models;
using Xunit;
using Likely.Tensors;

namespace Likely.Tests.Models;

/// <summary>kernel=auto: what a pixel sees follows the picture, and files and identities from before it keep their meaning.</summary>
public sealed class FirstFilterTests
{
    [Theory]
    [InlineData(28, 28, 1, 21)]  // the width that reaches the published figures on MNIST
    [InlineData(32, 32, 3, 17)]  // three inputs at each tap: narrower at the same cost
    [InlineData(8, 8, 1, 7)]
    [InlineData(2, 2, 1, 3)]
    [InlineData(512, 768, 1, 31)]
    [InlineData(1, 784, 1, 31)]
    public void The_first_filter_of_the_default_model_follows_the_picture(int height, int width, int channels, int side)
        => Assert.Equal(side, ((GatedPixelCnnConfig)new GatedPixelCnnConfig().Build(Space.Image(height, width, channels, 2), 0, 1).Config).Kernel);

    [Fact]
    public void An_embedding_or_fewer_channels_narrow_it()
    {
        var picture = Space.Image(28, 28, 1, 2);
        Assert.Equal(7, ((GatedPixelCnnConfig)new GatedPixelCnnConfig { Embedding = 15 }.Fitted(picture)).Kernel);
        Assert.Equal(21, ((PixelCnnConfig)new PixelCnnConfig { Channels = 32 }.Fitted(picture)).Kernel);
        Assert.Equal(17, ((PixelCnnConfig)new PixelCnnConfig().Fitted(picture)).Kernel);
        Assert.Equal(5, ((GatedPixelCnnConfig)new GatedPixelCnnConfig { Channels = 1 }.Fitted(picture)).Kernel);
    }

    [Theory]
    [InlineData("gated-pixelcnn")]
    [InlineData("pixelcnn")]
    public void It_is_written_as_auto_and_stored_as_a_number(string name)
    {
        var config = ModelRegistry.FindDensity(name);
        Assert.Contains(new("kernel", "auto"), ModelRegistry.Keys(config));
        Assert.Equal(config, ModelRegistry.With(ModelRegistry.With(config, [new("kernel", "9")]), [new("kernel", "auto")]));
        Assert.Contains("\"kernel\":21", ModelRegistry.ToJson(ModelRegistry.With(config, [new("channels", "32")]).Build(Space.Image(28, 28, 1, 2), 0, 1).Config), StringComparison.Ordinal);
        Assert.Contains("or auto", Assert.Throws<ModelException>(() => ModelRegistry.With(config, [new("kernel", "wide")])).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("or auto", Assert.Throws<ModelException>(() => ModelRegistry.With(config, [new("channels", "auto")])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gated-pixelcnn")]
    [InlineData("pixelcnn")]
    public void A_file_that_leaves_the_key_out_means_the_published_width_and_so_does_an_identity(string name)
    {
        Assert.Contains(new("kernel", "7"), ModelRegistry.Keys(ModelRegistry.FromJson($$"""{"model":"{{name}}"}""")));
        Assert.Equal($$"""{"model":"{{name}}"}""", ModelRegistry.ToShortJson(ModelRegistry.With(ModelRegistry.FindDensity(name), [new("kernel", "7")])));
    }

    [Fact]
    public void What_a_pixel_sees_is_what_can_change_its_distribution()
    {
        var model = new GatedPixelCnnConfig { Channels = 4, Layers = 3, Kernel = 5 }.Build(Space.Image(9, 9, 1, 2), 0, 1);
        Assert.Equal((4, 4), model.FieldOfView);
        Assert.Equal((4, 4), new PixelCnnConfig { Channels = 4, Layers = 2, Kernel = 5 }.Build(Space.Image(9, 9, 1, 2), 0, 1).FieldOfView);
        Assert.Null(new NadeConfig().Build(Space.Image(9, 9, 1, 2), 0, 1).FieldOfView);
    }
}
