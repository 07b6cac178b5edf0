using Likely.Data;
using Xunit;

namespace Likely.Tests.Data;

/// <summary>Of the options, those that change what these items show, and no others.</summary>
public sealed class EffectiveOptionsTests
{
    const string Dividing = " validation=0.2 hold_out=content parts=none limit=3 data_seed=4";

    [Theory]
    [InlineData("size=4x6", "")]
    [InlineData("size=6x4", "size=6x4")]
    [InlineData("crop=4x6 size=4x6", "")]
    [InlineData("crop=2x2 size=2x2", "crop=2x2")]
    [InlineData("size=6x4 transpose=true", "transpose=true")]
    [InlineData("gray=true", "")]
    [InlineData("binarize=threshold", "binarize=threshold")]
    [InlineData("levels=16", "levels=16")]
    [InlineData("levels=256", "")]
    [InlineData("axes=NHW", "axes=NHW")]
    [InlineData("range=0:255", "")]
    [InlineData("range=0:300", "")] // bytes cannot fill it: it was said of other arrays
    [InlineData("background=0", "")]
    [InlineData("flip=true", "flip=true")]
    public void Of_grey_bytes_in_an_array(string options, string effects)
    {
        using var samples = new Samples();
        var path = samples.File("a.npy", Samples.Npy("|u1", "5, 4, 6", Samples.RandomBytes(120)));
        using var data = Dataset.Open(path, DataOptions.FromCanonical(options + Dividing));
        Assert.Equal(effects, data.Effects);
    }

    [Theory]
    [InlineData("gray=true axes=NHWC range=0:1 background=255", "gray=true background=255")]
    [InlineData("size=2x2", "size=2x2")]
    public void Of_pictures_in_colour_of_several_sizes(string options, string effects)
    {
        using var samples = new Samples();
        samples.File("a.png", Png.Encode(Samples.RandomBytes(12), 2, 2, 3));
        samples.File("b.png", Png.Encode(Samples.RandomBytes(36, 1), 4, 3, 3));
        using var data = Dataset.Open(samples.Folder, DataOptions.FromCanonical(options + Dividing) with { AnySize = true });
        Assert.Equal(effects, data.Effects);
    }
}
