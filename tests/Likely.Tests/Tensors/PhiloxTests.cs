using System.Reflection;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Tensors;

/// <summary>The generator against the published test vectors, its ranges and moments, and the independence of addresses.</summary>
public class PhiloxTests
{
    readonly Philox _random = new(7, RandomPurpose.Test, Philox.Hash("layer.weight"));

    [Theory] // kat_vectors of the authors' Random123 distribution, philox4x32 with 10 rounds
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627E8D5u, 0xE169C58Du, 0xBC57AC4Cu, 0x9B00DBD8u)]
    [InlineData(0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFFu, 0x408F276Du, 0x41C83B0Eu, 0xA20BC7C6u, 0x6D5451FDu)]
    [InlineData(0x243F6A88u, 0x85A308D3u, 0x13198A2Eu, 0x03707344u, 0xA4093822u, 0x299F31D0u, 0xD16CFE09u, 0x94FDCCEBu, 0x5001E420u, 0x24126EA1u)]
    public void MatchesThePublishedVectors(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint a, uint b, uint c, uint d)
    {
        object random = default(Philox);
        Set("_key0", k0);
        Set("_key1", k1);
        Assert.Equal((a, b, c, d), ((Philox)random).Block((ulong)c3 << 32 | c2, (ulong)c1 << 32 | c0));

        void Set(string field, uint value) =>
            typeof(Philox).GetField(field, BindingFlags.NonPublic | BindingFlags.Instance)!.SetValue(random, value);
    }

    [Fact]
    public void AddressesAreIndependent()
    {
        var seen = new HashSet<(uint, uint, uint, uint)>();
        foreach (ulong seed in new[] { 0, 1, 2 })
            foreach (var purpose in new[] { RandomPurpose.Sampling, RandomPurpose.Dropout })
                foreach (var path in new[] { "a.weight", "b.weight" })
                    for (ulong major = 0; major < 3; major++)
                        for (ulong minor = 0; minor < 3; minor++)
                            Assert.True(seen.Add(new Philox(seed, purpose, Philox.Hash(path)).Block(major, minor)));
    }

    [Fact]
    public void UniformAndNormalHaveTheirMoments()
    {
        const int count = 20000;
        double sum = 0, normal = 0, square = 0;
        for (ulong i = 0; i < count; i++)
        {
            var u = _random.Uniform(1, i);
            Assert.InRange(u, 0f, 0.99999994f);
            Assert.InRange(_random.UniformDouble(2, i), 0, 0.9999999999999999);
            var n = _random.Normal(3, i);
            (sum, normal, square) = (sum + u, normal + n, square + n * n);
        }
        Assert.InRange(sum / count, 0.49, 0.51);
        Assert.InRange(normal / count, -0.03, 0.03);
        Assert.InRange(square / count, 0.96, 1.04);
    }

    [Fact]
    public void BelowStaysBelowAndReachesEveryValue()
    {
        var counts = new int[7];
        for (ulong i = 0; i < 7000; i++) counts[_random.Below(0, i, 7)]++;
        Assert.All(counts, n => Assert.InRange(n, 850, 1150));
        Assert.Equal(0, _random.Below(0, 0, 1));
    }

    [Theory]
    [InlineData(0), InlineData(1), InlineData(2), InlineData(100)]
    public void PermutationsHoldEveryNumberOnce(int count)
    {
        var permutation = _random.Permutation(count, 5);
        Assert.Equal(Enumerable.Range(0, count), permutation.Order());
        if (count == 100) Assert.NotEqual(permutation, _random.Permutation(count, 6));
    }

    [Fact]
    public void GoldenNumbersNeverChange() // a change here changes every trained model
    {
        Assert.Equal((474355918u, 3692563848u, 1060180775u, 3661886504u), _random.Block(3, 4));
        Assert.Equal(4594091965603323251L, BitConverter.DoubleToInt64Bits(_random.Normal(1, 2)));
    }
}
