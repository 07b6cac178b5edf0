using Xunit;

namespace Likely.Tests;

/// <summary>A file is there whole or not at all, and what went wrong is said in one sentence.</summary>
public sealed class AtomicFileTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("likely-test-").FullName;

    string Target => Path.Combine(_folder, "out.bin");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_is_written_with_its_folder_and_nothing_beside_it()
    {
        var path = Path.Combine(_folder, "a", "b", "out.txt");
        AtomicFile.Write(path, overwrite: false, stream => stream.Write("hello"u8));
        Assert.Equal("hello", File.ReadAllText(path));
        Assert.Single(Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void An_existing_file_is_replaced_only_when_asked()
    {
        File.WriteAllText(Target, "old");
        var called = false;
        var fault = Assert.Throws<UsageException>(() => AtomicFile.Write(Target, overwrite: false, _ => called = true));
        Assert.Equal($"{Target} exists; use --force to overwrite", fault.Message);
        Assert.False(called);
        Assert.Equal("old", File.ReadAllText(Target));
        AtomicFile.Write(Target, overwrite: true, stream => stream.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(Target));
    }

    [Fact]
    public void A_file_that_appears_meanwhile_is_not_overwritten()
    {
        var fault = Assert.Throws<UsageException>(() => AtomicFile.Write(Target, overwrite: false, _ => File.WriteAllText(Target, "other")));
        Assert.Contains("exists", fault.Message);
        Assert.Equal("other", File.ReadAllText(Target));
        Assert.Single(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void A_writer_that_fails_leaves_the_old_file_and_no_other()
    {
        File.WriteAllText(Target, "old");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(Target, true, stream =>
        {
            stream.Write("half"u8);
            throw new InvalidOperationException("the model is not finite");
        }));
        Assert.Equal("old", File.ReadAllText(Target));
        Assert.Single(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void A_full_disk_is_said_in_a_sentence()
    {
        var fault = Assert.Throws<UsageException>(() => AtomicFile.Write(Target, true, _ => throw new IOException("No space left on device", 28)));
        Assert.Equal($"The disk is full, so {Target} was not written; free some space and try again.", fault.Message);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [UnixFact]
    public void A_device_is_written_to_and_not_replaced()
    {
        AtomicFile.Write("/dev/null", overwrite: false, stream => stream.Write("x"u8));
        Assert.Contains("disk is full", Assert.Throws<UsageException>(() => AtomicFile.Write("/dev/full", false, stream => stream.Write("x"u8))).Message);
        Assert.Equal(0, new FileInfo("/dev/null").Length);
    }

    [UnixFact]
    public void A_link_stays_a_link()
    {
        File.WriteAllText(Target, "old");
        var link = Path.Combine(_folder, "link");
        File.CreateSymbolicLink(link, Target);
        AtomicFile.Write(link, overwrite: true, stream => stream.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(Target));
        Assert.Equal(Target, new FileInfo(link).LinkTarget);
    }

    [Fact]
    public void A_target_that_cannot_be_a_file_is_refused()
    {
        Assert.Contains("is a folder", Assert.Throws<UsageException>(() => AtomicFile.Write(_folder, true, _ => { })).Message);
        Assert.Contains("empty", Assert.Throws<UsageException>(() => AtomicFile.Write("", true, _ => { })).Message);
        File.WriteAllText(Target, "");
        Assert.Contains("cannot be written", Assert.Throws<UsageException>(() => AtomicFile.Write(Path.Combine(Target, "x"), true, _ => { })).Message);
    }

    [SmallDiskFact]
    public void A_disk_that_fills_up_leaves_the_old_file_and_no_other()
    {
        var mount = Directory.CreateDirectory(Path.Combine(_folder, "disk")).FullName;
        Assert.True(SmallDiskFactAttribute.Run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", mount));
        try
        {
            var path = Path.Combine(mount, "model.likely");
            AtomicFile.Write(path, false, stream => stream.Write("old"u8));
            var fault = Assert.Throws<UsageException>(() => AtomicFile.Write(path, true, stream => stream.Write(new byte[1 << 20])));
            Assert.Contains("disk is full", fault.Message);
            Assert.Contains(path, fault.Message);
            Assert.Equal("old", File.ReadAllText(path));
            Assert.Single(Directory.GetFileSystemEntries(mount));
        }
        finally
        {
            SmallDiskFactAttribute.Run("umount", mount);
        }
    }
}
