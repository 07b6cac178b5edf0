using System.Security.Cryptography;
using Likely.Coding;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Coding;

/// <summary>What the coder promises: the identity, lengths near the ideal, short ends, carries, no harm from damage, fixed bytes.</summary>
public class RangeCoderTests
{
    readonly Philox _random = new(11, RandomPurpose.Test);

    [Theory]
    [InlineData(2), InlineData(3), InlineData(5), InlineData(16), InlineData(255), InlineData(256), InlineData(1000), InlineData(4096)]
    public void DecodingGivesBackWhatWasEncoded(int alphabet)
    {
        foreach (var sharpness in new[] { 0, 1, 8, 60 })
        {
            var cumulative = Table(alphabet, sharpness);
            var symbols = Draw(cumulative, 3000, (ulong)sharpness);
            var encoder = new RangeEncoder();
            foreach (var symbol in symbols) encoder.Encode(cumulative, symbol);
            var stream = encoder.Finish();
            var ideal = symbols.Sum(s => 24 - Math.Log2(cumulative[s + 1] - cumulative[s])) / 8;
            Assert.True(stream.Length <= ideal * 1.0005 + 16, $"{stream.Length} bytes, ideal {ideal:F1}, {alphabet} symbols, sharpness {sharpness}");
            Assert.True(stream.Length >= ideal - 9, $"{stream.Length} bytes are fewer than {ideal:F1} can be");
            var decoder = new RangeDecoder(stream);
            foreach (var symbol in symbols) Assert.Equal(symbol, decoder.Decode(cumulative));
        }
    }

    [Fact]
    public void MixedTablesBitsAndPlainBitsRoundTrip()
    {
        var tables = new[] { Table(2, 3), Table(7, 1), Table(256, 20), Table(4096, 2) };
        var encoder = new RangeEncoder();
        for (var pass = 0; pass < 2; pass++)
        {
            var decoder = new RangeDecoder(pass == 0 ? [] : encoder.Finish());
            for (ulong i = 0; i < 20000; i++)
            {
                var table = tables[_random.Below(0, i, 4)];
                var symbol = _random.Below(1, i, table.Length - 1);
                var p = 1 + (uint)_random.Below(2, i, 1 << _random.Below(3, i, 24));
                var bit = _random.Below(4, i, 2) == 1;
                var count = _random.Below(5, i, 25);
                var plain = _random.UInt32(6, i) & ((1u << count) - 1);
                if (pass == 0)
                {
                    encoder.Encode(table, symbol);
                    encoder.EncodeBit(bit, p);
                    encoder.EncodeUniform(plain, count);
                }
                else
                {
                    Assert.Equal(symbol, decoder.Decode(table));
                    Assert.Equal(bit, decoder.DecodeBit(p));
                    Assert.Equal(plain, decoder.DecodeUniform(count));
                }
            }
        }
    }

    [Theory]
    [InlineData(0.5f), InlineData(0.9f), InlineData(0.01f), InlineData(0.0001f), InlineData(0.9999999f)]
    public void BitsStayNearTheirEntropy(float probability)
    {
        const int count = 200_000;
        var p = FrequencyTable.FromProbability(probability);
        var encoder = new RangeEncoder();
        var ideal = 0.0;
        for (ulong i = 0; i < count; i++)
        {
            var bit = _random.Uniform(7, i) < probability;
            encoder.EncodeBit(bit, p);
            ideal -= Math.Log2((bit ? p : FrequencyTable.Total - p) / (double)FrequencyTable.Total) / 8;
        }
        var stream = encoder.Finish();
        Assert.InRange(stream.Length, ideal - 2, ideal * 1.0005 + 2);
        var decoder = new RangeDecoder(stream);
        for (ulong i = 0; i < count; i++) Assert.Equal(_random.Uniform(7, i) < probability, decoder.DecodeBit(p));
    }

    [Theory]
    [InlineData(0, 0), InlineData(1, 1), InlineData(2, 2), InlineData(10, 10), InlineData(20, 20)]
    public void PlainBytesTakeOneByteEach(int count, int expected)
    {
        var encoder = new RangeEncoder();
        for (var i = 0; i < count; i++) encoder.EncodeUniform((uint)_random.Below(40, (ulong)i, 256), 8);
        Assert.Equal(expected, encoder.Finish().Length);
    }

    [Theory]
    [InlineData(0, 0), InlineData(1, 1), InlineData(2, 1), InlineData(10, 2), InlineData(20, 3)]
    public void FlippedCoinsTakeTheBytesTheyFill(int count, int expected)
    {
        var encoder = new RangeEncoder();
        for (var i = 0; i < count; i++) encoder.EncodeBit(i % 2 == 1, FrequencyTable.Total / 2);
        Assert.Equal(expected, encoder.Finish().Length);
    }

    [Fact]
    public void ACertainSymbolCostsNextToNothingAndARareOneTwentyFourBits()
    {
        for (var certain = 0; certain < 256; certain += 51)
        {
            var weights = new float[256];
            weights[certain] = 1;
            var cumulative = new uint[257];
            FrequencyTable.FromProbabilities(weights, cumulative);
            Assert.Equal(FrequencyTable.Total - 255, cumulative[certain + 1] - cumulative[certain]);
            var encoder = new RangeEncoder();
            for (var i = 0; i < 100_000; i++) encoder.Encode(cumulative, i % 50_000 == 7 ? (certain + 1) % 256 : certain);
            var stream = encoder.Finish();
            Assert.InRange(stream.Length, 0, 8); // 2 * 24 bits and 2.2 for all the others
            var decoder = new RangeDecoder(stream);
            for (var i = 0; i < 100_000; i++) Assert.Equal(i % 50_000 == 7 ? (certain + 1) % 256 : certain, decoder.Decode(cumulative));
        }
    }

    [Fact]
    public void CarriesRunBackThroughLongChains()
    {
        // Narrow from below towards 1/2: the written bytes are 7F FF FF ..., until one symbol steps over the boundary or not.
        for (var length = 1; length < 200; length++)
            foreach (var step in new[] { false, true })
            {
                var encoder = new RangeEncoder();
                encoder.EncodeUniform(0x7F, 8);
                for (var i = 0; i < length; i++) encoder.EncodeUniform(0xFFFF, 16);
                for (var i = 0; i < 5; i++) encoder.Encode(step ? FrequencyTable.Total - 1 : 0, 1);
                for (var i = 0; i < 5; i++) encoder.EncodeBit(!step, 3);
                var decoder = new RangeDecoder(encoder.Finish());
                Assert.Equal(0x7Fu, decoder.DecodeUniform(8));
                for (var i = 0; i < length; i++) Assert.Equal(0xFFFFu, decoder.DecodeUniform(16));
                for (var i = 0; i < 5; i++)
                {
                    Assert.Equal(step ? FrequencyTable.Total - 1 : 0, decoder.Target());
                    decoder.Consume(decoder.Target(), 1);
                }
                for (var i = 0; i < 5; i++) Assert.Equal(!step, decoder.DecodeBit(3));
            }
    }

    [Fact]
    public void UnevenIntervalsAtTheTopCarry()
    {
        // Frequencies that are no power of two leave low just below a byte boundary again and again.
        uint[] cumulative = [0, 1, FrequencyTable.Total / 3, FrequencyTable.Total - 1, FrequencyTable.Total];
        for (ulong trial = 0; trial < 300; trial++)
        {
            var encoder = new RangeEncoder();
            for (ulong i = 0; i < 100; i++) encoder.Encode(cumulative, Symbol(trial, i));
            var decoder = new RangeDecoder(encoder.Finish());
            for (ulong i = 0; i < 100; i++) Assert.Equal(Symbol(trial, i), decoder.Decode(cumulative));
        }

        int Symbol(ulong trial, ulong i) => _random.Below(100 + trial, i, 10) switch { 0 => 0, 1 => 1, < 8 => 3, _ => 2 };
    }

    [Fact]
    public void DamagedStreamsOnlyGiveWrongSymbols()
    {
        var cumulative = Table(256, 8);
        var symbols = Draw(cumulative, 500, 99);
        var encoder = new RangeEncoder();
        foreach (var symbol in symbols) encoder.Encode(cumulative, symbol);
        var stream = encoder.Finish();
        for (ulong trial = 0; trial < 400; trial++)
        {
            var damaged = stream[.._random.Below(20, trial, stream.Length + 1)];
            for (ulong i = 0; i < trial % 5; i++)
                if (damaged.Length > 0) damaged[_random.Below(21, trial * 8 + i, damaged.Length)] ^= (byte)(1 + _random.Below(22, trial * 8 + i, 255));
            if (trial % 7 == 0) Array.Fill(damaged, (byte)0xFF);
            var decoder = new RangeDecoder(damaged);
            for (var i = 0; i < 1500; i++)
            {
                Assert.InRange(decoder.Decode(cumulative), 0, 255);
                decoder.DecodeBit(1 + (uint)i * 11000);
                Assert.InRange(decoder.DecodeUniform(5), 0u, 31u);
            }
        }
    }

    [Fact]
    public void AnEncoderStartsANewStreamAfterEachEnd()
    {
        var encoder = new RangeEncoder();
        encoder.EncodeUniform(77, 8);
        var first = encoder.Finish();
        Assert.Empty(encoder.Finish());
        encoder.EncodeUniform(77, 8);
        Assert.Equal(first, encoder.Finish());
    }

    [Fact]
    public void ImpossibleFrequenciesAreRefused()
    {
        var encoder = new RangeEncoder();
        Assert.Throws<ArgumentException>(() => encoder.Encode(5, 0));
        Assert.Throws<ArgumentException>(() => encoder.Encode(5, FrequencyTable.Total));
        Assert.Throws<ArgumentException>(() => encoder.Encode([0, 4, FrequencyTable.Total], 2));
        Assert.Throws<ArgumentException>(() => encoder.Encode([0, 4, FrequencyTable.Total], -1));
        Assert.Throws<ArgumentException>(() => encoder.EncodeBit(true, 0));
        Assert.Throws<ArgumentException>(() => encoder.EncodeBit(true, FrequencyTable.Total));
        Assert.Throws<ArgumentException>(() => encoder.EncodeUniform(4, 2));
        Assert.Throws<ArgumentException>(() => new RangeDecoder([]).Decode([0, 5]));
        Assert.Throws<ArgumentException>(() => new RangeDecoder([]).DecodeBit(0));
        Assert.Throws<ArgumentException>(() => new RangeDecoder([]).DecodeUniform(25));
        Assert.Empty(encoder.Finish());
    }

    [Fact]
    public void GoldenBytesNeverChange() // archives in the world depend on them
    {
        var encoder = new RangeEncoder();
        uint[] cumulative = [0, 10, 1000, 9_000_000, FrequencyTable.Total];
        for (var i = 0; i < 12; i++)
        {
            encoder.Encode(cumulative, i % 4);
            encoder.EncodeBit(i % 3 == 0, 12_345_678);
        }
        encoder.EncodeUniform(0xABCDEF, 24);
        Assert.Equal("0000000018C4357DBBE874EA6F57E863467493", Convert.ToHexString(encoder.Finish()));

        for (ulong i = 0; i < 5000; i++)
        {
            encoder.Encode(cumulative, _random.Below(30, i, 4));
            encoder.EncodeBit(_random.Below(31, i, 9) == 0, 1 + (uint)_random.Below(32, i, 1 << 23));
        }
        var actual = Convert.ToHexString(SHA256.HashData(encoder.Finish()));
        Assert.True("573B0151F30CEC7ADCF1FF9B966EF3D530661EEDAD5D81B7F73FA77435BF3852" == actual, $"computed {actual}");
    }

    uint[] Table(int alphabet, int sharpness)
    {
        var weights = new float[alphabet];
        for (var i = 0; i < alphabet; i++) weights[i] = (float)ExactMath.Exp((_random.Uniform((ulong)alphabet, (ulong)i) - 0.5f) * sharpness);
        var cumulative = new uint[alphabet + 1];
        FrequencyTable.FromProbabilities(weights, cumulative);
        return cumulative;
    }

    int[] Draw(uint[] cumulative, int count, ulong stream)
    {
        var symbols = new int[count];
        for (var i = 0; i < count; i++)
        {
            var index = Array.BinarySearch(cumulative, (uint)_random.Below(1000 + stream, (ulong)i, 1 << 24));
            symbols[i] = index < 0 ? ~index - 1 : index;
        }
        return symbols;
    }
}
