using Likely.Data;
using Likely.Models;
using Likely.Tests.Laws;
using Xunit;

namespace Likely.Tests.Archives;

/// <summary>Whoever gives a model what it does not take is told before the work.</summary>
public sealed class ArchiveOutlookTests
{
    [Fact]
    public void What_will_mostly_be_bytes_is_told_before_anything_is_done()
    {
        using var folder = new TemporaryFolder();
        var model = IdxFiles.Checkpoint(LawCases.Find("gated-pixelcnn: RGB mixture"));
        File.WriteAllBytes(folder["colour.png"], Png.Encode(new byte[9 * 9 * 3], 9, 9, 3));
        File.WriteAllBytes(folder["grey.png"], Png.Encode([.. Enumerable.Range(0, 900).Select(i => (byte)(i * i))], 30, 30, 1));
        File.WriteAllText(folder["text.txt"], new string('a', 20));
        Assert.Null(Told("colour.png"));
        Assert.Null(Told("colour.png", "text.txt"));
        Assert.Matches("1 of 2 files, [0-9]+ % of all bytes, will be stored without the model, .*grey.png, as it is 30 x 30 x 1, and the model is one of 3 channels", Told("colour.png", "grey.png"));
        Assert.Contains("no picture or array", Told("text.txt"));

        string? Told(params string[] names)
        {
            string? told = null;
            var output = folder["a.lka"];
            Archive.Compress(model, [.. names.Select(name => folder[name])], output, new ArchiveOptions
            {
                Overwrite = true,
                Outlook = line => told = line,
                Progress = (share, _) => Assert.True(share == 0 || told is not null || names is not ["text.txt"]),
            });
            return told;
        }
    }
}
