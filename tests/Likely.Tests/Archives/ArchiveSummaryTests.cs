using System.IO.Compression;
using Likely.Data;
using Likely.Models;
using Likely.Tests.Laws;
using Xunit;

namespace Likely.Tests.Archives;

/// <summary>What is said of an archive is what it is: sizes, losses, notes, progress.</summary>
public sealed class ArchiveSummaryTests
{
    readonly LawCase _binary = LawCases.Find("gated-pixelcnn: binary");

    Checkpoint Binary => IdxFiles.Checkpoint(_binary);

    [Fact]
    public void Sizes_before_are_the_files_own_bytes_and_bits_count_what_was_modelled()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["in"]);
        foreach (var (example, i) in _binary.Examples(20).Select((example, i) => (example, i))) Png.Write(folder[$"in/{i:00}.png"], Array.ConvertAll(example, symbol => (byte)(255 * symbol)), 4, 3, 1);
        var packed = IdxFiles.Write(folder["in"], "set", _binary.Space, _binary.Examples(600), []);
        using (var source = File.OpenRead(packed))
        using (var target = new GZipStream(File.Create(packed + ".gz"), CompressionLevel.Optimal)) source.CopyTo(target);
        File.Delete(packed);
        File.WriteAllBytes(folder["in/noise"], [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * i * 31 >> 7))]);
        using var model = new MemoryStream();
        Binary.Save(model);
        var files = new List<ArchivedFile>();
        var made = Archive.Compress(Binary, [folder["in"]], folder["a.lka"], new ArchiveOptions { Embed = model.ToArray(), File = files.Add });
        Assert.Equal(Directory.GetFiles(folder["in"]).Sum(path => new FileInfo(path).Length), made.FileBytes);
        Assert.Equal(made.FileBytes, files.Sum(file => file.FileBytes));
        Assert.Equal((new FileInfo(folder["a.lka"]).Length, model.Length), (made.ArchiveBytes, made.ModelBytes));
        using var archive = ArchiveReader.Open(folder["a.lka"]);
        Assert.Equal(8.0 * archive.ItemBlocks.Bytes / archive.Symbols, made.BitsPerDimension);
        Assert.InRange(made.BitsPerDimension!.Value, 0.1, 1.2);
        // What each file takes adds up to the blocks.
        Assert.Equal(22, files.Count);
        Assert.InRange(files.Sum(file => file.Bytes), archive.ItemBlocks.Bytes + archive.ByteBlocks.Bytes - 16 * (archive.ItemBlocks.Count + archive.ByteBlocks.Count), archive.ItemBlocks.Bytes + archive.ByteBlocks.Bytes + 16);
        Assert.Equal(("in/set-images.idx", 600), (files[^1].Name, files[^1].Items));
        var back = Archive.Decompress(archive, Binary, folder["out"]);
        Assert.Equal(Directory.GetFiles(folder["out/in"]).Sum(path => new FileInfo(path).Length), back.FileBytes);
    }

    [Fact]
    public void An_embedded_model_is_verified_though_nothing_needs_it()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["noise"], [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * i * 31 >> 7))]);
        using var model = new MemoryStream();
        Binary.Save(model);
        Archive.Compress(Binary, [folder["noise"]], folder["a.lka"], new ArchiveOptions { Embed = Checkpoint.WithoutEvidence(model.ToArray(), "model") });
        using (var archive = ArchiveReader.Open(folder["a.lka"])) Assert.Equal(5000, Archive.Verify(archive, null).FileBytes);
        var bytes = File.ReadAllBytes(folder["a.lka"]);
        bytes[ArchiveHeader.Length + 8 + model.Length - 400] ^= 1; // among the last weights
        File.WriteAllBytes(folder["b.lka"], bytes);
        using var damaged = ArchiveReader.Open(folder["b.lka"]);
        Assert.Contains("b.lka", Assert.Throws<ArchiveException>(() => Archive.Verify(damaged, null)).Message, StringComparison.Ordinal);
        Archive.Decompress(damaged, null, folder["out"]);
        Assert.Equal(File.ReadAllBytes(folder["noise"]), File.ReadAllBytes(folder["out/noise"]));
    }

    [Fact]
    public void Notes_come_when_the_outcome_is_known_and_once_for_all_files_alike()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["in"]);
        for (var i = 0; i < 5; i++)
        {
            File.WriteAllBytes(folder[$"in/{i}.jpg"], [0xFF, 0xD8, 0xFF, 0xE0, 1, 2, (byte)i]);
            Png.Write(folder[$"in/{i}.png"], new byte[12], 4, 3, 1);
        }
        var (notes, losses) = (new List<string>(), new List<string>());
        var options = new ArchiveOptions { Note = notes.Add, Loss = losses.Add, File = file => notes.Add(file.Name) };
        using var cancelled = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Archive.Compress(Binary, [folder["in"]], folder["a.lka"], options with { Progress = (_, what) => { if (what == "verifying") cancelled.Cancel(); } }, cancelled.Token));
        Assert.Empty(notes.Concat(losses));
        Archive.Compress(Binary, [folder["in"]], folder["a.lka"], options);
        Assert.Contains("5 files come back with the same pixels in PNG files of other bytes", Assert.Single(losses));
        Assert.Contains("5 files are stored without the model (it is a JPEG picture", Assert.Single(notes, note => note.Contains("files")));
        Assert.Equal(10, notes.Count(note => note.StartsWith("in/", StringComparison.Ordinal)));
    }

    [Fact]
    public void Progress_never_falls_and_ends_with_all()
    {
        using var folder = new TemporaryFolder();
        var model = IdxFiles.Checkpoint(LawCases.Find("gated-pixelcnn: grey mixture"));
        Directory.CreateDirectory(folder["in"]);
        // Longer as pixels than as files, so that there are two passes.
        for (var i = 0; i < 4; i++) Png.Write(folder[$"in/{i}.png"], new byte[90 * (80 + i)], 90, 80 + i, 1);
        var told = new List<double>();
        Archive.Compress(model, [folder["in"]], folder["a.lka"], new ArchiveOptions { Progress = (share, _) => told.Add(share) });
        Assert.True(told.Count > 4 && told[0] < 0.5, string.Join(' ', told));
        Check(told);
        told.Clear();
        using var archive = ArchiveReader.Open(folder["a.lka"]);
        Archive.Decompress(archive, model, folder["out"], new ArchiveOptions { Progress = (share, _) => told.Add(share) });
        Check(told);

        static void Check(List<double> told)
        {
            Assert.Equal(told.Order(), told);
            Assert.True(told[^1] == 1, string.Join(' ', told));
        }
    }
}
