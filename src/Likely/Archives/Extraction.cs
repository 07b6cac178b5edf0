using System.Globalization;
using Likely.Data;

namespace Likely;

/// <summary>
/// Files on their way into a folder: they are written below a temporary folder in it and move to their names when all are there, so
/// that an error or an interrupt leaves nothing. No name leads out of the folder, and no link inside it is followed.
/// </summary>
sealed class Extraction : IDisposable
{
    readonly string _folder, _staging, _replaced;
    readonly bool _overwrite;
    readonly string? _made; // the topmost folder that was not there before
    readonly List<string> _names = [];
    bool _committed;

    /// <summary>Bytes of all files, when they are committed.</summary>
    public long Length { get; private set; }

    public Extraction(string folder, bool overwrite)
    {
        (_folder, _overwrite) = (Path.GetFullPath(folder), overwrite);
        if (File.Exists(_folder)) throw new UsageException($"{folder} is a file, where a folder is to be filled");
        for (var at = _folder; at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at)) _made = at;
        _staging = Path.Combine(_folder, $".likely-{Guid.NewGuid():N}.tmp");
        _replaced = _staging + "-replaced"; // files that --force replaces, until all are there
    }

    /// <summary>Refuses to write where something is, or where a link leads elsewhere.</summary>
    /// <exception cref="UsageException">There is.</exception>
    public void RequireFree(string name)
    {
        if (EntryName.Fault(name) is { } fault) throw new ArchiveException($"The name '{name}' {fault}.");
        var target = Target(name);
        for (var at = Path.GetDirectoryName(target)!; at.Length > _folder.Length; at = Path.GetDirectoryName(at)!)
        {
            if (new DirectoryInfo(at).LinkTarget is not null) throw new UsageException($"{at} is a link, which could lead out of {_folder}; remove it, or choose another --out");
            if (File.Exists(at)) throw new UsageException($"{at} is a file, where a folder is needed; choose another --out");
        }
        if (Directory.Exists(target)) throw new UsageException($"{target} is a folder, where a file is to be written; choose another --out");
        if (!_overwrite && (File.Exists(target) || new FileInfo(target).LinkTarget is not null)) throw new UsageException($"{target} exists; use --force to overwrite");
    }

    /// <summary>A stream for a file; it gets its name when all is committed.</summary>
    public Stream Create(string name)
    {
        RequireFree(name);
        try
        {
            var path = Path.Combine(_staging, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
            _names.Add(name);
            return stream;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Explain(Target(name), fault);
        }
    }

    /// <summary>One file, or one item of a file as a picture.</summary>
    /// <exception cref="UsageException">There is none of that name.</exception>
    public void Only(ArchiveReader archive, ArchiveContent content, string only)
    {
        var entries = archive.Entries;
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].Name == only)
            {
                using var target = Create(only);
                content.Restore(i, target, null, i + 1);
                return;
            }
            if (entries[i].Kind != EntryKind.Items || !only.StartsWith(entries[i].Name + "[", StringComparison.Ordinal) || only[^1] != ']') continue;
            if (!int.TryParse(only.AsSpan(entries[i].Name.Length + 1, only.Length - entries[i].Name.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var item)
                || item >= entries[i].Layout.Count) throw new UsageException($"--only {only}: {entries[i].Name} has items 0 to {entries[i].Layout.Count - 1}");
            var (layout, pixels) = (entries[i].Layout, content.Item(i, item));
            var isPicture = layout.Channels is 1 or 3;
            using var file = Create($"{entries[i].Name}-{item}{(isPicture ? ".png" : ".bytes")}");
            file.Write(isPicture ? Png.Encode(pixels, layout.Height, layout.Width, layout.Channels) : pixels);
            return;
        }
        throw new UsageException($"there is no '{only}' in {archive.Path}; likely info {archive.Path} lists what there is");
    }

    /// <summary>Moves all files to their names; if one cannot, those before it are taken back, and what they replaced returns.</summary>
    /// <exception cref="UsageException">A name was taken meanwhile, or the disk refuses.</exception>
    public void Commit()
    {
        foreach (var name in _names) RequireFree(name);
        var moved = new Stack<(string Target, string? Replaced)>();
        var made = new Stack<string>();
        foreach (var name in _names)
        {
            var target = Target(name);
            try
            {
                for (var at = Path.GetDirectoryName(target)!; !Directory.Exists(at); at = Path.GetDirectoryName(at)!) made.Push(at);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                string? replaced = null;
                if (_overwrite && (File.Exists(target) || new FileInfo(target).LinkTarget is not null))
                {
                    Directory.CreateDirectory(_replaced);
                    File.Move(target, replaced = Path.Combine(_replaced, $"{moved.Count}"));
                }
                try
                {
                    File.Move(Path.Combine(_staging, name), target);
                }
                catch
                {
                    if (replaced is not null) File.Move(replaced, target);
                    throw;
                }
                moved.Push((target, replaced));
                Length += new FileInfo(target).Length;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                TakeBack(moved, made);
                throw AtomicFile.Explain(target, fault);
            }
        }
        _committed = true;
    }

    // What was replaced and cannot return stays in its temporary folder, which is then not removed.
    void TakeBack(Stack<(string Target, string? Replaced)> moved, Stack<string> made)
    {
        foreach (var (target, replaced) in moved)
            Try(() =>
            {
                File.Delete(target);
                if (replaced is not null) File.Move(replaced, target);
            });
        foreach (var folder in made.OrderByDescending(folder => folder.Length))
            Try(() =>
            {
                if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
            });
    }

    // The first failure is the one to report; this is what follows it.
    static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
        }
    }

    public void Dispose()
    {
        Try(() =>
        {
            if (Directory.Exists(_staging)) Directory.Delete(_staging, recursive: true);
            if (Directory.Exists(_replaced) && (_committed || !Directory.EnumerateFiles(_replaced).Any())) Directory.Delete(_replaced, recursive: true);
            if (!_committed && _made is not null && Directory.Exists(_made) && !Directory.EnumerateFiles(_made, "*", SearchOption.AllDirectories).Any())
                Directory.Delete(_made, recursive: true);
        });
    }

    string Target(string name) => Path.Combine(_folder, name.Replace('/', Path.DirectorySeparatorChar));
}
