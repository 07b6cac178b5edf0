using Likely.Data;
using Likely.Models;
using Likely.Tests.Data;
using Xunit;

namespace Likely.Tests;

public sealed class PatchEncoderTests
{
    static string Folder(Samples samples)
    {
        for (var n = 0; n < 12; n++)
        {
            var picture = n;
            samples.File($"photos/{n:00}.png", Samples.Png(11 + n % 3, 14 + n % 4, 8, 0, false, (y, x, c) => (37 * y + 91 * x * x + 13 * picture * y * x) % 256));
        }
        return Path.Combine(samples.Folder, "photos");
    }

    static readonly DataOptions Whole = DataOptions.Default with { AnySize = true };

    [Theory, InlineData(StatePooling.Maximum, 1, 1), InlineData(StatePooling.Maximum, 3, 2), InlineData(StatePooling.Mean, 2, 3)]
    public void Codes_of_windows_are_pooled_where_their_middles_lie(StatePooling pooling, int regions, int stride)
    {
        using var samples = new Samples();
        var folder = Folder(samples);
        using var windows = Dataset.Open(folder, DataOptions.Parse([new("patches", "4x5")]));
        using var pictures = Dataset.Open(folder, Whole);
        var model = new PcaConfig { Components = 6, Normalize = "contrast" }.Fit(new SplitRows(windows.Train));
        var encoder = new PatchEncoder(model, pooling, regions, stride, threads: 2);
        Assert.Equal(6 * regions * regions, encoder.Width);
        var codes = new float[pictures.All.Count * encoder.Width];
        encoder.Encode(pictures.All, 0, codes);
        for (var item = 0; item < pictures.All.Count; item++)
        {
            var space = pictures.All.SpaceOf(item);
            var symbols = new int[space.Dimensions];
            pictures.All.Read(item, symbols);
            var expected = new List<float>[regions * regions * 6];
            for (var top = 0; top + 4 <= space.Height; top += stride)
                for (var left = 0; left + 5 <= space.Width; left += stride)
                {
                    float[] row = [.. Enumerable.Range(0, 20).Select(d => symbols[(top + d / 5) * space.Width + left + d % 5] / 255f)], code = new float[model.Width];
                    model.Encode(row, 1, code);
                    var region = (int)((top + 2.0) * regions / space.Height) * regions + (int)((left + 2.5) * regions / space.Width);
                    for (var k = 0; k < 6; k++) (expected[region * 6 + k] ??= []).Add(code[k]);
                }
            for (var k = 0; k < encoder.Width; k++)
                Assert.Equal(expected[k] is null ? 0 : pooling == StatePooling.Mean ? expected[k].Average() : expected[k].Max(Math.Abs), codes[item * encoder.Width + k], 1e-5f);
        }
    }

    [Fact]
    public void Pixels_of_windows_stand_for_their_codes_and_what_does_not_fit_is_refused()
    {
        using var samples = new Samples();
        var folder = Folder(samples);
        using var windows = Dataset.Open(folder, DataOptions.Parse([new("patches", "12x5")]));
        using var pictures = Dataset.Open(folder, Whole);
        var model = new KMeansConfig { Clusters = 3 }.Fit(new SplitRows(windows.Train));
        var raw = new PatchEncoder(model, raw: true, regions: 1);
        Assert.Equal(60, raw.Width);
        Assert.Contains("smaller than the model's windows", Assert.Throws<UsageException>(() => raw.Encode(pictures.All, 0, new float[pictures.All.Count * 60])).Message, StringComparison.Ordinal);
        Assert.Throws<UsageException>(() => new PatchEncoder(model, StatePooling.Last));
        Assert.Throws<UsageException>(() => new PatchEncoder(new PcaConfig { Components = 1 }.Fit(Rows.Of(new float[,] { { 1, 2 }, { 3, 5 }, { 4, 1 } }))));
    }
}
