using System.Text;
using Likely.Data;
using Xunit;

namespace Likely.Tests.Data;

public sealed class PnmTests
{
    static byte[] File(string header, params byte[] data) => [.. Encoding.ASCII.GetBytes(header), .. data];

    [Fact]
    public void All_six_kinds_are_read()
    {
        Assert.Equal([255, 0, 0, 255], Pnm.Decode(File("P1\n# note\n2 2\n01\n1 0\n"), "a").Pixels);
        Assert.Equal([0, 128, 255], Pnm.Decode(File("P2 3 1 4\n0 2 4"), "a").Pixels);
        Assert.Equal([1, 2, 3], Pnm.Decode(File("P3 1 1 255 1 2 3"), "a").Pixels);
        Assert.Equal([255, 0, 255, 255, 255, 255, 255, 255, 255, 0], Pnm.Decode(File("P4 10 1\n", 0x40, 0x40), "a").Pixels);
        Assert.Equal([9, 8], Pnm.Decode(File("P5 #x\n1 2\n255\n", 9, 8), "a").Pixels);
        Assert.Equal([255, 128], Pnm.Decode(File("P5 2 1 65535\n", 255, 255, 0x80, 0x80), "a").Pixels);
        var color = Pnm.Decode(File("P6\n1 1\n255\n", 7, 8, 9), "a");
        Assert.Equal((1, 1, 3), (color.Height, color.Width, color.Channels));
        Assert.Equal([7, 8, 9], color.Pixels);
    }

    [Theory]
    [InlineData("P7 1 1 255\n0")]
    [InlineData("P5 99999 99999 255\n0")]
    [InlineData("P5 0 1 255\n0")]
    [InlineData("P5 2 2 255\n0")]
    [InlineData("P2 2 1 3\n4 1")]
    [InlineData("P2 2 1 3\n1")]
    [InlineData("P5 1 1 70000\n00")]
    [InlineData("P1 1 1 2")]
    [InlineData("P5")]
    public void Damaged_files_are_refused_by_name(string file) =>
        Assert.Contains("odd.pgm", Assert.Throws<DataException>(() => Pnm.Decode(File(file), "odd.pgm")).Message);
}
