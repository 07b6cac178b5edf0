using Likely.Coding;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Coding;

/// <summary>Symbols by how often they came: what is coded comes back, also with symbols that are added, and takes little more than their entropy.</summary>
public sealed class AdaptiveCountsTests
{
    [Theory, InlineData(1, 1.0), InlineData(2, 1.0), InlineData(5, 0.2), InlineData(40, 0.9), InlineData(300, 0.5)]
    public void Symbols_come_back_and_take_little_more_than_their_entropy(int symbols, double even)
    {
        var random = new Philox(1, RandomPurpose.Test, Philox.Hash("counts"));
        int[] sequence = [.. Enumerable.Range(0, 20_000).Select(i => random.UniformDouble((ulong)i, 0) < even ? random.Below((ulong)i, 1, symbols) : 0)];
        var (encoder, counts) = (new RangeEncoder(), new AdaptiveCounts(symbols));
        foreach (var symbol in sequence) counts.Encode(encoder, symbol);
        var stream = encoder.Finish();
        var entropy = sequence.GroupBy(symbol => symbol).Sum(group => -group.Count() * Math.Log2(group.Count() / 20_000.0));
        Assert.InRange(8 * stream.Length, entropy - 8 * symbols, 1.02 * entropy + 60 + 12 * symbols);
        var (decoder, again) = (new RangeDecoder(stream), new AdaptiveCounts(symbols));
        Assert.Equal(sequence, sequence.Select(_ => again.Decode(decoder)));
    }

    [Fact]
    public void Symbols_may_be_added_between_two()
    {
        var random = new Philox(2, RandomPurpose.Test, Philox.Hash("counts"));
        var (encoder, counts, coded) = (new RangeEncoder(), new AdaptiveCounts(1, 32), new List<int>());
        for (var i = 0UL; i < 3000; i++)
        {
            if (i % 40 == 0) counts.Add();
            coded.Add(random.Below(i, 0, counts.Count));
            counts.Encode(encoder, coded[^1]);
        }
        var (decoder, again) = (new RangeDecoder(encoder.Finish()), new AdaptiveCounts(1, 32));
        for (var i = 0; i < coded.Count; i++)
        {
            if (i % 40 == 0) again.Add();
            Assert.Equal(coded[i], again.Decode(decoder));
        }
    }

    [Fact]
    public void What_is_always_the_same_takes_next_to_nothing()
    {
        var (encoder, counts) = (new RangeEncoder(), new AdaptiveCounts(52));
        for (var i = 0; i < 50_000; i++) counts.Encode(encoder, 6);
        Assert.InRange(encoder.Finish().Length, 1, 6 + 50_000 * 52 / 65536 / 8 * 2);
    }
}
