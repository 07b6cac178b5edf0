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
        }
    }

    [Fact]
    public void Equally_likely_values_are_at_least_one()
    {
        foreach (var (value, count) in new[] { (0, 0), (0, -1), (-1, 4), (5, 4) }) Assert.ThrowsAny<ArgumentException>(() => FrequencyTable.Uniform(value, count));
        Assert.Equal(FrequencyTable.Total, FrequencyTable.Uniform(4, 4));
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
    public void OneShareIsThatOfTheTableOrOfNothingKnown()
    {
        float[] weights = [0.5f, 0, 1e-9f, 3, 0.25f];
        var table = Complete(weights);
        var below = 0.0;
        for (var symbol = 0; symbol <= weights.Length; symbol++)
        {
            Assert.Equal(table[symbol], FrequencyTable.Begin(below, (0.5 + 1e-9f + 0.25) + (0.0 + 3), symbol, weights.Length));
            below += symbol < weights.Length ? weights[symbol] : 0;
        }
        Assert.Equal(FrequencyTable.Total / 4, FrequencyTable.Begin(0, 0, 1, 4));
        foreach (var wrong in new[] { double.NaN, -1 }) Assert.Equal(3u, FrequencyTable.Begin(wrong, 1, 3, 256));
        Assert.Equal(FrequencyTable.Total - 253, FrequencyTable.Begin(1.5, 1, 3, 256));
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
        Assert.Throws<ArgumentException>(() => FrequencyTable.FromProbabilities(new float[4], new uint[4]));
    }

    [Fact]
    public void GoldenTablesNeverChange() // archives in the world depend on them
    {
        var all = new List<uint>();
        foreach (var alphabet in new[] { 2, 10, 256, 4096 })
        {
            var logits = new float[alphabet];
            for (var i = 0; i < alphabet; i++) logits[i] = (_random.Uniform(500, (ulong)i) - 0.5f) * 40;
            all.AddRange(Complete([.. logits.Select(l => l * l)]));
        }
        var actual = Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(all))));
        Assert.True("FCF455EEF81C1B8E57A8F915C63C7D653FC835AEBDE6B7A4A51A41041C2CE1BD" == actual, $"computed {actual}");
    }

    static uint[] Complete(float[] weights)
    {
        var cumulative = new uint[weights.Length + 1];
        FrequencyTable.FromProbabilities(weights, cumulative);
        Check(cumulative);
        Assert.Equal(Twin(weights), cumulative);
        return cumulative;
    }

    // The rule of order.md, written out.
    static uint[] Twin(float[] weights)
    {
        double[] clean = [.. weights.Select(weight => weight > 0 ? (double)Math.Min(weight, float.MaxValue) : 0)];
        double even = 0, odd = 0, running = 0;
        for (var i = 0; i < clean.Length; i++)
            if (i % 2 == 0) even += clean[i];
            else odd += clean[i];
        var (sum, free) = (even + odd, (double)(FrequencyTable.Total - (uint)clean.Length));
        var cumulative = new uint[clean.Length + 1];
        for (var i = 0; i < clean.Length; i++)
        {
            cumulative[i] = (uint)i + (uint)(sum > 0 ? running * (free / sum) : i * (free / clean.Length));
            running += clean[i];
        }
        cumulative[^1] = FrequencyTable.Total;
        return cumulative;
    }

    static void Check(uint[] cumulative)
    {
        Assert.Equal(0u, cumulative[0]);
        Assert.Equal(FrequencyTable.Total, cumulative[^1]);
        for (var i = 1; i < cumulative.Length; i++) Assert.True(cumulative[i] > cumulative[i - 1], $"symbol {i - 1} has no frequency");
    }
}
