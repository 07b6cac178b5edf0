using Likely.Data;
using Likely.Tests.Laws;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>index and search, of pictures and of rows of numbers, and info and verify of an index.</summary>
[Collection(nameof(CliFolder))]
public sealed class SearchVerbsTests
{
    public SearchVerbsTests()
    {
        if (File.Exists("hashed.lki")) return;
        using (var stream = File.Create("hashed.npy"))
        {
            stream.Write(Npy.Header(400, FeatureCase.Width));
            stream.Write(Npy.Elements([.. FeatureCase.Values(400).Cast<float>()]));
        }
        CliRun.Ok("train hashed.npy --model itq --set as=vectors bits=12 --out hashed.likely --quiet");
        CliRun.Ok("train strokes --model lsh --set limit=300 size=14x14 bits=30 --out strokes-lsh.likely --quiet");
        CliRun.Ok("index strokes-lsh.likely strokes --split test --limit 150 --out strokes.lki --quiet");
        CliRun.Ok("index hashed.likely hashed.npy --out hashed.lki --quiet");
    }

    [Fact]
    public void An_index_says_how_many_codes_of_how_many_bits_it_has()
    {
        var json = CliRun.Ok("index hashed.likely hashed.npy --out again.lki --threads 2 --force --json").Json;
        Assert.Equal((400, 12, "again.lki"), ((int)json["codes"]!, (int)json["bits"]!, (string)json["output"]!));
        Assert.True((double)json["seconds"]! >= 0);
        Assert.Equal([12], json["parts"]!.AsArray().Select(part => (int)part!));
        Assert.Equal(File.ReadAllBytes("hashed.lki"), File.ReadAllBytes("again.lki"));
        var text = CliRun.Ok("info hashed.lki").Output;
        Assert.Contains("direct addressing by 12 bits", text, StringComparison.Ordinal);
        Assert.Contains("addresses   ", text, StringComparison.Ordinal);
        var info = CliRun.Ok("info hashed.lki --json").Json;
        Assert.Equal(400, (int)info["codes"]!);
        using (var index = IndexFile.Open("hashed.lki"))
        {
            int[] lists = [.. Enumerable.Range(0, 400).GroupBy(id => index.Code(id)[0]).Select(group => group.Count())];
            Assert.Equal(new AddressSpread(4096, lists.Length, lists.Sum(own => (double)own * own) / 400, lists.Max()), index.Spread());
            Assert.Equal((lists.Length, lists.Max()), ((int)info["addresses"]!["used"]!, (int)json["addresses"]!["longest_list"]!));
        }
        Assert.Null(CliRun.Ok("info strokes.lki --json").Json["addresses"]);
        Assert.True((bool)CliRun.Ok("verify hashed.lki --json").Json["verified"]!);
    }

    [Fact]
    public void The_items_nearest_to_a_row_are_found_with_their_names_and_distances()
    {
        var json = CliRun.Ok("search hashed.lki hashed.npy --item 7 --top 400 --json").Json;
        var results = json["results"]!.AsArray();
        Assert.Equal(400, results.Count);
        var own = results.Single(found => (int)found!["id"]! == 7)!;
        Assert.Equal((0, "hashed.npy[7]"), ((int)own["distance"]!, (string)own["name"]!));
        var order = results.Select(found => ((int)found!["distance"]!, (int)found["id"]!)).ToArray();
        Assert.Equal(order.Order(), order);
        var near = CliRun.Ok("search hashed.lki hashed.npy --item 7 --radius 2 --json").Json["results"]!.AsArray();
        Assert.Equal(order.Where(found => found.Item1 <= 2).Select(found => found.Item2), near.Select(found => (int)found!["id"]!));
        Assert.Contains("hashed.npy[7]", CliRun.Ok("search hashed.lki hashed.npy --item 7 --top 3").Output, StringComparison.Ordinal);
        Assert.Equal(10, CliRun.Ok("search hashed.lki hashed.npy --top 1 --json").Json["queries"]!.AsArray().Count);
    }

    [Fact]
    public void Pictures_are_found_by_pictures_and_drawn_beside_what_was_asked_for()
    {
        var json = CliRun.Ok("search strokes.lki strokes --split validation --limit 3 --top 5 --out found.png --force --json").Json;
        Assert.Equal((5, 3, "found.png"), (json["results"]!.AsArray().Count, json["queries"]!.AsArray().Count, (string)json["output"]!));
        Assert.InRange(int.Parse((string)json["results"]![0]!["label"]!), 0, 9);
        Assert.Equal(0x89, File.ReadAllBytes("found.png")[0]);
        Assert.Contains("label", CliRun.Ok("search strokes.lki strokes --split test --item 0").Output, StringComparison.Ordinal);
        CliRun.Ok("data save strokes --split test --set limit=1 size=14x14 --out one.idx --force");
        Assert.Equal(10, CliRun.Ok("search strokes.lki one.idx --json").Json["results"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("index rows-pca.likely hashed.npy --out no.lki", "there is no model file")]
    [InlineData("index plain.likely strokes --out no.lki", "makes no codes of bits")]
    [InlineData("index hashed.likely hashed.npy --out no.npy", "promises something else than an index")]
    [InlineData("index hashed.likely hashed.npy --out hashed.lki", "exists")]
    [InlineData("index hashed.likely strokes --out no.lki", "strokes")]
    [InlineData("index hashed.likely hashed.npy --out no.lki --postgres nonsense", "no connection to PostgreSQL")]
    [InlineData("index hashed.likely hashed.npy --out no.lki --postgres Database=x", "names no host")]
    [InlineData("search hashed.likely hashed.npy", "is no index")]
    [InlineData("search none.lki hashed.npy", "there is no index none.lki")]
    [InlineData("search hashed.lki hashed.npy --item 400", "has 400 items")]
    [InlineData("search hashed.lki hashed.npy --out no.png", "is for pictures")]
    [InlineData("search hashed.lki strokes", "strokes")]
    [InlineData("search strokes.lki strokes --item 0 --data hashed.npy --out no.png", "hashed.npy")]
    [InlineData("search hashed.lki hashed.npy --postgres Host=localhost", "has them itself")]
    [InlineData("search hashed.lki hashed.npy --item 3 --limit 2", "give one of the two")]
    [InlineData("search strokes.lki strokes --data strokes", "goes with --out")]
    [InlineData("verify hashed.lki --postgres Host=localhost", "has them itself")]
    [InlineData("score hashed.lki hashed.npy", "an index")]
    public void What_does_not_fit_is_refused_in_one_sentence(string line, string words)
    {
        var run = CliRun.Of(line.Split(' '));
        Assert.Equal(2, run.Code);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("error of the program", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists("no.lki"));
    }

    [Theory]
    [InlineData("cut", 100_000, "verify")]
    [InlineData("stub", 5, "verify")]
    [InlineData("cut", 100_000, "info")]
    [InlineData("forged", 0, "info")]
    public void A_damaged_index_is_called_one(string name, int length, string verb)
    {
        var (path, bytes) = ($"{name}-{verb}.lki", File.ReadAllBytes("hashed.lki"));
        if (length == 0) bytes[6] = 1; // of the header's length
        else bytes = bytes[..Math.Min(length, bytes.Length - 1)];
        File.WriteAllBytes(path, bytes);
        var run = CliRun.Of(verb, path);
        Assert.Equal(2, run.Code);
        Assert.Contains(path, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("archive", run.Error, StringComparison.Ordinal);
    }
}
