using System.Globalization;
using System.Text.Json;
using Likely.Cli;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>Lines of metrics.jsonl read back exactly, and a resumed run continues them.</summary>
public sealed class MetricsWriterTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("likely-test-").FullName;

    string Target => Path.Combine(_folder, "runs", "metrics.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Numbers_read_back_exactly_whatever_the_culture()
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NegativeSign = "~" } };
        try
        {
            using (var metrics = new MetricsWriter(Target))
            {
                metrics.Write(1, ("train_bits_per_dim", 0.1), ("learning_rate", -1e-300), ("seconds", double.NaN));
                metrics.Write(2, json => json.WriteString("event", "snapshot"));
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
        Assert.Equal(["""{"step":1,"train_bits_per_dim":0.1,"learning_rate":-1E-300,"seconds":null}""", """{"step":2,"event":"snapshot"}"""], File.ReadAllLines(Target));
    }

    [Fact]
    public void A_reader_sees_each_line_while_the_run_goes_on()
    {
        using var metrics = new MetricsWriter(Target);
        metrics.Write(1, ("loss", 2));
        using var reader = new StreamReader(new FileStream(Target, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        Assert.Equal(2, JsonDocument.Parse(reader.ReadLine()!).RootElement.GetProperty("loss").GetInt32());
    }

    [Fact]
    public void A_resumed_run_drops_later_steps_and_goes_on()
    {
        using (var metrics = new MetricsWriter(Target))
            for (var step = 0; step < 5; step++) metrics.Write(step, ("loss", step));
        File.AppendAllText(Target, "{\"note\":\"no step\"}\nnot json\n");

        using (var metrics = new MetricsWriter(Target))
        {
            metrics.TruncateAfterStep(2);
            metrics.Write(3, ("loss", 30));
        }
        Assert.Equal(["""{"step":0,"loss":0}""", """{"step":1,"loss":1}""", """{"step":2,"loss":2}""", """{"note":"no step"}""", """{"step":3,"loss":30}"""],
            File.ReadAllLines(Target));
        Assert.Single(Directory.GetFileSystemEntries(Path.GetDirectoryName(Target)!));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("{\"step\":1}", 0)]
    [InlineData("{\"step\":1}\n", 1)]
    [InlineData("{\"step\":1}\n{\"st", 1)]
    public void A_line_cut_by_a_crash_is_dropped(string content, int kept)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        File.WriteAllText(Target, content);
        using (var metrics = new MetricsWriter(Target)) metrics.Write(2, ("loss", 1));
        Assert.Equal(kept + 1, File.ReadAllLines(Target).Length);
        Assert.EndsWith("{\"step\":2,\"loss\":1}\n", File.ReadAllText(Target));
    }

    [Fact]
    public void A_long_cut_line_is_dropped_whole()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        File.WriteAllText(Target, "{}\n{\"note\":\"" + new string('x', 10_000));
        using (new MetricsWriter(Target)) { }
        Assert.Equal("{}\n", File.ReadAllText(Target));
    }

    [Fact]
    public void Wrong_keys_and_paths_are_refused()
    {
        using (var metrics = new MetricsWriter(Target))
        {
            Assert.Throws<ArgumentException>(() => metrics.Write(1, ("bitsPerDim", 1)));
            Assert.Throws<ArgumentException>(() => metrics.Write(1, ("step", 1)));
            Assert.Throws<ArgumentException>(() => metrics.Write(1, ("", 1)));
        }
        Assert.Empty(File.ReadAllBytes(Target));
        Assert.Throws<UsageException>(() => new MetricsWriter(Path.Combine(Target, "x")));
    }
}
