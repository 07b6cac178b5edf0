using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Likely.Coding;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Coding;

/// <summary>Every table is exact and complete whatever floats come in, close to them in bits, and the same everywhere.</summary>
public class FrequencyTableTests
{
    readonly Philox _random = new(13, RandomPurpose.Test);

    public static TheoryData<int> Alphabets => [2, 3, 7, 100, 256, 1001, 4096];

    [Theory, MemberData(nameof(Alphabets))]
    public void EverySymbolHasItsShareAtMostAFewMillionthsOfABitTooSmall(int alphabet)
    {
        for (ulong trial = 0; trial < 20; trial++)
        {
            var weights = new float[alphabet];
            for (var i = 0; i < alphabet; i++)
                weights[i] = (float)ExactMath.Exp(_random.Normal(trial, (ulong)i) * (1 + trial)) * (trial % 2 == 0 ? 1 : 1e-9f);
            var cumulative = Complete(weights);
            var sum = weights.Sum(w => (double)w);
            for (var i = 0; i < alphabet; i++)
            {
                if (weights[i] == 0) continue;
                var cost = 24 - Math.Log2(cumulative[i + 1] - cumulative[i]) + Math.Log2(weights[i] / sum);
                Assert.True(cost <= alphabet * 8.7e-8, $"symbol {i} of {alphabet} costs {cost} bits too much");
            }
        }
    }

    [Theory, MemberData(nameof(Alphabets))]
    public void AnyFloatsGiveACompleteTable(int alphabet)
    {
        float[] odd = [float.NaN, -1, 0, -0f, float.Epsilon, 1e-38f, 1, float.MaxValue, float.PositiveInfinity, float.NegativeInfinity];
        for (ulong trial = 0; trial < 200; trial++)
        {
            var weights = new float[alphabet];
            for (var i = 0; i < alphabet; i++) weights[i] = odd[_random.Below(100 + trial, (ulong)i, 1 + (int)(trial % (ulong)odd.Length))];
            Complete(weights);
            var cumulative = new uint[alphabet + 1];
            FrequencyTable.FromLogProbabilities(weights, cumulative);
            Check(cumulative);
        }
    }

    [Fact]
    public void NothingKnownIsUniformAndCertaintyTakesTheRest()
    {
        Assert.Equal(Enumerable.Range(0, 257).Select(i => (uint)i << 16), Complete(new float[256]));
        var one = new float[256];
        one[3] = 1e-30f;
        Assert.Equal(FrequencyTable.Total - 255, Complete(one)[4] - Complete(one)[3]);
        one[200] = float.PositiveInfinity;
        Assert.Equal(FrequencyTable.Total - 255, Complete(one)[201] - Complete(one)[200]);
    }

    [Fact]
    public void LogProbabilitiesGiveTheSameTableAsProbabilities()
    {
        float[] logits = [0, -1, -2.5f, -30, -70, float.NegativeInfinity, float.NaN, 0.5f];
        foreach (var shift in new[] { 0f, 64f, -1024f })
        {
            var cumulative = new uint[9];
            FrequencyTable.FromLogProbabilities([.. logits.Select(l => l + shift)], cumulative);
            var expected = Complete([.. logits.Select(l => float.IsNaN(l) ? 0 : (float)Math.Exp(l))]);
            for (var i = 0; i < 9; i++) Assert.InRange((long)cumulative[i] - expected[i], -2, 2);
        }
    }

    [Theory]
    [InlineData(0.5f, 8388608u), InlineData(0f, 1u), InlineData(1f, 16777215u), InlineData(-3f, 1u), InlineData(7f, 16777215u)]
    [InlineData(1e-9f, 1u), InlineData(0.99999994f, 16777215u), InlineData(float.NaN, 8388608u), InlineData(0.25f, 4194304u)]
    public void AProbabilityOfOneBitIsRoundedInsideItsRange(float probability, uint expected) =>
        Assert.Equal(expected, FrequencyTable.FromProbability(probability));

    [Fact]
    public void SizesThatDoNotFitAreRefused()
    {
        Assert.Throws<ArgumentException>(() => FrequencyTable.FromProbabilities(new float[1], new uint[2]));
        Assert.Throws<ArgumentException>(() => FrequencyTable.FromProbabilities(new float[4097], new uint[4098]));
        Assert.Throws<ArgumentException>(() => FrequencyTable.FromLogProbabilities(new float[4], new uint[4]));
    }

    [Fact]
    public void GoldenTablesNeverChange() // archives in the world depend on them
    {
        var all = new List<uint>();
        foreach (var alphabet in new[] { 2, 10, 256, 4096 })
        {
            var logits = new float[alphabet];
            for (var i = 0; i < alphabet; i++) logits[i] = (_random.Uniform(500, (ulong)i) - 0.5f) * 40;
            var cumulative = new uint[alphabet + 1];
            FrequencyTable.FromLogProbabilities(logits, cumulative);
            all.AddRange(cumulative);
            all.AddRange(Complete([.. logits.Select(l => l * l)]));
        }
        var actual = Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(all))));
        Assert.True("4A143F156393200B4117769B06056A789A36D5ECF845735083B2FC9CE8BED609" == actual, $"computed {actual}");
    }

    static uint[] Complete(float[] weights)
    {
        var cumulative = new uint[weights.Length + 1];
        FrequencyTable.FromProbabilities(weights, cumulative);
        Check(cumulative);
        return cumulative;
    }

    static void Check(uint[] cumulative)
    {
        Assert.Equal(0u, cumulative[0]);
        Assert.Equal(FrequencyTable.Total, cumulative[^1]);
        for (var i = 1; i < cumulative.Length; i++) Assert.True(cumulative[i] > cumulative[i - 1], $"symbol {i - 1} has no frequency");
    }
}
