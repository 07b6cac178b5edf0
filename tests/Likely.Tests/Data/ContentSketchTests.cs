using Likely.Data;
using Xunit;

namespace Likely.Tests.Data;

public sealed class ContentSketchTests
{
    static Dataset Numbers(Samples samples, string name, int first, int count) =>
        Dataset.Open(samples.File($"{name}-ubyte", Samples.Idx([.. Enumerable.Range(first, count).SelectMany(BitConverter.GetBytes)], count, 2, 2)), new DataOptions { Validation = 0 });

    [Theory]
    [InlineData(100, 100)]
    [InlineData(100, 5000)]
    [InlineData(1023, 50)]
    public void A_small_set_is_known_exactly(int known, int asked)
    {
        using var samples = new Samples();
        using Dataset set = Numbers(samples, "set", 0, known), other = Numbers(samples, "other", known / 2, asked);
        var sketch = ContentSketch.Parse(set.Train.Sketch().ToString())!;
        Assert.True(sketch.IsWhole);
        Assert.Equal((Math.Min(known - known / 2, asked), asked), other.Train.Compare(sketch));
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(40_000)]
    public void Of_a_large_set_an_even_sample_is_known(int known)
    {
        using var samples = new Samples();
        using Dataset set = Numbers(samples, "set", 0, known), half = Numbers(samples, "half", known / 2, known), foreign = Numbers(samples, "foreign", known, known);
        var sketch = ContentSketch.Parse(set.Train.Sketch().ToString())!;
        Assert.InRange(sketch.ToString().Length, 8192, 8192);
        Assert.Equal((1024, 1024), set.All.Compare(sketch));
        var (seen, compared) = half.All.Compare(sketch);
        Assert.InRange(compared, 850, 1200);
        Assert.InRange((double)seen / compared, 0.44, 0.56);
        Assert.Equal(0, foreign.All.Compare(sketch).Seen);
        Assert.Equal(sketch.ToString(), set.Train.Sketch().With(set.Train.Sample(known / 3).Sketch()).ToString());
        var both = set.Train.Sketch().With(foreign.Train.Sketch());
        Assert.Equal(half.All.Compare(both).Compared, half.All.Compare(both).Seen);
    }

    [Fact]
    public void What_is_no_sketch_is_none()
    {
        foreach (var text in (string[])["", "?", "AAAA", "AAAAAAA", new string('A', 8200), new string('A', 1 << 20)]) Assert.Null(ContentSketch.Parse(text));
        Assert.Equal("AAAAAAAA", ContentSketch.Parse("AAAAAAAA")!.ToString());
        Assert.Equal("AAAAAAAA", ContentSketch.Parse("AAAAAAAAAAAAAAAA")!.ToString());
    }
}
