using Likely.Data;
using Xunit;
using Likely.Tensors;

namespace Likely.Tests.Data;

/// <summary>What the dimensions of an array are: the shape says it, or a setting must.</summary>
public sealed class ArrayItemsTests
{
    static (Space Space, int Count, byte[] First, string Notes) Open(string shape, string options = "", bool isIdx = false)
    {
        using var samples = new Samples();
        int[] extents = [.. shape.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
        var content = Enumerable.Range(0, extents.Aggregate((a, b) => a * b)).Select(i => (byte)(i % 251)).ToArray();
        var path = isIdx ? samples.File("a-ubyte", Samples.Idx(content, extents)) : samples.File("a.npy", Samples.Npy("|u1", shape, content));
        using var data = Dataset.Open(path, DataOptions.FromCanonical(options + " validation=0"));
        var first = new byte[data.Space.Dimensions];
        data.All.Read(0, first);
        return (data.Space, data.All.Count, first, string.Join('\n', data.Notes));
    }

    static string Refusal(string shape, string options = "") => Assert.Throws<DataException>(() => Open(shape, options)).Message;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Channels_first_are_seen_where_the_shape_shows_them(bool isIdx)
    {
        Assert.Equal(Space.Image(14, 14, 1, 256), Open("2, 1, 14, 14", "", isIdx).Space);
        Assert.Equal(Space.Image(16, 16, 3, 256), Open("2, 3, 16, 16", "", isIdx).Space);
        Assert.Equal(Space.Image(16, 16, 3, 256), Open("2, 16, 16, 3", "", isIdx).Space);
        Assert.Equal(Space.Image(5, 16, 3, 256), Open("2, 3, 5, 16", "", isIdx).Space);
        Assert.Equal(Space.Image(28, 28, 1, 256), Open("2, 28, 28, 1", "", isIdx).Space);
        Assert.Equal(Space.Image(4, 4, 1, 256), Open("2, 4, 4, 1", "", isIdx).Space);
        Assert.Equal(Space.Image(8, 8, 2, 256), Open("2, 2, 8, 8", "", isIdx).Space);
        // Planes become pixels.
        Assert.Equal([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], Open("2, 3, 2, 2", "", isIdx).First);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], Open("2, 2, 2, 3", "", isIdx).First);
    }

    [Theory]
    [InlineData("2, 3, 3, 3", 3, 3, 3, 3)]
    [InlineData("2, 3, 16, 3", 16, 3, 3, 16)]
    [InlineData("2, 1, 28, 1", 28, 1, 1, 28)]
    [InlineData("2, 1, 2, 3", 2, 3, 1, 2)]
    [InlineData("2, 4, 9, 4", 9, 4, 4, 9)]
    public void What_may_be_read_in_two_ways_is_refused_and_a_setting_resolves_it(string shape, int firstHeight, int firstWidth, int lastHeight, int lastWidth)
    {
        Assert.Contains("say which with axes=NCHW or axes=NHWC", Refusal(shape));
        Assert.Matches("channels?, plane after plane, or .* channels?, side by side in each pixel", Refusal(shape)); // which differ even where both are of one size
        var (first, last) = (Open(shape, "axes=NCHW"), Open(shape, "axes=NHWC"));
        Assert.Equal((firstHeight, firstWidth), (first.Space.Height, first.Space.Width));
        Assert.Equal((lastHeight, lastWidth), (last.Space.Height, last.Space.Width));
        Assert.Equal(Enumerable.Range(0, last.First.Length).Select(i => (byte)i), last.First);
    }

    [Fact]
    public void One_picture_is_not_taken_for_many()
    {
        Assert.Contains("axes=HWC or axes=NHW", Refusal("48, 64, 3"));
        Assert.Equal((Space.Image(48, 64, 3, 256), 1), (Open("48, 64, 3", "axes=HWC").Space, Open("48, 64, 3", "axes=HWC").Count));
        Assert.Equal((Space.Image(64, 3, 1, 256), 48), (Open("48, 64, 3", "axes=NHW").Space, Open("48, 64, 3", "axes=NHW").Count));
        Assert.Equal(Space.Image(4, 5, 3, 256), Open("3, 4, 5", "axes=CHW").Space);
        foreach (var channels in (int[])[3, 4])
        {
            var shape = $"{channels}, 9, 12";
            Assert.Contains($"one picture in colour or {channels} pictures of 9 x 12; say which with axes=CHW or axes=NHW", Refusal(shape));
            Assert.Equal((Space.Image(9, 12, channels, 256), 1), (Open(shape, "axes=CHW").Space, Open(shape, "axes=CHW").Count));
            Assert.Equal((Space.Image(9, 12, 1, 256), channels), (Open(shape, "axes=NHW").Space, Open(shape, "axes=NHW").Count));
            // IDX counts items first.
            Assert.Equal((Space.Image(9, 12, 1, 256), channels), (Open(shape, isIdx: true).Space, Open(shape, isIdx: true).Count));
        }
        foreach (var shape in (string[])["1, 9, 12", "2, 9, 12", "5, 9, 12", "3, 4, 12"]) Assert.Equal(1, Open(shape).Space.Symbols);
        Assert.Equal((Space.Image(9, 8, 1, 256), 1), (Open("9, 8", "axes=HW").Space, Open("9, 8", "axes=HW").Count));
        Assert.Contains("9 rows of 8 values, pictures of 1 x 8", Open("9, 8").Notes);
        Assert.Contains("28 channels", Refusal("2, 28, 28, 1", "axes=NCHW"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rows_become_pictures_of_the_size_asked_for_and_are_never_resampled(bool isIdx)
    {
        var (space, count, first, notes) = Open("3, 12", "size=3x4", isIdx);
        Assert.Equal((Space.Image(3, 4, 1, 256), 3, ""), (space, count, notes));
        Assert.Equal(Enumerable.Range(0, 12).Select(i => (byte)i), first);
        Assert.Equal(Space.Image(3, 4, 1, 256), Open("3, 12, 1", "size=3x4", isIdx).Space);
        Assert.Equal(Space.Image(3, 4, 1, 256), Open("3, 1, 12", "size=3x4", isIdx).Space);
        Assert.Equal([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], Open("3, 12", "size=2x2 axes=NCHW", isIdx).First);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], Open("3, 12", "size=2x2 axes=NHWC", isIdx).First);
        Assert.Equal(Space.Image(1, 16, 1, 256), Open("3, 16", "", isIdx).Space);
        Assert.Contains("size=4x4 makes pictures of them", Open("3, 16", "", isIdx).Notes);
        Assert.Contains("rows of 12 values, which do not make pictures of 3 x 3", Refusal("3, 12", "size=3x3"));
        Assert.Contains("axes=NHWC if the three values of a pixel lie together, axes=NCHW", Refusal("3, 12", "size=2x2"));
        Assert.Contains("size=HxW of each row's picture, axes=NHW or axes=HWC", Refusal("3, 12, 1"));
    }

    [Fact]
    public void Transposing_comes_before_all_else()
    {
        Assert.Equal((Space.Image(3, 2, 1, 256), "0 3 1 4 2 5"), (Open("2, 2, 3", "transpose=true").Space, string.Join(' ', Open("2, 2, 3", "transpose=true").First)));
        Assert.Equal("1 4", string.Join(' ', Open("2, 2, 3", "transpose=true crop=1x2").First));
        Assert.Equal("0 1 2 6 7 8 3 4 5 9 10 11", string.Join(' ', Open("2, 2, 2, 3", "transpose=true").First));
    }
}
