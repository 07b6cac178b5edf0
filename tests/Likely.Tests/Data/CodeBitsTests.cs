using Likely.Data;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Data;

/// <summary>Codes that know nothing of a model: what is simple takes few bits, noise no fewer than there are, and no item is impossible.</summary>
public sealed class CodeBitsTests
{
    static readonly Philox _random = new(3, RandomPurpose.Sampling);

    static int[] Noise(Space space, ulong seed) => [.. Enumerable.Range(0, space.Dimensions).Select(i => _random.Below(seed, (ulong)i, space.Levels))];

    [Theory]
    [InlineData(28, 28, 1, 2)]
    [InlineData(28, 28, 1, 256)]
    [InlineData(1, 7, 1, 4)]
    [InlineData(32, 32, 3, 256)]
    [InlineData(1, 1, 3, 256)]
    public void Pictures(int height, int width, int channels, int levels)
    {
        var space = Space.Image(height, width, channels, levels);
        var bits = Math.Log2(levels) * space.Dimensions;
        for (var seed = 0UL; seed < 5; seed++) Assert.True(PictureCode.Bits(Noise(space, seed), space) >= 0.9 * bits);
        foreach (var level in (int[])[0, levels / 2, levels - 1])
        {
            var constant = new int[space.Dimensions];
            Array.Fill(constant, level);
            Assert.InRange(PictureCode.Bits(constant, space), 0, 0.02 * bits + channels * 8 + 60);
        }
        var slope = new int[space.Dimensions];
        for (var i = 0; i < slope.Length; i++) slope[i] = (i / channels % width + i / channels / width) * (levels - 1) / Math.Max(1, width + height - 2);
        Assert.True(double.IsFinite(PictureCode.Bits(slope, space)));
    }

    [Fact]
    public void Every_picture_of_a_small_space_has_its_bits_and_together_they_are_a_code()
    {
        foreach (var space in (Space[])[Space.Image(2, 2, 1, 3), Space.Image(1, 2, 2, 3), Space.Image(3, 3, 1, 2)])
        {
            var (sum, items) = (0.0, (int)Math.Pow(space.Levels, space.Dimensions));
            for (var number = 0; number < items; number++)
            {
                var item = new int[space.Dimensions];
                for (int i = 0, rest = number; i < item.Length; i++, rest /= space.Levels) item[i] = rest % space.Levels;
                sum += Math.Pow(2, -PictureCode.Bits(item, space));
            }
            Assert.InRange(sum, 0.1, 1 + 1e-6);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-1)]
    [InlineData(256)]
    public void Other_symbols_than_black_and_white_are_refused(int symbol)
    {
        foreach (var width in (int[])[2, 21])
            for (var at = 0; at < 2 * width; at++)
            {
                var item = new int[2 * width];
                item[at] = symbol;
                Assert.Throws<ArgumentException>(() => PictureCode.Bits(item, Space.Image(2, width, 1, 2)));
            }
    }

    [Fact]
    public void Neighbours_of_what_is_no_picture_are_not_counted()
    {
        foreach (var (pixels, width, room) in ((int, int, int)[])[(0, 3, 128), (7, 3, 128), (6, 0, 128), (6, 3, 127)])
            Assert.Throws<ArgumentException>(() => Likely.Tensors.Kernels.NeighbourCounts.Count(new int[pixels], width, new int[room]));
    }

    // The same code pixel by pixel.
    [Theory]
    [InlineData(28, 28, 0)]
    [InlineData(28, 28, 1)]
    [InlineData(28, 28, 6)]
    [InlineData(28, 28, 14)]
    [InlineData(5, 1, 0)]
    [InlineData(1, 9, 0)]
    [InlineData(1, 9, 4)]
    [InlineData(7, 3, 0)]
    [InlineData(7, 3, 1)]
    [InlineData(6, 70, 0)]
    [InlineData(6, 70, 2)]
    [InlineData(9, 16, 0)]
    [InlineData(9, 17, 1)]
    [InlineData(5, 32, 0)]
    [InlineData(5, 47, 0)]
    public void Black_and_white_is_told_by_six_neighbours(int height, int width, int blank)
    {
        var space = Space.Image(height, width, 1, 2);
        var item = Array.ConvertAll(Noise(space with { Alphabet = new Alphabet(5, AlphabetScale.Ordinal) }, 4), level => level == 0 ? 1 : 0);
        // A margin of nothing, and a row of it in the middle.
        for (var at = 0; at < item.Length && blank > 0; at++)
            if (at / width is var row && at % width is var column && (Math.Min(row, height - 1 - row) < blank || Math.Min(column, width - 1 - column) < blank || row == height / 2)) item[at] = 0;
        var (counts, bits) = (new Dictionary<(int, int, int, int, int, int), double[]>(), 0.0);
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++)
            {
                int At(int dy, int dx) => y + dy >= 0 && x + dx >= 0 && x + dx < width ? item[(y + dy) * width + x + dx] : 0;
                var context = (At(0, -1), At(0, -2), At(-1, 0), At(-1, -1), At(-1, 1), At(-2, 0));
                if (!counts.TryGetValue(context, out var seen)) counts[context] = seen = [0.4, 0.4];
                bits -= Math.Log2(seen[At(0, 0)] / (seen[0] + seen[1]));
                seen[At(0, 0)]++;
            }
        Assert.Equal(bits, PictureCode.Bits(item, space), 9);
    }

    [Fact]
    public void Bytes()
    {
        byte[] noise = [.. Enumerable.Range(0, 2000).Select(i => (byte)_random.Below(9, (ulong)i, 256))];
        Assert.True(ByteCode.Bits(noise) > 0.99 * 8 * noise.Length);
        Assert.InRange(ByteCode.Bits(new byte[2000]), 0, 100);
        Assert.Equal(0, ByteCode.Bits([]));
        var sum = 0.0;
        for (var number = 0; number < 1 << 16; number++) sum += Math.Pow(2, -ByteCode.Bits([(byte)number, (byte)(number >> 8)]));
        Assert.InRange(sum, 0.99, 1 + 1e-9);
    }

    [Fact]
    public void Whatever_a_kind_of_data_calls_its_code_gives_bits()
    {
        Assert.All(Modality.All.Where(modality => modality.Code is null), modality => Assert.True(double.IsNaN(modality.CodeBits([], default, null))));
        Assert.InRange(Modality.Text.CodeBits([65, 66, 65, 66], Space.Sequence(4, 256), Tokens.Bytes), 8, 32.1);
        var sound = (SampleTokens)Tokens.Parse("samples 8000 mulaw 256");
        Assert.InRange(Modality.Audio.CodeBits(new int[2000], Space.Sequence(2000, 256, AlphabetScale.Ordinal), sound), 1, 8 * 2000);
    }
}
