using Likely.Files;
using Xunit;

namespace Likely.Tests.Files;

/// <summary>Several files have their names all together or not at all, wherever the program is killed and however often.</summary>
public sealed class FileSetTests : IDisposable
{
    // As good as a kill: nothing after it is done, and the system lets go of the lock.
    sealed class Killed : Exception;

    readonly string _folder = Directory.CreateTempSubdirectory("likely-set-test-").FullName;

    static readonly string[] _names = ["a", "deep/er/b", "c", "new/d", "sub/e\tf", "new/g"];

    string Root => Path.Combine(_folder, "root");

    string Elsewhere => Path.Combine(_folder, "elsewhere", "h");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Killed_at_any_step_all_are_old_or_all_are_new_after_the_next_run(bool again)
    {
        for (var kill = 0; ; kill++)
        {
            Prepare();
            var died = Run(kill, out var begun);
            if (!died) break;
            // The next run is killed as well, at every one of its steps.
            for (var second = 0; again; second++)
            {
                try
                {
                    FileSet.Recover(Root, Counting(second));
                    break;
                }
                catch (Killed)
                {
                }
            }
            // Whichever folder comes first.
            var folders = new[] { Root, Path.GetDirectoryName(Elsewhere)! };
            var told = FileSet.Recover(folders[kill % 2]) ?? FileSet.Recover(folders[1 - kill % 2]);
            FileSet.Recover(folders[1 - kill % 2]);
            if (!again) Assert.Equal(begun, told is not null);
            Check(isNew: begun);
        }
        Check(isNew: true);
    }

    [Theory]
    [InlineData("deep/er/b")]
    [InlineData("sub/e\tf")]
    [InlineData("new/g")]
    public void Killed_while_taking_back_all_are_old_after_the_next_run(string obstacle)
    {
        for (var kill = 0; ; kill++)
        {
            Prepare();
            // What is to be written for it vanishes when the moves have begun.
            var count = 0;
            var set = new FileSet(Root, true, what =>
            {
                if (what != "begin" && Directory.GetFiles(Root, Path.GetFileName(obstacle), SearchOption.AllDirectories).FirstOrDefault(path => path.Contains($"{Path.DirectorySeparatorChar}new{Path.DirectorySeparatorChar}")) is { } staged) File.Delete(staged);
                if (count++ == kill) throw new Killed();
            });
            var ended = false;
            try
            {
                Fill(set);
                set.Commit();
                Assert.Fail("nothing was refused");
            }
            catch (UsageException)
            {
                ended = true;
                set.Dispose();
            }
            catch (Killed)
            {
                set.Abandon();
            }
            if (!ended)
            {
                try
                {
                    FileSet.Recover(Root);
                }
                catch (UsageException)
                {
                    // It says that the file is gone, and takes back.
                }
                FileSet.Recover(Root);
                FileSet.Recover(Path.GetDirectoryName(Elsewhere)!);
            }
            Check(isNew: false);
            if (ended) break;
        }
    }

    [Fact]
    public void Without_overwriting_a_file_that_appears_stays_and_all_others_are_taken_back()
    {
        Directory.CreateDirectory(Root);
        var count = 0;
        using (var set = new FileSet(Root, false, _ =>
        {
            if (count++ == 3) File.WriteAllText(Path.Combine(Root, "c"), "mine");
        }))
        {
            foreach (var name in (string[])["a", "b/b", "c"]) set.Write(Path.Combine(Root, name), stream => stream.Write("new"u8));
            Assert.Throws<UsageException>(set.Commit);
        }
        Assert.Equal("mine", File.ReadAllText(Assert.Single(Directory.GetFileSystemEntries(Root))));
    }

    [Fact]
    public void A_set_that_lives_is_not_touched_and_one_that_was_killed_before_it_moved_is_removed()
    {
        Prepare();
        using var alive = new FileSet(Root, true);
        alive.Write(Path.Combine(Root, "a"), stream => stream.Write("new"u8));
        var killed = new FileSet(Root, true);
        killed.Write(Path.Combine(Root, "c"), stream => stream.Write("new"u8));
        killed.Abandon();
        Assert.Null(FileSet.Recover(Root));
        Assert.Single(Directory.GetDirectories(Root, ".likely-set-*"));
        alive.Commit();
        alive.Dispose();
        Assert.Equal(["a", "c", "sub"], Directory.GetFileSystemEntries(Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(("new", "old c"), (File.ReadAllText(Path.Combine(Root, "a")), File.ReadAllText(Path.Combine(Root, "c"))));
    }

    [UnixFact]
    public void What_another_could_have_planted_is_not_carried_out()
    {
        Prepare();
        foreach (var open in (bool[])[true, false])
        {
            var staging = Path.Combine(open ? Root : _folder, ".likely-set-" + new string('a', 32));
            Directory.CreateDirectory(Path.Combine(staging, "new"));
            File.WriteAllText(Path.Combine(staging, "new", "a"), "planted");
            new MoveJournal(staging, true, null).Write([new StagedFile(staging, "a")]);
            if (open) File.SetUnixFileMode(staging, (UnixFileMode)0b111_111_111);
            else Directory.CreateSymbolicLink(Path.Combine(Root, ".likely-set-" + new string('b', 32)), staging);
            Assert.Null(FileSet.Recover(Root));
            Assert.Equal("old a", File.ReadAllText(Path.Combine(Root, "a")));
        }
    }

    void Prepare()
    {
        foreach (var entry in Directory.GetFileSystemEntries(_folder)) Directory.Delete(entry, recursive: true);
        foreach (var name in (string[])["a", "c", "sub/e\tf"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Root, name))!);
            File.WriteAllText(Path.Combine(Root, name), $"old {name}");
        }
        Directory.CreateDirectory(Path.GetDirectoryName(Elsewhere)!);
        File.WriteAllText(Elsewhere, "old elsewhere");
    }

    void Fill(FileSet set)
    {
        foreach (var name in _names) set.Write(Path.Combine(Root, name), stream => stream.Write(System.Text.Encoding.UTF8.GetBytes($"new {name}")));
        set.Write(Elsewhere, stream => stream.Write("new elsewhere"u8));
    }

    // True if it was killed; begun: after the journal had its name.
    bool Run(int kill, out bool begun)
    {
        var set = new FileSet(Root, true, Counting(kill));
        try
        {
            Fill(set);
            set.Commit();
            set.Dispose();
            begun = true;
            return false;
        }
        catch (Killed)
        {
            set.Abandon();
            begun = Directory.GetFiles(Root, "journal", SearchOption.AllDirectories).Length > 0;
            return true;
        }
    }

    static Action<string> Counting(int kill)
    {
        var count = 0;
        return _ =>
        {
            if (count++ == kill) throw new Killed();
        };
    }

    void Check(bool isNew)
    {
        var there = Directory.GetFiles(_folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
        string[] names = isNew ? _names : ["a", "c", "sub/e\tf"];
        Assert.Equal(names.Select(name => Path.Combine(Root, name)).Append(Elsewhere).Order(StringComparer.Ordinal), there);
        foreach (var name in names) Assert.Equal($"{(isNew ? "new" : "old")} {name}", File.ReadAllText(Path.Combine(Root, name)));
        Assert.Equal(isNew ? "new elsewhere" : "old elsewhere", File.ReadAllText(Elsewhere));
        if (!isNew) Assert.Equal(["sub"], Directory.GetDirectories(Root).Select(Path.GetFileName));
    }
}
