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

    [Fact]
    public void Labels_without_training_items_are_named_where_they_would_be_trained()
    {
        foreach (var name in (string[])["cat", "dog-test-photos", "owl"])
        {
            Directory.CreateDirectory($"held/{name}");
            for (var i = 0; i < 4; i++) Png.Write($"held/{name}/{i}.png", Enumerable.Repeat((byte)(name[0] + i), 16).ToArray(), 4, 4, 1);
        }
        const string Warning = "1 of 3 labels has no training items, so the model learns nothing of it: dog-photos";
        const string Train = "train held --model gated-pixelcnn --set channels=4 layers=1 kernel=3 validation=0 --steps 2 --batch 4";
        Assert.Contains(Warning, CliRun.Ok($"{Train} --set conditional=true --out held.likely").Error);
        Assert.DoesNotContain("no training items", CliRun.Ok($"{Train} --out held-plain.likely").Error);
        CliRun.Ok("sample held.likely --label dog-photos --count 1 --out held.png --quiet");
    }

    [Fact]
    public void Saved_labels_are_the_numbers_they_are_called_by()
    {
        void Check(string name, byte[] labels, byte[] expected)
        {
            File.WriteAllBytes($"{name}.npy", Data.Samples.Npy("|u1", "3, 4, 4", Data.Samples.RandomBytes(48)));
            File.WriteAllBytes($"{name}_labels.npy", labels);
            CliRun.Ok($"data save {name}.npy --split all --out {name}-images.idx --quiet");
            Assert.Equal(expected, File.ReadAllBytes($"{name}-labels.idx"));
        }
        Check("letters", Data.Samples.Npy("|u1", "3,", [26, 1, 26]), [0, 0, 8, 1, 0, 0, 0, 3, 26, 1, 26]);
        Check("large", Data.Samples.Npy("<i2", "3,", [0, 1, 0xFF, 0xFF, 0, 1]), [0, 0, 12, 1, 0, 0, 0, 3, 0, 0, 1, 0, 255, 255, 255, 255, 0, 0, 1, 0]);
        Assert.Contains("labels  2: -1, 256", CliRun.Ok("data show large-images.idx --out large.png").Output);
        CliRun.Ok("data save animals --split all --out animals-images.idx --quiet");
        Assert.Equal([0, 0, 8, 1, 0, 0, 0, 2, 0, 1], File.ReadAllBytes("animals-labels.idx"));
    }

    [Fact]
    public void What_an_array_means_is_told_where_it_is_used_and_the_models_meaning_holds_for_others()
    {
        var values = Enumerable.Range(0, 40 * 16).Select(i => i * 37 % 256 / 255f * 1.0000002f).ToArray();
        File.WriteAllBytes("floats.npy", Data.Samples.Npy("<f4", "40, 4, 4", Data.Samples.Floats(values)));
        File.WriteAllBytes("dark.npy", Data.Samples.Npy("<f4", "2, 4, 4", Data.Samples.Floats([.. values.Take(32).Select(v => v / 10)])));
        File.WriteAllBytes("zeros.npy", Data.Samples.Npy("|u1", "2, 4, 4", new byte[32]));
        const string Guess = "note        'floats.npy' has float32 values from 0 to 1.0000002, taken as range=0:1";
        var show = CliRun.Ok("data show floats.npy --out floats.png");
        Assert.Contains("taken as range=0:1", show.Output);
        Assert.DoesNotContain("taken as", show.Error);
        Assert.Contains(Guess, CliRun.Ok("train floats.npy --model gated-pixelcnn --set channels=4 layers=1 kernel=3 --steps 2 --batch 8 --out floats.likely").Error);
        Assert.Contains("range=0:1", CliRun.Ok("info floats.likely").Output);
        // What the model says is no guess any more.
        Assert.DoesNotContain("taken as", CliRun.Ok("score floats.likely dark.npy --out dark.csv").Error);
        Assert.DoesNotContain("taken as", CliRun.Ok("score floats.likely zeros.npy --out zeros.csv").Error);
        CliRun.Ok("complete floats.likely dark.npy --out dark.png --quiet");
    }
}
