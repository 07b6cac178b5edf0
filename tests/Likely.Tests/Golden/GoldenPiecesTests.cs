using System.Text;
using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Archives;
using Likely.Tests.Data.Text;
using Likely.Tests.Models;
using Xunit;

namespace Likely.Tests.Golden;

/// <summary>
/// A model keeps its vocabulary, and what a text's pieces are never changes: an archive of texts, with its model inside, restores what was put in and is made again byte
/// for byte. It is made by running this test with LIKELY_GOLDEN=write, and anew only when the order version or the format's version changes.
/// </summary>
public sealed class GoldenPiecesTests
{
    const string Identity = "43dbe67e949e338dbf3658b76769a2484223e64ace135715d134f6b87ce7af7c";

    [Fact]
    public void A_kept_archive_of_pieces_restores_what_was_put_in()
    {
        var path = Path.Combine(PairTokensTests.Folder, "pieces.lka");
        using var folder = new TemporaryFolder();
        // The bytes of all golden cases, and what has no place in a text.
        byte[] bytes = [.. File.ReadLines(Path.Combine(PairTokensTests.Folder, "cases.txt")).SelectMany(line => Convert.FromHexString(line.Split('\t')[0])), .. Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("the other's theatre\n", 60))), 0xE2, 0x82];
        File.WriteAllBytes(folder["note.txt"], bytes);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder["note.txt"], (UnixFileMode)0b110_100_100);
        if (Environment.GetEnvironmentVariable("LIKELY_GOLDEN") == "write" && !File.Exists(path))
        {
            var made = new CharRnnConfig { Hidden = 6, Layers = 1, Context = 8 }.Build(Space.Sequence(8, PairTokensTests.Small.Size), 0, 5);
            TwoFaces.Stir(made, 3);
            var checkpoint = new Checkpoint(made, [], "hold_out=content as=text tokens=vocabulary") { Assets = new SortedDictionary<string, string> { [Checkpoint.Tokens] = PairTokensTests.Small.ToText() } };
            using var file = new MemoryStream();
            checkpoint.Save(file);
            Archive.Compress(checkpoint, [folder["note.txt"]], path, new ArchiveOptions { Embed = file.ToArray() });
        }
        Assert.True(File.Exists(path), $"{path} is missing; run this test once with LIKELY_GOLDEN=write");
        using var archive = ArchiveReader.Open(path);
        var model = archive.EmbeddedModel()!;
        Assert.Equal(Identity, model.Identity());
        Archive.Decompress(archive, Archive.FindModel(archive), folder["out"]);
        Assert.Equal(bytes, File.ReadAllBytes(folder["out/note.txt"]));
        var kept = File.ReadAllBytes(path);
        var embedded = kept.AsSpan(ArchiveHeader.Length + 8, checked((int)archive.EmbeddedBytes)).ToArray();
        Archive.Compress(model, [folder["note.txt"]], folder["again.lka"], new ArchiveOptions { Embed = embedded });
        Assert.Equal(kept, File.ReadAllBytes(folder["again.lka"]));
    }
}
