using System.Text;
using Likely.Models;
using Likely.Tests.Data;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>data show and data save ask the modality, so that they do for text and vectors what they do for pictures.</summary>
[Collection(nameof(CliFolder))]
public sealed class DataKindsTests
{
    [Fact]
    public void Text_is_described_and_saved_as_text()
    {
        using var folder = new Samples();
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 500).Select(i => $"line {i} \u20AC\r\n")));
        File.WriteAllBytes(In(folder, "a.txt"), [0xEF, 0xBB, 0xBF, .. text, 0xFF]);
        var shown = CliRun.Ok($"data show {folder.Folder}/a.txt --set tokens=characters --out {folder.Folder}/items.txt");
        foreach (var line in (string[])["symbols train", "tokens  19 characters and 256 bytes", "excerpt \\ufeffline 0 \u20AC\\r\\nline 1", "simple  uniform 8.0000, frequencies of bytes"]) Assert.Contains(line, shown.Output);
        Assert.Equal("text", (string?)CliRun.Ok($"data show {folder.Folder}/a.txt --out {folder.Folder}/items.txt --force --json").Json["modality"]);
        Assert.Equal("\uFEFFline 0"u8, File.ReadAllBytes(In(folder, "items.txt")).AsSpan(0, 9));
        foreach (var settings in (string[])["items=lines", "items=stream tokens=characters", "items=files"])
        {
            CliRun.Ok($"data save {folder.Folder}/a.txt --split all --set {settings} --out {folder.Folder}/b.txt --force");
            Assert.Equal(File.ReadAllBytes(In(folder, "a.txt")), File.ReadAllBytes(In(folder, "b.txt")));
        }
        var refused = CliRun.Of("data", "save", $"{folder.Folder}/a.txt", "--out", $"{folder.Folder}/a.idx");
        Assert.Equal(2, refused.Code);
        Assert.Contains("promises something else than a text", refused.Error);
    }

    [Fact]
    public void Vectors_are_described_and_saved_as_a_table()
    {
        using var folder = new Samples();
        File.WriteAllBytes(In(folder, "x.npy"), Samples.Npy("<f8", "3, 2", [.. ((double[])[0.5, -1, 2, 3, 4, 1e-3]).SelectMany(BitConverter.GetBytes)]));
        var shown = CliRun.Ok($"data show {folder.Folder}/x.npy --set as=vectors --out {folder.Folder}/x.csv");
        Assert.Contains("values  range -1 to 4", shown.Output);
        CliRun.Ok($"data save {folder.Folder}/x.npy --split all --set as=vectors --out {folder.Folder}/y.csv");
        Assert.Equal("0.5,-1\n2,3\n4,0.001\n", File.ReadAllText(In(folder, "y.csv")));
        var refused = CliRun.Of("train", $"{folder.Folder}/x.npy", "--model", "nade", "--set", "as=vectors", "--steps", "1", "--out", $"{folder.Folder}/m.likely");
        Assert.Equal(2, refused.Code);
        Assert.Contains("no density of symbols takes those", refused.Error);
    }

    [Fact]
    public void A_model_whose_kind_of_data_contradicts_it_is_refused()
    {
        using var folder = new Samples();
        var made = ContinuationTests.Model(Tokens.Bytes);
        var nothing = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var other = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["tokens"] = "characters 61" };
        var empty = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["tokens"] = null! };
        foreach (var (preprocessing, assets, sentence) in (IEnumerable<(string, IReadOnlyDictionary<string, string>, string)>)
            [("as=vectors", made.Assets, "there is no model of vectors"), ("as=text", nothing, "not what its symbols are as bytes"), ("", made.Assets, "a model of images, and what its symbols are as bytes"), ("as=text", empty, "holds nothing as tokens"), ("as=bytes", other, "has 257 tokens and 256 levels"), ("as=sound", made.Assets, "as=sound is not allowed")])
        {
            new Checkpoint(made.Model, [], preprocessing) { Assets = assets }.Save(In(folder, "m.likely"), overwrite: true);
            foreach (var verb in (string[])["sample {0}/m.likely", "complete {0}/m.likely {0}/m.likely", "score {0}/m.likely {0}/m.likely"])
            {
                var run = CliRun.Of([.. string.Format(null, verb, folder.Folder).Split(' '), "--force"]);
                Assert.Equal(2, run.Code);
                Assert.Contains(sentence, run.Error);
            }
        }
    }

    static string In(Samples folder, string name) => Path.Combine(folder.Folder, name);
}
