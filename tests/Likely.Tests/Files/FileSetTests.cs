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
                    Recover(Root, Counting(second));
                    break;
                }
                catch (Killed)
                {
                }
            }
            // Whichever folder comes first.
            var folders = new[] { Root, Path.GetDirectoryName(Elsewhere)! };
            var told = Recover(folders[kill % 2]) ?? Recover(folders[1 - kill % 2]);
            Recover(folders[1 - kill % 2]);
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
            var set = new FileSet(Root, true, null, what =>
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
                    Recover(Root);
                }
                catch (UsageException)
                {
                    // It says that the file is gone, and takes back.
                }
                Recover(Root);
                Recover(Path.GetDirectoryName(Elsewhere)!);
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
        using (var set = new FileSet(Root, false, null, _ =>
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
        Assert.Null(Recover(Root));
        Assert.Single(Directory.GetDirectories(Root, ".likely-set-*"));
        alive.Commit();
        alive.Dispose();
        Assert.Equal(["a", "c", "sub"], Directory.GetFileSystemEntries(Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(("new", "old c"), (File.ReadAllText(Path.Combine(Root, "a")), File.ReadAllText(Path.Combine(Root, "c"))));
    }

    [UnixFact]
    public void A_set_that_no_run_made_here_is_left_alone_and_named()
    {
        foreach (var kind in (string[])["others may enter", "link", "unpacked", "copied", "copied whole", "empty numbers"])
        {
            Prepare();
            Directory.CreateDirectory(Path.Combine(_folder, "victim"));
            File.WriteAllText(Path.Combine(_folder, "victim", "key"), "mine");
            var staging = Path.Combine(kind == "link" ? _folder : Root, OwnName.Set + new string('a', 32));
            if (kind.StartsWith("copied", StringComparison.Ordinal))
            {
                Assert.True(Run(3, out var begun) && begun);
                var made = Directory.GetDirectories(Root, OwnName.Set + "*").Single();
                var copy = kind == "copied" ? Root : Path.Combine(_folder, "copy");
                Assert.True(SmallDiskFactAttribute.Run("cp", "-a", kind == "copied" ? made : Root, kind == "copied" ? staging : copy));
                if (kind == "copied whole") staging = Directory.GetDirectories(copy, OwnName.Set + "*").Single();
                Recover(Root);
            }
            else
            {
                Directory.CreateDirectory(Path.Combine(staging, "new"), OwnerOnly);
                File.SetUnixFileMode(staging, OwnerOnly);
                File.WriteAllText(Path.Combine(staging, "new", "a"), "planted");
                File.WriteAllText(Path.Combine(staging, "lock"), "");
                if (kind == "empty numbers") File.WriteAllText(Path.Combine(staging, "origin"), "0 0 0 0\n");
                new MoveJournal(staging, true, null).Write([new StagedFile(staging, "a"), new StagedFile(staging, "../victim/key")]);
                if (kind == "others may enter") File.SetUnixFileMode(staging, (UnixFileMode)0b111_111_111);
                if (kind == "link") Directory.CreateSymbolicLink(staging = Path.Combine(Root, OwnName.Set + new string('b', 32)), Path.Combine(_folder, OwnName.Set + new string('a', 32)));
            }
            var before = Listing(Path.GetDirectoryName(staging)!);
            var told = Recover(Path.GetDirectoryName(staging)!);
            Assert.True(told is not null && told.StartsWith(staging, StringComparison.Ordinal) && told.Contains("is left alone"), $"{kind}: {told}");
            Assert.Equal(before, Listing(Path.GetDirectoryName(staging)!));
            Assert.Equal("mine", File.ReadAllText(Path.Combine(_folder, "victim", "key")));
        }

        static string[] Listing(string folder) => [.. Directory.GetFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path => File.Exists(path) ? $"{path}: {File.ReadAllText(path)}" : path)];
    }

    [UnixFact]
    public void A_journal_that_leads_out_of_its_folder_is_not_carried_out()
    {
        var set = OwnName.Set + new string('b', 32);
        foreach (var (line, fault) in new[]
        {
            ("add\t../victim/key", "outside of its folder"),
            ($"add\t{_folder}/victim/key", "outside of its folder"),
            ("add\tlink/key", "through a link"),
            ($"add\tkey\t{_folder}/victim/{set}", "not of its set"),
            ($"add\tkey\t{_folder}/victim", "not of its set"),
            ($"made\t{_folder}/empty", "none of its files"),
        })
        {
            Prepare();
            Directory.CreateDirectory(Path.Combine(_folder, "empty"));
            Directory.CreateDirectory(Path.Combine(_folder, "victim", set, "new"));
            File.WriteAllText(Path.Combine(_folder, "victim", "key"), "mine");
            Directory.CreateSymbolicLink(Path.Combine(Root, "link"), Path.Combine(_folder, "victim"));
            Assert.True(Run(1, out _));
            var staging = Directory.GetDirectories(Root, OwnName.Set + "*").Single();
            File.AppendAllText(Path.Combine(staging, "journal"), line + "\n");
            var message = Assert.Throws<UsageException>(() => Recover(Root)).Message;
            Assert.Contains(staging, message);
            Assert.Contains(fault, message);
            Assert.Equal("old a", File.ReadAllText(Path.Combine(Root, "a")));
            Assert.Equal("mine", File.ReadAllText(Path.Combine(_folder, "victim", "key")));
            Assert.True(Directory.Exists(Path.Combine(_folder, "empty")) && File.Exists(Path.Combine(staging, "new", "a")));
        }
    }

    [Theory]
    [InlineData("claim")]
    [InlineData("lock")]
    [InlineData("file")]
    [InlineData("set")]
    public void Whoever_writes_there_next_is_told_before_anything_is_refused(string way)
    {
        Prepare();
        Assert.True(Run(2, out var begun) && begun);
        var told = new List<string>();
        var path = Path.Combine(Root, "a");
        if (way == "claim") Assert.Contains("exists", Assert.Throws<UsageException>(() => new Likely.Cli.Outputs(told.Add, overwrite: false).Claim(path)).Message);
        else if (way == "lock") OutputLock.Take(path, told.Add).Dispose();
        else if (way == "file") AtomicFile.Write(path, true, stream => stream.Write("new a"u8), note: told.Add);
        else new FileSet(Root, true, told.Add).Dispose();
        Assert.Equal($"what an interrupted run left in {Root} is finished: {_names.Length + 1} files", Assert.Single(told));
        Check(isNew: true);
    }

    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    static string? Recover(string folder, Action<string>? step = null)
    {
        string? told = null;
        FileSet.Recover(folder, note => told = note, step);
        return told;
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
        var set = new FileSet(Root, true, null, Counting(kill));
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
