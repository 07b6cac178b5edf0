using System.Net.Sockets;
using Likely.Data;
using Likely.Files;
using Likely.Models;
using Xunit;

namespace Likely.Tests.Files;

/// <summary>What the system says a name leads to, and that only regular files are opened.</summary>
public sealed class FileStatusTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("likely-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [UnixFact]
    public void Types_are_told_with_and_without_the_runtimes_library()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(In("socket")));
        File.WriteAllText(In("full"), "x");
        File.WriteAllText(In("empty"), "");
        foreach (var (name, type) in ((string, FileType)[])[(In("full"), FileType.Regular), (In("empty"), FileType.Regular), (_folder, FileType.Folder), (Pipe("pipe"), FileType.Pipe),
            (In("socket"), FileType.Socket), ("/dev/null", FileType.CharacterDevice), (In("nothing"), FileType.Missing), (Link("broken", "nowhere"), FileType.BrokenLink), (Link("link", "pipe"), FileType.Pipe)])
        {
            Assert.Equal(type, FileStatus.Of(name).Type);
            Assert.Equal(type, FileStatus.Managed(name).Type);
        }
        Assert.Equal(FileType.LinkLoop, FileStatus.Of(Link("loop", "loop")).Type);
        Assert.Equal(FileType.Regular, FileStatus.Of("/proc/self/status") is { Type: not FileType.Missing } status ? status.Type : FileType.Regular);
        socket.Dispose();
    }

    [UnixFact]
    public void One_file_by_several_names_is_one()
    {
        var path = In("file");
        File.WriteAllText(path, "x");
        File.WriteAllText(In("other"), "x");
        var hard = In("hard");
        Assert.True(SmallDiskFactAttribute.Run("ln", path, hard));
        foreach (var same in (string[])[path, hard, Link("link", "file"), Path.Combine(_folder, "..", Path.GetFileName(_folder), "file")]) Assert.True(FileStatus.AreSame(path, same), same);
        Assert.False(FileStatus.AreSame(path, In("other")));
        Assert.False(FileStatus.AreSame(path, In("missing")));
        Directory.CreateSymbolicLink(In("way"), _folder);
        Assert.True(FileStatus.AreSame(In("missing"), Path.Combine(_folder, "way", "missing")));
        Assert.NotEqual(0, FileStatus.Of(path).Changed);
    }

    [UnixFact]
    public void Every_reader_refuses_what_is_no_regular_file_and_does_not_wait()
    {
        foreach (var path in (string[])[Pipe("pipe"), Link("link", "pipe"), "/dev/zero"])
        {
            Assert.Throws<IOException>(() => RegularFile.OpenRead(path));
            Assert.Throws<IOException>(() => RegularFile.OpenHandle(path));
            Assert.Throws<IOException>(() => RegularFile.ReadAllBytes(path));
            Assert.Throws<SafetensorsException>(() => Safetensors.Read(path));
            Assert.Throws<SafetensorsException>(() => Checkpoint.Load(path));
            Assert.Throws<UsageException>(() => ArchiveReader.Open(path));
            Assert.Throws<DataException>(() => PixelFile.Open(path, exact: true));
            Assert.Throws<DataException>(() => Png.Read(path));
            Assert.Throws<DataException>(() => Image.Load(path));
            Assert.Throws<DataException>(() => Dataset.Open(path, new DataOptions()));
        }
        foreach (var name in (string[])["a.png", "a.jpg", "a.npy", "a-images-idx3-ubyte", "a.bin", "a.idx.gz", "a.pgm"])
            Assert.Throws<DataException>(() => Dataset.Open(Pipe(name), new DataOptions()));
        Assert.Contains("pipe", Assert.Throws<DataException>(() => Dataset.Open(In("a.npy"), new DataOptions())).Message);
    }

    [UnixFact]
    public void A_file_whose_length_the_system_does_not_tell_is_refused_rather_than_taken_for_empty()
    {
        if (!File.Exists("/proc/self/status")) return;
        Assert.Contains("does not tell", Assert.Throws<IOException>(() => RegularFile.OpenRead("/proc/self/status")).Message);
        Assert.Contains("does not tell", Assert.Throws<DataException>(() => PixelFile.Open("/proc/self/status", exact: true)).Message);
        File.WriteAllText(In("empty"), "");
        Assert.Empty(RegularFile.ReadAllBytes(In("empty")));
    }

    [Fact]
    public void A_file_that_changes_while_it_is_read_is_noticed()
    {
        File.WriteAllText(In("growing"), "one");
        using var file = PixelFile.Open(In("growing"), exact: true);
        Assert.False(file.HasChanged);
        using (var other = new FileStream(In("growing"), FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) other.Write("two"u8);
        Assert.True(file.HasChanged);
        Assert.Equal(3, file.Length);
    }

    string In(string name) => Path.Combine(_folder, name);

    string Link(string name, string target) => File.CreateSymbolicLink(In(name), target).FullName;

    string Pipe(string name)
    {
        Assert.True(SmallDiskFactAttribute.Run("mkfifo", In(name)));
        return In(name);
    }
}
