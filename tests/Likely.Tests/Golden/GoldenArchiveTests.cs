using Likely.Models;
using Likely.Tests.Archives;
using Likely.Tests.Laws;
using Xunit;

namespace Likely.Tests.Golden;

/// <summary>
/// An archive decodes for ever: tiny archives of every registered model, and of every kind of head, each with its model inside, are kept beside
/// this test and must restore what was put in. A new one is made by running this test with LIKELY_GOLDEN=write; an existing
/// one is made anew only when the order version or the format's version changes.
/// </summary>
public sealed class GoldenArchiveTests
{
    const int Count = 20;

    // What an archive's name stands for.
    static readonly Dictionary<string, string> _cases = ModelRegistry.Densities.ToDictionary(config => config.Name, config => LawCases.All.First(c => c.Config.Name == config.Name).Name)
        .Concat(new Dictionary<string, string>
        {
            ["grey-mixture"] = "gated-pixelcnn: grey mixture",
            ["rgb-mixture"] = "gated-pixelcnn: RGB mixture",
            ["rgb-softmax"] = "gated-pixelcnn: RGB of 4 levels",
            ["conditional"] = "gated-pixelcnn: conditional",
            ["embedding"] = "gated-pixelcnn: RGB embedded",
            ["ensemble"] = "made: three orderings",
            ["random-order"] = "nade: random order",
        }).ToDictionary();

    public static TheoryData<string> Names => [.. _cases.Keys];

    [Theory, MemberData(nameof(Names))]
    public void A_kept_archive_restores_what_was_put_in(string name)
    {
        var path = Path.Combine(Folder, $"{name}.lka");
        var law = LawCases.Find(_cases[name]);
        using var folder = new TemporaryFolder();
        var input = IdxFiles.Write(folder.Path, "golden", law.Space, law.Examples(Count), law.Labels(Count));
        File.WriteAllText(folder["note.txt"], "Kept for ever.\n");
        if (!OperatingSystem.IsWindows())
            foreach (var file in (string[])[input, folder["note.txt"]]) File.SetUnixFileMode(file, (UnixFileMode)0b110_100_100); // others are kept, in the second format
        if (Environment.GetEnvironmentVariable("LIKELY_GOLDEN") == "write" && !File.Exists(path))
        {
            var checkpoint = new Checkpoint(law.Build(seed: 20260101), [.. Enumerable.Range(0, law.Classes).Select(i => $"{i}")], "");
            using var model = new MemoryStream();
            checkpoint.Save(model);
            Archive.Compress(checkpoint, [input, folder["note.txt"]], path, new ArchiveOptions { Embed = model.ToArray() });
        }
        Assert.True(File.Exists(path), $"{path} is missing; run this test once with LIKELY_GOLDEN=write");
        using var archive = ArchiveReader.Open(path);
        Assert.Equal(Count, archive.Items);
        Archive.Decompress(archive, Archive.FindModel(archive), folder["out"]);
        Assert.Equal(File.ReadAllBytes(input), File.ReadAllBytes(folder["out/golden-images.idx"]));
        Assert.Equal(File.ReadAllBytes(folder["note.txt"]), File.ReadAllBytes(folder["out/note.txt"]));
        // And the same is made of it today, byte for byte.
        var kept = File.ReadAllBytes(path);
        var embedded = kept.AsSpan(ArchiveHeader.Length + 8, checked((int)archive.EmbeddedBytes)).ToArray();
        Archive.Compress(archive.EmbeddedModel()!, [input, folder["note.txt"]], folder["again.lka"], new ArchiveOptions { Embed = embedded });
        Assert.Equal(kept, File.ReadAllBytes(folder["again.lka"]));
    }

    [Fact]
    public void A_kept_archive_of_a_table_restores_what_was_put_in()
    {
        var path = Path.Combine(Folder, "table.lka");
        using var folder = new TemporaryFolder();
        TableFiles.Write(folder["golden.csv"], 300);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder["golden.csv"], (UnixFileMode)0b110_100_100);
        if (Environment.GetEnvironmentVariable("LIKELY_GOLDEN") == "write" && !File.Exists(path))
        {
            using var model = new MemoryStream();
            var checkpoint = TableFiles.Checkpoint(folder["model.csv"]);
            checkpoint.Save(model);
            Archive.Compress(checkpoint, [folder["golden.csv"]], path, new ArchiveOptions { Embed = model.ToArray() });
        }
        Assert.True(File.Exists(path), $"{path} is missing; run this test once with LIKELY_GOLDEN=write");
        using var archive = ArchiveReader.Open(path);
        Assert.Equal((5, true, true), (archive.FormatVersion, archive.ModelsRows, archive.NeedsModel));
        Archive.Decompress(archive, Archive.FindModel(archive), folder["out"]);
        Assert.Equal(File.ReadAllBytes(folder["golden.csv"]), File.ReadAllBytes(folder["out/golden.csv"]));
        var kept = File.ReadAllBytes(path);
        var embedded = kept.AsSpan(ArchiveHeader.Length + 8, checked((int)archive.EmbeddedBytes)).ToArray();
        Archive.Compress(archive.EmbeddedModel()!, [folder["golden.csv"]], folder["again.lka"], new ArchiveOptions { Embed = embedded });
        Assert.Equal(kept, File.ReadAllBytes(folder["again.lka"]));
    }

    // The files are read where they are kept, so that writing a new one puts it into the tree.
    static string Folder { get; } = Locate();

    static string Locate([System.Runtime.CompilerServices.CallerFilePath] string source = "") => Path.GetDirectoryName(source)!;
}
