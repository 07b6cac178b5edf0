using System.Buffers.Binary;
using System.Text;
using Likely.Data;
using Xunit;

namespace Likely.Tests.Data;

/// <summary>What a header claims is said as it claims it, beyond 2^31 as well.</summary>
public sealed class LargeCountsTests
{
    [Theory]
    [InlineData(4294967295, 28, "claims 4294967295 items")]
    [InlineData(0, 28, "claims 0 items")]
    [InlineData(3, 2415919104, "2415919104")]
    public void Of_idx(uint count, uint side, string said)
    {
        var head = new byte[16];
        (head[2], head[3]) = (8, 3);
        foreach (var (value, i) in new[] { count, side, 28u }.Select((value, i) => (value, i))) BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(4 + 4 * i), value);
        Assert.Contains(said, Assert.Throws<DataException>(() => Idx.Parse(head, "a.idx")).Message);
    }

    [Theory]
    [InlineData("P5 4294967295 3 255\n", "3 x 4294967295")]
    [InlineData("P5 123456789012 3 255\n", "3 x 123456789012")]
    [InlineData("P5 3 3 4294967295\n", "4294967295")]
    public void Of_pnm(string head, string said) =>
        Assert.Contains(said, Assert.Throws<DataException>(() => Pnm.Decode([.. Encoding.ASCII.GetBytes(head), .. new byte[100]], "a.pgm")).Message);
}
