using Likely.Data;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>A label that is given by its name is that label, also where names are numbers.</summary>
[Collection(nameof(CliFolder))]
public sealed class LabelsTests
{
    [Fact]
    public void A_number_is_an_index_only_if_no_label_is_called_by_a_number()
    {
        foreach (var name in (string[])["1", "2", "10", "11"])
        {
            Directory.CreateDirectory($"numbered/{name}");
            for (var i = 0; i < 4; i++) Png.Write($"numbered/{name}/{i}.png", Enumerable.Repeat((byte)(int.Parse(name) * 20 + i), 16).ToArray(), 4, 4, 1);
        }
        CliRun.Ok("train numbered --model gated-pixelcnn --set channels=4 layers=1 kernel=3 conditional=true validation=0 --steps 2 --batch 4 --out numbered.likely --quiet");
        CliRun.Ok("sample numbered.likely --label 2 --count 1 --out two.png --quiet");
        foreach (var label in (string[])["0", "3", "01"])
            Assert.Contains($"--label {label} is unknown; the model's labels are 1, 10, 11, 2", CliRun.Of("sample", "numbered.likely", "--label", label, "--count", "1", "--out", "none.png").Error);
        // Names that are no numbers can be counted.
        CliRun.Ok("train animals --model gated-pixelcnn --set channels=4 layers=1 kernel=3 conditional=true validation=0 --steps 2 --batch 2 --out animals.likely --quiet");
        CliRun.Ok("sample animals.likely --label 1 --count 1 --seed 3 --out counted.png --quiet");
        CliRun.Ok("sample animals.likely --label dog --count 1 --seed 3 --out named.png --quiet");
        Assert.Equal(File.ReadAllBytes("named.png"), File.ReadAllBytes("counted.png"));
    }
}
