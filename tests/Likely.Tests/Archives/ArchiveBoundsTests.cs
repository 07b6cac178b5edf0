using System.Diagnostics;
using Likely.Models;
using Likely.Tests.Laws;
using Xunit;

namespace Likely.Tests.Archives;

/// <summary>A few bytes do not stand for endless memory: what an archive claims is bounded before anything is made for it.</summary>
public sealed class ArchiveBoundsTests
{
    readonly LawCase _binary = LawCases.Find("made: binary");

    Checkpoint Binary => IdxFiles.Checkpoint(_binary);

    [Fact]
    public void Deep_names_take_what_they_are_long()
    {
        var deep = string.Concat(Enumerable.Repeat("a/", 2040));
        var archive = Make([.. Enumerable.Range(0, 200).Select(i => ArchiveEntry.OfBytes($"{deep}{i:000}", 0))]);
        Assert.InRange(archive.Length, 100, 130);
        Assert.InRange(Taken(() => ArchiveReader.Open(archive, "deep").Dispose()), 0, 64 << 20);
        // As many as their characters allow, and one more.
        var most = ArchiveDirectory.MostNames / (deep.Length + 6);
        var more = Make([.. Enumerable.Range(0, most + 1).Select(i => ArchiveEntry.OfBytes($"{deep}{i:000000}", 0))]);
        Assert.Contains("characters", Assert.Throws<ArchiveException>(() => ArchiveReader.Open(more, "deeper")).Message);
    }

    [Fact]
    public void More_files_than_an_archive_may_have_are_refused_before_they_are_listed()
    {
        var archive = Make([.. Enumerable.Range(0, ArchiveDirectory.MostEntries + 1).Select(i => ArchiveEntry.OfBytes($"{i:0000000}", 0))]);
        Assert.InRange(archive.Length, 100, 10_000);
        Assert.InRange(Taken(() => Assert.Contains("claims 2097153 files", Assert.Throws<ArchiveException>(() => ArchiveReader.Open(archive, "many")).Message)), 0, 64 << 20);
    }

    [Fact]
    public void Blocks_are_no_more_than_the_file_has_room_for()
    {
        var directory = new ArchiveDirectory([ArchiveEntry.OfBytes("a", 5)], [], [.. Enumerable.Repeat((false, 0), 10_000_000)]);
        var archive = Make(directory);
        Assert.InRange(Taken(() => Assert.Throws<ArchiveException>(() => ArchiveReader.Open(archive, "blocks"))), 0, 64 << 20);
    }

    [UnixFact]
    public void What_lies_beside_an_archive_does_not_stop_its_decompression()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["in"]);
        var path = IdxFiles.Write(folder["in"], "set", _binary.Space, _binary.Examples(9), []);
        Archive.Compress(Binary, [path], folder["a.lka"]);
        File.WriteAllBytes(folder["a.likely"], [.. BitConverter.GetBytes(long.MaxValue), .. "{}"u8]);
        var header = "{\"__metadata__\":{\"format\":\"likely\",\"likely\":\"{\\\"order_version\\\":0,\\\"config\\\":{\\\"model\\\":\\\"made\\\",\\\"hidden\\\":2000000000,\\\"masks\\\":1024},\\\"geometry\\\":[8192,8192,1,2],\\\"classes\\\":[],\\\"preprocessing\\\":\\\"\\\"}\"}}";
        File.WriteAllBytes(folder["b.likely"], [.. BitConverter.GetBytes((long)header.Length), .. System.Text.Encoding.UTF8.GetBytes(header)]);
        using (var process = Process.Start("mkfifo", folder["c.likely"])) process.WaitForExit();
        File.CreateSymbolicLink(folder["d.likely"], folder["d.likely"]);
        Directory.CreateDirectory(folder["e.likely"]);
        File.WriteAllBytes(folder["f.likely"], []);
        Binary.Save(folder["z.likely"], overwrite: false);
        using var archive = ArchiveReader.Open(folder["a.lka"]);
        Assert.InRange(Taken(() => Archive.Decompress(archive, Archive.FindModel(archive), folder["out"])), 0, 64 << 20);
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(folder["out/set-images.idx"]));
    }

    static byte[] Make(List<ArchiveEntry> entries) => Make(new ArchiveDirectory(entries, [], []));

    static byte[] Make(ArchiveDirectory directory)
    {
        var header = ArchiveHeader.Create(new byte[ArchiveHeader.HashLength], null, BytesCode.None);
        return [.. header, .. ArchiveHeader.CreateFooter(header, directory.ToBytes(), new byte[ArchiveHeader.HashLength])];
    }

    static long Taken(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
