using Likely.Data;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>A folder of photographs of mixed sizes, from training on windows to archives of whole pictures.</summary>
[Collection(nameof(CliFolder))]
public sealed class PhotographsTests
{
    [Fact]
    public void Photographs_of_mixed_sizes_are_trained_on_scored_completed_and_compressed()
    {
        Directory.CreateDirectory("photos");
        for (var n = 0; n < 10; n++)
        {
            var (height, width) = (20 + n, 40 - n);
            byte[] pixels = [.. Enumerable.Range(0, height * width * 3).Select(i => (byte)(40 * (i % 3) + 3 * (i / 3 % width) + 2 * (i / 3 / width) + i * i * (n + 1) % 5))];
            File.WriteAllBytes($"photos/{n}.ppm", [.. System.Text.Encoding.ASCII.GetBytes($"P6 {width} {height} 255\n"), .. pixels]);
        }
        var run = CliRun.Ok("train photos --model gated-pixelcnn --set patches=8x12 recolor=both flip=true head=mixture channels=4 layers=1 linear=3 --steps 3 --batch 8 --out photos.likely --force");
        Assert.Contains("8 x 12, 3 channels", run.Error);
        Assert.Contains("windows of 8x12", run.Error);
        Assert.Contains("8 x 12", CliRun.Ok("train photos --model gated-pixelcnn --set patches=8x12 channels=4 layers=1 --dry-run").Error + run.Error);
        CliRun.Ok("sample photos.likely --count 2 --out photos-samples.png --quiet --force");

        var scores = CliRun.Ok("score photos.likely photos --split all --out photos.csv --map photos-maps --force");
        Assert.DoesNotContain("patches", scores.Error);
        Assert.Equal(11, File.ReadAllLines("photos.csv").Length);
        Assert.Equal(10, Directory.GetFiles("photos-maps", "*.png").Length);
        // Of its own data only whole pictures that were held out.
        run = CliRun.Ok("score photos.likely photos --json --out photos-part.csv --force --quiet");
        Assert.InRange((int)run.Json["count"]!, 1, 3);
        // Windows, if they are asked for.
        Assert.InRange((int)CliRun.Ok("score photos.likely photos --split all --set patches=10x10 --json --out photos-windows.csv --force --quiet").Json["count"]!, 11, 200);

        CliRun.Ok("complete photos.likely photos/3.ppm --keep top --count 1 --out photos-completions.png --force --quiet");
        var compressed = CliRun.Ok("compress photos.likely photos --stripe 7 --out photos.lka --json --force --quiet");
        Assert.Equal(10, (int)compressed.Json["items"]!);
        CliRun.Ok("decompress photos.lka --model photos.likely --out photos-back --force --quiet");
        for (var n = 0; n < 10; n++) Assert.Equal(File.ReadAllBytes($"photos/{n}.ppm"), File.ReadAllBytes($"photos-back/photos/{n}.ppm"));
        Assert.Contains("3", CliRun.Ok("info photos.lka").Output);
    }

    [Fact]
    public void Pictures_of_mixed_sizes_are_told_of_windows()
    {
        Directory.CreateDirectory("mixed-sizes");
        File.WriteAllBytes("mixed-sizes/a.png", Png.Encode(new byte[9 * 9], 9, 9, 1));
        File.WriteAllBytes("mixed-sizes/b.png", Png.Encode(new byte[10 * 9], 10, 9, 1));
        var run = CliRun.Of("train mixed-sizes --model gated-pixelcnn --steps 1".Split(' '));
        Assert.Equal(2, run.Code);
        Assert.Contains("patches=HxW", run.Error);
    }
}
