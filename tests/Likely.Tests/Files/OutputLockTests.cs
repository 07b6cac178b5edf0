using Likely.Files;
using Xunit;

namespace Likely.Tests.Files;

/// <summary>An output belongs to one run at a time, and what killed runs leave is cleared away.</summary>
public sealed class OutputLockTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("likely-test-").FullName;

    string Target => Path.Combine(_folder, "out.bin");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_second_run_is_refused_until_the_first_ends()
    {
        using (OutputLock.Take(Target))
        {
            Assert.Contains("by another run", Assert.Throws<UsageException>(() => OutputLock.Take(Target)).Message);
            using (OutputLock.Take(Path.Combine(_folder, "other"))) Assert.True(Directory.GetFiles(_folder).Length == 2);
            AtomicFile.Write(Target, overwrite: false, stream => stream.Write("x"u8)); // the run's own writing
            Assert.Throws<UsageException>(() => OutputLock.Take(Target));
        }
        Assert.Equal(Target, Assert.Single(Directory.GetFiles(_folder)));
        using (OutputLock.Take(Target)) { }
    }

    [Fact]
    public void A_folder_is_locked_from_within_and_goes_if_nothing_came_into_it()
    {
        var folder = Path.Combine(_folder, "a", "maps");
        using (OutputLock.TakeFolder(folder))
        {
            Assert.Throws<UsageException>(() => OutputLock.TakeFolder(Path.Combine(folder, "..", "maps")));
            Assert.All(Directory.GetFiles(folder), path => Assert.True(OwnName.IsIn(path)));
            Assert.Single(Directory.GetFileSystemEntries(_folder));
        }
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [UnixFact]
    public void A_link_and_its_target_have_one_lock()
    {
        File.CreateSymbolicLink(Target, "far.bin");
        using (OutputLock.Take(Target)) Assert.Throws<UsageException>(() => OutputLock.Take(Path.Combine(_folder, "far.bin")));
    }

    [Fact]
    public void Another_process_is_noticed()
    {
        using var other = new FileStream(Path.Combine(_folder, ".likely-out.bin.lock"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        Assert.Contains("another run", Assert.Throws<UsageException>(() => OutputLock.Take(Target)).Message);
        Assert.Contains("another run", Assert.Throws<UsageException>(() => AtomicFile.Write(Target, true, _ => { })).Message);
    }

    [Fact]
    public void Another_process_that_only_looks_what_can_be_cleared_away_is_waited_for()
    {
        var other = new FileStream(Path.Combine(_folder, ".likely-out.bin.lock"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        // A thread of its own: those of the pool may all be busy with other tests.
        var done = new Thread(() =>
        {
            Thread.Sleep(20);
            File.Delete(other.Name);
            other.Dispose();
        });
        done.Start();
        using (OutputLock.Take(Target)) Assert.Single(Directory.GetFiles(_folder));
        done.Join();
    }

    [Fact]
    public void What_a_killed_run_left_is_cleared_away_and_nothing_else()
    {
        var random = new string('a', 32);
        string[] left = [".likely-out.bin.lock", $".likely-out.bin-{random}.tmp", $".likely-other-{random}.tmp", ".likely-other.lock"];
        string[] others = [".likely-notes.tmp", $".likely--{random}.tmp", ".likelyx", $".likely-x-{random[1..]}G.tmp", "data.tmp", $".likely-busy-{random}.tmp", ".likely-busy.lock",
            $".likely-alone-{random}.tmp", ".likely-full.lock", $".likely-full-{random}.tmp"];
        foreach (var name in (string[])[.. left, .. others]) File.WriteAllText(Path.Combine(_folder, name), name.EndsWith(".lock", StringComparison.Ordinal) && !name.Contains("full") ? "" : "x");
        using (new FileStream(Path.Combine(_folder, ".likely-busy.lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            AtomicFile.Write(Target, overwrite: false, stream => stream.Write("x"u8));
        Assert.Equal([.. others.Append("out.bin").Order(StringComparer.Ordinal)], Directory.GetFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Names_of_unfinished_files_differ_and_are_known_as_own()
    {
        var names = Enumerable.Range(0, 100).Select(_ => OutputLock.UnfinishedName(Target)).ToHashSet();
        Assert.Equal(100, names.Count);
        Assert.All(names, name => Assert.True(OwnName.IsIn(name)));
        Assert.False(OwnName.IsIn(Path.Combine(_folder, ".likely-notes.tmp")));
    }
}
