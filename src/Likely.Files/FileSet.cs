namespace Likely.Files;

/// <summary>
/// Several files that get their names together: all of them or none, even if the program is killed in between. They are written into
/// <see cref="StagingFolder"/>s beside their places; when all are there a <see cref="MoveJournal"/> says what is to be moved where, and then
/// they move. What a run leaves that is killed before, the next run in the same place removes; one that is killed while they move leaves its journal,
/// by which the next run finishes.
/// </summary>
public sealed class FileSet : IDisposable
{
    const int MostFlushed = 256, AlwaysFlushed = 1 << 20; // files, bytes: waiting for the disk once for each of very many small files would take minutes

    readonly bool _overwrite;
    readonly Action<string>? _note, _step;
    readonly StagingFolder _first;
    readonly Dictionary<string, StagingFolder> _elsewhere = new(StringComparer.Ordinal);
    readonly List<StagedFile> _files = [];
    readonly Dictionary<string, long> _disks = new(StringComparer.Ordinal);

    /// <summary>Begins a set of files in a folder, which is made if it is not there; what a killed run left there is finished or removed first.</summary>
    /// <param name="folder">Where most of the files will be.</param>
    /// <param name="overwrite">Whether files may be replaced.</param>
    /// <param name="note">Told what became of what a killed run left.</param>
    /// <exception cref="UsageException">The folder cannot be written, or what a killed run left cannot be finished.</exception>
    public FileSet(string folder, bool overwrite, Action<string>? note = null) : this(folder, overwrite, note, null)
    {
    }

    /// <param name="folder">Where most of the files will be.</param>
    /// <param name="overwrite">Whether files may be replaced.</param>
    /// <param name="note">Told what became of what a killed run left.</param>
    /// <param name="step">Called before each step of the commit; what it throws other than failures of files is as good as a kill.</param>
    internal FileSet(string folder, bool overwrite, Action<string>? note, Action<string>? step)
    {
        (_overwrite, _note, _step) = (overwrite, note, step);
        Recover(folder, note);
        _first = StagingFolder.Make(Path.GetFullPath(folder), null);
    }

    /// <summary>Bytes of all files, when they have their names.</summary>
    public long Length { get; private set; }

    /// <summary>Writes a file, which gets its name when all are committed; what it replaces hands on its permissions.</summary>
    /// <param name="path">Its path, which no link changes.</param>
    /// <param name="content">Fills it.</param>
    /// <exception cref="UsageException">It cannot be written; what <paramref name="content"/> throws otherwise passes through.</exception>
    public void Write(string path, Action<Stream> content)
    {
        try
        {
            var file = Stage(Path.GetFullPath(path));
            Directory.CreateDirectory(Path.GetDirectoryName(file.New)!);
            using var stream = new FileStream(file.New, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
            _files.Add(file);
            if (!OperatingSystem.IsWindows() && File.Exists(path)) File.SetUnixFileMode(stream.SafeFileHandle, File.GetUnixFileMode(path));
            content(stream);
            stream.Flush(flushToDisk: _files.Count <= MostFlushed || stream.Length >= AlwaysFlushed);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Explain(path, fault);
        }
    }

    /// <summary>Moves all files to their names; if one cannot, those before it are taken back, and what they replaced returns.</summary>
    /// <exception cref="UsageException">A name was taken meanwhile, or the disk refuses.</exception>
    public void Commit()
    {
        if (_files.Count == 0) return;
        var journal = new MoveJournal(_first.Path, _overwrite, _step);
        try
        {
            Length = _files.Sum(file => new FileInfo(file.New).Length);
            journal.Write(_files);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Explain(_first.Folder, fault);
        }
        journal.Finish();
    }

    public void Dispose()
    {
        // What could not all be brought back stays with its journal.
        var stays = MoveJournal.IsIn(_first.Path);
        foreach (var staging in _elsewhere.Values.Prepend(_first))
            if (stays) staging.Dispose();
            else staging.Remove();
    }

    /// <summary>Lets go as a killed process does: nothing is cleared away.</summary>
    internal void Abandon()
    {
        foreach (var staging in _elsewhere.Values.Prepend(_first)) staging.Dispose();
    }

    /// <summary>Finishes, takes back or removes what killed runs left in a folder.</summary>
    /// <param name="folder">The folder; nothing is done if it is not there.</param>
    /// <param name="note">Told what was finished or taken back, and what is left alone because it was not made here by a run.</param>
    /// <exception cref="UsageException">It cannot be finished.</exception>
    public static void Recover(string folder, Action<string>? note) => Recover(folder, note, null);

    internal static void Recover(string folder, Action<string>? note, Action<string>? step)
    {
        folder = Path.GetFullPath(folder);
        if (!Directory.Exists(folder)) return;
        foreach (var staging in StagingFolder.Left(folder, note))
        {
            using var left = staging;
            if (left.First() is not { } firstPath) Finish(left, note, step);
            else if (StagingFolder.Open(firstPath) is { } other)
            {
                using var first = other;
                Finish(first, note, step);
            }
            else if (Directory.Exists(firstPath)) continue; // another run is at it, or it is not ours
            left.Remove();
        }
    }

    static void Finish(StagingFolder first, Action<string>? note, Action<string>? step)
    {
        if (MoveJournal.Read(first.Path, step) is { } journal)
        {
            var back = journal.IsBack;
            journal.Finish();
            note?.Invoke($"what an interrupted run left in {first.Folder} is {(back ? "taken back" : "finished")}: {journal.Count} {(journal.Count == 1 ? "file" : "files")}");
            foreach (var path in journal.Elsewhere)
                if (StagingFolder.Open(path) is { } left) left.Remove();
        }
        first.Remove();
    }

    // Files outside the folder, or on another disk, wait beside their places.
    StagedFile Stage(string path)
    {
        var relative = Path.GetRelativePath(_first.Folder, path);
        var folder = Path.GetDirectoryName(path)!;
        if (!Path.IsPathRooted(relative) && relative != ".." && !relative.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal) && DiskOf(folder) == DiskOf(_first.Folder))
            return new StagedFile(_first.Path, relative);
        if (!_elsewhere.TryGetValue(folder, out var staging))
        {
            Recover(folder, _note);
            _elsewhere.Add(folder, staging = StagingFolder.Make(folder, _first));
        }
        return new StagedFile(staging.Path, Path.GetFileName(path));
    }

    long DiskOf(string folder)
    {
        if (_disks.TryGetValue(folder, out var disk)) return disk;
        var at = folder;
        while (!Directory.Exists(at) && Path.GetDirectoryName(at) is { } around) at = around;
        return _disks[folder] = FileStatus.Of(at).Device;
    }
}
