using System.Security.Cryptography;
using Likely.Data;
using Xunit;
using Likely.Tensors;

namespace Likely.Tests.Data;

public sealed class StrokesTests
{
    static byte[] Draw(int part, int index)
    {
        var pixels = new byte[Strokes.Side * Strokes.Side];
        Strokes.Draw(part, index, pixels);
        return pixels;
    }

    [Fact]
    public void The_first_images_of_each_part_never_change()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var part = 0; part < 3; part++)
            for (var i = 0; i < 200; i++)
            {
                hash.AppendData(Draw(part, i));
                hash.AppendData([(byte)Strokes.Label(part, i)]);
            }
        Assert.Equal("6268f7ede81763302bd4303927aec08cabd84c3cd8ef03c666149a1d96a62a8a", Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    [Fact]
    public void All_images_are_within_the_frame_and_none_is_drawn_twice()
    {
        var seen = new HashSet<string>();
        var labels = new int[10];
        for (var i = 0; i < 3000; i++)
        {
            var pixels = Draw(i % 3, i / 3);
            labels[Strokes.Label(i % 3, i / 3)]++;
            Assert.True(seen.Add(Convert.ToHexString(SHA256.HashData(pixels))), $"image {i / 3} of part {i % 3} has a twin");
            Assert.InRange(pixels.Count(v => v > 127), 20, 330);
            for (var k = 0; k < Strokes.Side; k++)
                Assert.True(pixels[k] + pixels[k * Strokes.Side] + pixels[27 * Strokes.Side + k] + pixels[k * Strokes.Side + 27] == 0, $"image {i / 3} of part {i % 3} touches the frame");
        }
        Assert.All(labels, count => Assert.InRange(count, 240, 360));
    }

    [Fact]
    public void A_digit_looks_like_others_of_its_kind()
    {
        const int train = 1500, test = 200;
        byte[][] known = [.. Enumerable.Range(0, train).Select(i => Draw(0, i))];
        var right = 0;
        for (var i = 0; i < test; i++)
        {
            var pixels = Draw(2, i);
            int best = 0, least = int.MaxValue;
            for (var k = 0; k < train; k++)
            {
                var distance = 0;
                for (var d = 0; d < pixels.Length && distance < least; d++) distance += (pixels[d] - known[k][d]) * (pixels[d] - known[k][d]);
                if (distance < least) (best, least) = (k, distance);
            }
            if (Strokes.Label(0, best) == Strokes.Label(2, i)) right++;
        }
        Assert.True(right >= 0.9 * test, $"the nearest of {train} images has the right label for only {right} of {test}");
    }

    [Fact]
    public void The_data_set_has_the_stated_splits()
    {
        using var data = Dataset.Open("strokes", new DataOptions { Binarize = Binarization.Threshold });
        Assert.Equal((60_000, 10_000, 10_000), (data.Train.Count, data.Validation.Count, data.Test.Count));
        Assert.Equal(Space.Image(28, 28, 1, 2), data.Space);
        Assert.Equal(10, data.ClassNames.Count);
        var symbols = new byte[784];
        data.Test.Read(9_999, symbols);
        Assert.Equal(Draw(2, 9_999).Select(v => (byte)(v >> 7)), symbols);
        Assert.Equal(Strokes.Label(2, 9_999), data.Test.Label(9_999));
        Assert.Equal("", Dataset.Fetch("strokes"));
    }
}
