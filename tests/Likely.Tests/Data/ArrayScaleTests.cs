using Likely.Data;
using Xunit;

namespace Likely.Tests.Data;

/// <summary>The scale of arrays: the setting decides, then the model, then the type; what none says is told, and what may be several things refused.</summary>
public sealed class ArrayScaleTests
{
    static (byte[] Symbols, int Levels, string Preprocessing, string Notes) Open(byte[] file, string options = "", int? modelLevels = null)
    {
        using var samples = new Samples();
        using var data = Dataset.Open(samples.File("a.npy", file), DataOptions.FromCanonical(options) with { ModelLevels = modelLevels });
        var symbols = new byte[data.Space.Dimensions];
        data.All.Read(0, symbols);
        return (symbols, data.Space.Levels, data.Preprocessing, string.Join('\n', data.Notes));
    }

    static string Refusal(byte[] file, string options = "", int? modelLevels = null) => Assert.Throws<DataException>(() => Open(file, options, modelLevels)).Message;

    static byte[] Floats(params float[] values) => Samples.Npy("<f4", $"1, 1, {values.Length}", Samples.Floats(values));
    static byte[] Bytes(params byte[] values) => Samples.Npy("|u1", $"1, 1, {values.Length}", values);
    static byte[] Shorts(params ushort[] values) => Samples.Npy("<u2", $"1, 1, {values.Length}", [.. values.SelectMany(BitConverter.GetBytes)]);
    static byte[] Longs(params long[] values) => Samples.Npy("<i8", $"1, 1, {values.Length}", [.. values.SelectMany(BitConverter.GetBytes)]);

    [Fact]
    public void Floats_a_rounding_error_above_1_stay_on_the_scale_to_1()
    {
        var (symbols, levels, preprocessing, notes) = Open(Floats(0, 0.5f, 1.0000001f, -1e-7f));
        Assert.Equal([0, 128, 255, 0], symbols);
        Assert.Equal((256, "range=0:1"), (levels, preprocessing));
        Assert.Contains("has float32 values from -1E-07 to 1.0000001, taken as range=0:1", notes);
        Assert.Single(notes.Split('\n'));
    }

    [Fact]
    public void What_floats_mean_is_found_out_and_told_or_refused_with_what_it_may_be()
    {
        Assert.Equal("range=0:255", Open(Floats(0, 3, 254.6f, 128)).Preprocessing);
        Assert.Equal([0, 3, 255, 128], Open(Floats(0, 3, 254.6f, 128)).Symbols);
        Assert.Equal("range=-1:1", Open(Floats(-1, 0, 0.5f, 1)).Preprocessing);
        Assert.Equal([0, 128, 191, 255], Open(Floats(-1, 0, 0.5f, 1)).Symbols);
        // Digits of 17 greys, pictures normalised to mean 0, a resampling that overshoots: no scale is evident.
        Assert.Contains("from 0 at [0, 0, 0] to 16 at [0, 0, 3], and the type float32 does not say which are black and white; set range=LOW:HIGH, such as range=0:16 or range=0:255", Refusal(Floats(0, 4, 8, 16)));
        Assert.Contains("range=-0.5:2.75", Refusal(Floats(-0.5f, 0, 1, 2.75f)));
        Assert.Contains("range=-1:1 or range=-0.25:1", Refusal(Floats(-0.25f, 0, 1, 0.5f)));
        Assert.Equal([0, 64, 128, 255], Open(Floats(0, 4, 8, 16), "range=0:16").Symbols);
        Assert.Equal("range=0:16", Open(Floats(0, 4, 8, 16), "range=0:16").Preprocessing);
        Assert.Equal("", Open(Floats(0, 4, 8, 16), "range=0:16").Notes);
        // All zeros are black on every scale.
        Assert.Equal(("", 256), (Open(Floats(0, 0)).Preprocessing, Open(Floats(0, 0)).Levels));
    }

    [Fact]
    public void Values_beyond_the_scale_by_half_a_level_are_held_and_others_refused()
    {
        Assert.Equal([0, 255], Open(Floats(-0.0019f, 1.0019f), "range=0:1").Symbols);
        Assert.Contains("has 1.01 at [0, 0, 1], and its scale is range=0:1; set range=LOW:HIGH", Refusal(Floats(0, 1.01f), "range=0:1"));
        Assert.Contains("has -3 at [0, 0, 1]", Refusal(Floats(0, -3, 1, 1), "range=0:1"));
    }

    [Fact]
    public void Whole_numbers_say_their_scale_if_their_type_does()
    {
        Assert.Equal([0, 1, 255], Open(Samples.Npy("<u2", "1, 1, 3", [0, 0, 1, 1, 255, 255])).Symbols);
        Assert.Equal("range=0:65535", Open(Shorts(0, 65535)).Preprocessing);
        Assert.Contains("range=0:255 or range=0:65535", Refusal(Shorts(0, 255)));
        Assert.Contains("range=0:4095 or range=0:65535", Refusal(Shorts(0, 4000)));
        Assert.Equal([0, 255], Open(Shorts(0, 4095), "range=0:4095").Symbols);
        Assert.Equal(("range=0:255", "0 9 200 255"), (Open(Longs(0, 9, 200, 255)).Preprocessing, string.Join(' ', Open(Longs(0, 9, 200, 255)).Symbols)));
        Assert.Contains("range=0:9", Refusal(Longs(0, 9, 4, 3)));
        Assert.Contains("range=0:70000", Refusal(Longs(0, 70000)));
        Assert.Equal([0, 255], Open(Longs(-5, 5), "range=-5:5").Symbols);
        // As pictures of 16 bits: the high byte.
        Assert.Equal([0, 0, 1, 127, 255], Open(Shorts(0, 255, 256, 32767, 65535)).Symbols);
        Assert.Equal([0, 0, 1, 255], Open(Shorts(0, 15, 16, 4095), "range=0:4095").Symbols);
        // Bytes are bytes, also for a model of another scale that they cannot fill.
        Assert.Equal(("", "0 9 200 255"), (Open(Bytes(0, 9, 200, 255)).Preprocessing, string.Join(' ', Open(Bytes(0, 9, 200, 255)).Symbols)));
        Assert.Equal([0, 9, 200, 255], Open(Bytes(0, 9, 200, 255), "range=0:65535", 256).Symbols);
        Assert.Equal([0, 9, 200, 255], Open(Bytes(0, 9, 200, 255), "range=-1:1", 256).Symbols);
        Assert.Contains("has 200 at [0, 0, 2], and its scale is range=0:1; set range=LOW:HIGH to what is black and white, such as range=0:255", Refusal(Bytes(0, 9, 200, 1), "range=0:1", 256));
    }

    [Fact]
    public void Two_levels_because_only_0_and_1_occur_are_a_guess_and_told()
    {
        var (symbols, levels, preprocessing, notes) = Open(Bytes(0, 1, 1, 0));
        Assert.Equal((2, ""), (levels, preprocessing));
        Assert.Equal([0, 1, 1, 0], symbols);
        Assert.Contains("0 and 1 alone, taken as two levels (levels=256", notes);
        Assert.Equal(2, Open(Floats(0, 1)).Levels);
        Assert.Equal((256, ""), (Open(Bytes(0, 1), "levels=256").Levels, Open(Bytes(0, 1), "levels=256").Notes));
        Assert.Equal([0, 1], Open(Bytes(0, 1), "levels=256").Symbols);
        Assert.Equal([0, 255], Open(Floats(0, 1), "levels=256").Symbols);
        // Zeros alone, or ones alone, are not two levels; truth values always are.
        Assert.Equal(256, Open(Bytes(0, 0)).Levels);
        Assert.Equal(2, Open(Samples.Npy("|b1", "1, 1, 2", [0, 0])).Levels);
        // What binarised data were is kept, for a batch that does not show it.
        Assert.Equal("binarize=threshold range=0:1", Open(Bytes(0, 1), "binarize=threshold").Preprocessing);
        Assert.Equal([0, 1], Open(Bytes(0, 1), "binarize=threshold").Symbols);
    }

    [Fact]
    public void The_scale_and_levels_of_a_model_hold_for_what_it_scores()
    {
        // A dark batch is not stretched, and a batch of zeros is not two levels.
        Assert.Equal([0, 1], Open(Bytes(0, 1), "", 256).Symbols);
        Assert.Equal((256, "0 0"), (Open(Bytes(0, 0), "", 256).Levels, string.Join(' ', Open(Bytes(0, 0), "", 256).Symbols)));
        Assert.Equal([0, 1], Open(Floats(0, 1), "range=0:255", 256).Symbols);
        Assert.Contains("all black", Open(Floats(0, 1), "range=0:255", 256).Notes);
        Assert.Equal([0, 26], Open(Floats(0, 0.1f), "range=0:1", 256).Symbols);
        Assert.Equal("", Open(Floats(0, 0.1f), "range=0:1", 256).Notes);
        // Zeros and ones are black and white for a model of 256 levels on that scale; truth values are so by their type.
        Assert.Equal((256, "0 255"), (Open(Floats(0, 1), "range=0:1", 256).Levels, string.Join(' ', Open(Floats(0, 1), "range=0:1", 256).Symbols)));
        Assert.Equal((256, "0 255"), (Open(Samples.Npy("|b1", "1, 1, 2", [0, 1]), "", 256).Levels, string.Join(' ', Open(Samples.Npy("|b1", "1, 1, 2", [0, 1]), "", 256).Symbols)));
        // A model of two levels reads zeros and ones, and tells what to do with anything else.
        Assert.Equal((2, "0 0"), (Open(Bytes(0, 0), "", 2).Levels, string.Join(' ', Open(Bytes(0, 0), "", 2).Symbols)));
        Assert.Equal((2, "1 1"), (Open(Floats(1, 1), "", 2).Levels, string.Join(' ', Open(Floats(1, 1), "", 2).Symbols)));
        Assert.Contains("[0, 0, 1], and the model has two levels; set binarize=threshold", Refusal(Floats(1, 0.5f), "", 2));
        Assert.Contains("has 9 at [0, 0, 1], and the model has two levels, 0 and 1; set binarize=threshold", Refusal(Bytes(0, 9), "", 2));
        Assert.Equal([0, 1], Open(Floats(0.25f, 1), "binarize=threshold", 2).Symbols);
        // A binarising model takes bytes as bytes and says so where that makes all of them black.
        Assert.Contains("set range=0:1 if 1 is white", Open(Bytes(0, 1), "binarize=threshold", 2).Notes);
        Assert.Equal([0, 1], Open(Bytes(0, 1), "binarize=threshold range=0:1", 2).Symbols);
    }

    [Fact]
    public void Levels_and_range_keep_every_grey_apart()
    {
        foreach (var levels in (int[])[2, 3, 4, 10, 16, 17, 32, 64])
        {
            var values = Enumerable.Range(0, levels).Select(v => (float)v).ToArray();
            var file = Samples.Npy("<f4", $"1, 1, {levels}", Samples.Floats(values));
            Assert.Equal(values.Select(v => (byte)v), Open(file, $"levels={levels} range=0:{levels - 1}").Symbols);
        }
    }

    [Fact]
    public void Arrays_that_belong_together_are_on_one_scale()
    {
        using var samples = new Samples();
        var (train, more) = (samples.File("a.npy", Floats(0, 0.25f)), samples.File("b.npy", Floats(0, 1)));
        using var data = Dataset.Open(train, DataOptions.Default);
        using var other = Dataset.Open(more, data.Options);
        Assert.Equal((256, 256), (data.Space.Levels, other.Space.Levels));
    }
}
