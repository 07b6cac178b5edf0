using Likely.Files;
using Xunit;

namespace Likely.Tests.Files;

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
        Assert.Equal($"{Target} exists", fault.Message);
        Assert.Equal(Remedy.Overwrite, fault.Remedy); // how it is asked for is the caller's to say
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

    [UnixFact]
    public void A_link_is_resolved_from_the_folder_it_really_lies_in()
    {
        var (inner, other) = (Directory.CreateDirectory(Path.Combine(_folder, "a", "inner")).FullName, Directory.CreateDirectory(Path.Combine(_folder, "b")).FullName);
        File.CreateSymbolicLink(Path.Combine(inner, "link"), Path.Combine("..", "target.bin"));
        Directory.CreateSymbolicLink(Path.Combine(other, "way"), inner);
        AtomicFile.Write(Path.Combine(other, "way", "link"), overwrite: true, stream => stream.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(Path.Combine(_folder, "a", "target.bin")));
        Assert.Empty(Directory.GetFiles(other));
        Assert.False(File.Exists(Path.Combine(Path.GetPathRoot(_folder)!, "target.bin")));
    }

    [UnixFact]
    public void Links_that_lead_in_a_circle_to_nothing_or_to_a_folder_are_refused_or_followed_once()
    {
        string Link(string name, string target) => File.CreateSymbolicLink(Path.Combine(_folder, name), target).FullName;
        Link("one", "two");
        Assert.Contains("circle", Refused(Link("two", "one")));
        Assert.Contains("is a folder", Refused(Link("up", "..")));
        var dangling = Link("dangling", "later.bin");
        AtomicFile.Write(dangling, overwrite: false, stream => stream.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(Path.Combine(_folder, "later.bin")));
        Assert.Equal("later.bin", new FileInfo(dangling).LinkTarget);
        Assert.Contains("exists", Assert.Throws<UsageException>(() => AtomicFile.Write(dangling, overwrite: false, _ => { })).Message);
    }

    [UnixFact]
    public void What_the_system_says_is_a_pipe_is_refused_and_a_device_by_any_name_is_written_to()
    {
        var pipe = Path.Combine(_folder, "pipe");
        Assert.True(SmallDiskFactAttribute.Run("mkfifo", pipe));
        Assert.Contains("is a pipe", Refused(pipe));
        File.CreateSymbolicLink(Target, pipe);
        Assert.Contains("is a pipe", Refused(Target));
        var link = File.CreateSymbolicLink(Path.Combine(_folder, "nowhere"), "/dev/null").FullName;
        AtomicFile.Write(link, overwrite: false, stream => stream.Write("x"u8));
        Assert.Equal("/dev/null", new FileInfo(link).LinkTarget);
        Assert.Equal(FileType.CharacterDevice, FileStatus.Of("/dev/null").Type);
    }

    [UnixFact]
    public void A_file_that_replaces_another_keeps_its_permissions()
    {
        File.WriteAllText(Target, "secret");
        File.SetUnixFileMode(Target, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        AtomicFile.Write(Target, overwrite: true, stream => stream.Write("new"u8));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Target));
    }

    [Fact]
    public void Names_as_long_as_the_system_allows_are_written()
    {
        var path = Path.Combine(_folder, new string('n', 255));
        AtomicFile.Write(path, overwrite: false, stream => stream.Write("x"u8));
        Assert.Equal(path, Assert.Single(Directory.GetFileSystemEntries(_folder)));
    }

    [Fact]
    public void A_folder_that_was_made_for_a_file_goes_when_the_file_does_not_come()
    {
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(Path.Combine(_folder, "a", "b", "out"), false, _ => throw new InvalidOperationException()));
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    string Refused(string path)
    {
        var before = Directory.GetFileSystemEntries(_folder);
        Assert.Throws<UsageException>(() => AtomicFile.RequireFree(path, overwrite: true));
        var fault = Assert.Throws<UsageException>(() => AtomicFile.Write(path, overwrite: true, _ => Assert.Fail("it was opened")));
        Assert.Equal(before.Order(), Directory.GetFileSystemEntries(_folder).Order());
        return fault.Message;
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
