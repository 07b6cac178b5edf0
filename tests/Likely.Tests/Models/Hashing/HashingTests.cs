using System.Numerics;
using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Laws;
using Xunit;

namespace Likely.Tests.Models.Hashing;

public sealed class HashingTests
{
    static ulong[] Codes(FeatureModel model, float[,] values)
    {
        var codes = new float[values.GetLength(0) * model.Width];
        model.Encode([.. values.Cast<float>()], values.GetLength(0), codes);
        Assert.All(codes, bit => Assert.True(bit is 0 or 1));
        var packed = new ulong[values.GetLength(0) * BinaryCodes.Words(model.Bits)];
        BinaryCodes.Pack(codes, model.Width, model.Bits, packed);
        return packed;
    }

    // The share of each row's ten nearest rows that are among the ten nearest by codes.
    static double Kept(FeatureModel model, float[,] values)
    {
        var (codes, count, kept) = (Codes(model, values), values.GetLength(0), 0);
        for (var i = 0; i < count; i++)
        {
            var near = Enumerable.Range(0, count).Where(j => j != i).OrderBy(j => Enumerable.Range(0, values.GetLength(1)).Sum(d => Math.Pow(values[i, d] - values[j, d], 2))).Take(10).ToHashSet();
            kept += Enumerable.Range(0, count).Where(j => j != i).OrderBy(j => BitOperations.PopCount(codes[i] ^ codes[j])).ThenBy(j => j).Take(10).Count(near.Contains);
        }
        return kept / (10.0 * count);
    }

    // Directions of less and less variance.
    static float[,] Narrowing(int count)
    {
        var (random, values) = (new Philox(3, RandomPurpose.Test), new float[count, 21]);
        for (var i = 0; i < count; i++)
            for (var d = 0; d < 21; d++) values[i, d] = (float)(random.Normal((ulong)i, (ulong)d) * Math.Pow(0.9, d));
        return values;
    }

    [Theory, InlineData(1), InlineData(64), InlineData(65), InlineData(130)]
    public void Packed_codes_are_the_codes(int bits)
    {
        var codes = Enumerable.Range(0, 3 * bits).Select(i => i * i % 7 < 3 ? 1f : 0f).ToArray();
        var packed = new ulong[3 * BinaryCodes.Words(bits)];
        BinaryCodes.Pack(codes, bits, bits, packed);
        for (var i = 0; i < 3; i++)
        {
            var back = new float[bits];
            BinaryCodes.Unpack(packed.AsSpan(i * BinaryCodes.Words(bits), BinaryCodes.Words(bits)), back);
            Assert.Equal(codes[(i * bits)..((i + 1) * bits)], back);
        }
        Assert.Throws<ArgumentException>(() => BinaryCodes.Pack(codes, bits, bits, packed.AsSpan(1)));
    }

    [Fact]
    public void Random_hyperplanes_part_rows_as_often_as_their_angle_says()
    {
        var model = new LshConfig { Bits = 4096 }.Fit(Rows.Of(new float[,] { { 1, 0 }, { -1, 0 }, { 0, 1 }, { 0, -1 } }));
        var codes = new float[3 * 4096];
        model.Encode([1, 0, 1, 1, -1, 1], 3, codes);
        double Parted(int a, int b) => Enumerable.Range(0, 4096).Count(k => codes[a * 4096 + k] != codes[b * 4096 + k]) / 4096.0;
        Assert.Equal(0.25, Parted(0, 1), 0.03);
        Assert.Equal(0.75, Parted(0, 2), 0.03);
        Assert.Equal(0.5, Parted(1, 2), 0.03);
    }

    [Fact]
    public void Turning_brings_components_nearer_to_corners_and_keeps_more_neighbours_than_chance_directions()
    {
        var all = Narrowing(1400);
        var (values, rows) = (new float[300, 21], Rows.Of(all));
        Array.Copy(all, values, values.Length);
        var (still, turned) = (new ItqConfig { Bits = 12, Iterations = 0 }.Fit(rows), new ItqConfig { Bits = 12 }.Fit(rows));
        Assert.True(turned.Fitting["quantization_error"] < still.Fitting["quantization_error"]);
        Assert.True(Kept(turned, values) > Kept(new LshConfig { Bits = 12 }.Fit(rows), values) + 0.03);
        var atoms = turned.Atoms();
        for (var a = 0; a < 12; a++)
            for (var b = 0; b <= a; b++) Assert.Equal(a == b ? 1 : 0, atoms[a].Zip(atoms[b], (x, y) => (double)x * y).Sum(), 1e-5);
    }

    [Fact]
    public void Waves_along_one_line_halve_it_again_and_again()
    {
        var values = new float[256, 1];
        for (var i = 0; i < 256; i++) values[i, 0] = i;
        var model = new SpectralHashingConfig { Bits = 3 }.Fit(Rows.Of(values));
        var codes = new float[256 * 3];
        model.Encode([.. values.Cast<float>()], 256, codes);
        int Changes(int bit) => Enumerable.Range(1, 255).Count(i => codes[3 * i + bit] != codes[3 * i - 3 + bit]);
        Assert.Equal([1, 2, 3], [Changes(0), Changes(1), Changes(2)]);
        Assert.Equal(128, Enumerable.Range(0, 256).Sum(i => codes[3 * i]), 1);
    }

    [Fact]
    public void Differences_of_bits_come_nearer_to_distances()
    {
        var (values, rows) = (FeatureCase.Values(200), Rows.Of(FeatureCase.Values()));
        var model = new BinaryReconstructiveConfig { Bits = 12, Anchors = 20, Sample = 200, Neighbours = 10, Iterations = 3 }.Fit(rows);
        Assert.True(model.Fitting["objective"] < 0.5 * model.Fitting["objective_before"], $"{model.Fitting["objective_before"]} became {model.Fitting["objective"]}");
        Assert.True(Kept(model, values) > 0.15);
    }

    [Fact]
    public void Neighbours_come_to_differ_in_fewer_bits_than_others()
    {
        var published = new MinimalLossConfig();
        foreach (var length in new[] { 1, published.Length })
        {
            var model = (published with { Bits = 16, Sample = 300, Neighbours = 20, Iterations = 100, Length = length }).Fit(Rows.Of(Narrowing(300)));
            Assert.True(model.Fitting["loss"] < (length == 1 ? 0.6 : 1) * model.Fitting["loss_before"], string.Join(' ', model.Fitting));
            Assert.True(model.Fitting["other_distance"] > 1.5 * model.Fitting["similar_distance"], string.Join(' ', model.Fitting));
        }
    }

    [Fact]
    public void What_cannot_be_is_refused_by_its_key()
    {
        var rows = Rows.Of(FeatureCase.Values(50));
        Assert.Contains("bits=22 is more than the 21 numbers", Assert.Throws<ModelException>(() => new ItqConfig { Bits = 22 }.Fit(rows)).Message, StringComparison.Ordinal);
        Assert.Contains("anchors=51", Assert.Throws<ModelException>(() => new BinaryReconstructiveConfig { Anchors = 51 }.Fit(rows)).Message, StringComparison.Ordinal);
        Assert.Contains("all alike", Assert.Throws<ModelException>(() => new SpectralHashingConfig { Bits = 4 }.Fit(Rows.Of(new float[60, 5]))).Message, StringComparison.Ordinal);
    }
}
