using Likely.Data;
using Likely.Tests.Data.Text;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>probe --retrieval, and codes for TensorBoard's projector.</summary>
[Collection(nameof(CliFolder))]
public sealed class RetrievalVerbsTests
{
    public RetrievalVerbsTests()
    {
        if (File.Exists("stories.sgm")) return;
        File.WriteAllBytes("stories.sgm", StorySamples.File([.. Enumerable.Range(0, 60).Select(i => (i < 40 ? "TRAIN" : "TEST", "YES", i % 3 == 0 ? "grain" : i % 3 == 1 ? "crude ship" : "gold",
            $"{(i % 3 == 0 ? "wheat harvest farm" : i % 3 == 1 ? "oil tanker barrel" : "mine ounce gold")} {new string((char)('a' + i % 26), 2 + i / 26)} again and again"))]));
        CliRun.Ok("train stories.sgm --model pca --set counts=tfidf components=3 center=false validation=0 --out stories-lsa.likely --force --quiet");
        CliRun.Ok("train strokes --model kmeans --set clusters=5 limit=200 --out few-kmeans.likely --force --quiet");
    }

    [Fact]
    public void Stories_find_those_with_their_topics()
    {
        var json = CliRun.Ok("probe stories-lsa.likely stories.sgm --retrieval --out curves.html --force --json").Json;
        Assert.Equal((20, 20, "cosine", 3), ((int)json["queries"]!, (int)json["items"]!, (string)json["codes"]!["distance"]!, (int)json["width"]!));
        Assert.InRange((double)json["codes"]!["map"]!, 0.9, 1);
        Assert.InRange((double)json["rows"]!["map"]!, 0.7, 1);
        Assert.InRange((double)json["chance"]!, 0.3, 0.36);
        Assert.Contains("Precision and recall", File.ReadAllText("curves.html"), StringComparison.Ordinal);
        Assert.Equal(40, (int)CliRun.Ok("probe stories-lsa.likely stories.sgm --retrieval --among train --distance euclidean --set validation=0 --out curves.html --force --json").Json["items"]!);
    }

    [Theory]
    [InlineData("probe stories-lsa.likely stories.sgm --retrieval --distance hamming --out c.html", "have no Hamming distance")]
    [InlineData("probe stories-lsa.likely stories.sgm --among train --out c.html", "is for --retrieval")]
    [InlineData("probe stories-lsa.likely stories.sgm --retrieval --penalty l1 --out c.html", "has no part in --retrieval")]
    [InlineData("probe stories-lsa.likely stories.sgm --retrieval --out c.png", "promises something else")]
    public void What_does_not_fit_is_refused(string arguments, string sentence)
    {
        var run = CliRun.Of(arguments.Split(' '));
        Assert.Equal(2, run.Code);
        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_projector_folder_has_codes_names_labels_and_pictures()
    {
        var json = CliRun.Ok("encode few-kmeans.likely strokes --split test --limit 30 --out few.npy --projector shown --force --json").Json;
        Assert.Equal("shown", (string)json["projector"]!);
        var tensors = File.ReadAllLines("shown/tensors.tsv");
        using var codes = Dataset.Open("few.npy", new DataOptions { As = Modality.Vectors });
        var row = new float[5];
        codes.All.ReadValues(7, 0, row);
        Assert.Equal(30, tensors.Length);
        Assert.Equal(row, tensors[7].Split('\t').Select(cell => float.Parse(cell, System.Globalization.CultureInfo.InvariantCulture)));
        var metadata = File.ReadAllLines("shown/metadata.tsv");
        Assert.Equal((31, "name\tlabel"), (metadata.Length, metadata[0]));
        Assert.All(metadata, line => Assert.Equal(2, line.Split('\t').Length));
        var sprite = Png.Decode(File.ReadAllBytes("shown/sprite.png"), "sprite.png");
        Assert.Equal((5 * 28, 6 * 28), (sprite.Height, sprite.Width));
        Assert.Contains("single_image_dim: 28\n    single_image_dim: 28", File.ReadAllText("shown/projector_config.pbtxt"), StringComparison.Ordinal);
        CliRun.Ok("encode stories-lsa.likely stories.sgm --split test --out stories.npy --projector told --force");
        Assert.Equal("stories.sgm#41\tcrude, ship", File.ReadAllLines("told/metadata.tsv")[1]);
        Assert.False(File.Exists("told/sprite.png"));
        Assert.Equal(2, CliRun.Of("encode", "few-kmeans.likely", "strokes", "--split", "test", "--limit", "30", "--out", "other.npy", "--projector", "shown").Code);
        Assert.False(File.Exists("other.npy"));
    }
}
