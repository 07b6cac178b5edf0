using System.Globalization;
using Likely.Data;
using Likely.Files;

namespace Likely;

/// <summary>
/// Files on their way into a folder: they get their names when all are there (<see cref="FileSet"/>), so that an error, an interrupt or a
/// kill leaves all or nothing. No name leads out of the folder, and no link inside it is followed.
/// </summary>
sealed class Extraction : IDisposable
{
    const string LockName = "files"; // one run at a time fills a folder

    readonly string _folder;
    readonly bool _overwrite;
    readonly OutputLock _lock;
    readonly FileSet _files;
    readonly List<string> _names = [];

    /// <summary>Bytes of all files, when they are committed.</summary>
    public long Length => _files.Length;

    /// <param name="folder">The folder.</param>
    /// <param name="overwrite">Whether files may be replaced.</param>
    /// <param name="note">Told what became of the files of a run that was killed.</param>
    /// <exception cref="UsageException">The folder cannot be filled.</exception>
    public Extraction(string folder, bool overwrite, Action<string>? note)
    {
        (_folder, _overwrite) = (Path.GetFullPath(folder), overwrite);
        if (File.Exists(_folder)) throw new UsageException($"{folder} is a file, where a folder is to be filled");
        FileSet.Recover(_folder, note);
        _lock = OutputLock.Take(Path.Combine(_folder, LockName));
        try
        {
            _files = new FileSet(_folder, overwrite, note);
        }
        catch
        {
            _lock.Dispose();
            throw;
        }
    }

    /// <summary>Refuses to write where something is, or where a link leads elsewhere.</summary>
    /// <exception cref="UsageException">There is.</exception>
    public void RequireFree(string name)
    {
        if (EntryName.Fault(name) is { } fault) throw new ArchiveException($"The name '{name}' {fault}.");
        var target = Target(name);
        for (var at = Path.GetDirectoryName(target)!; at.Length > _folder.Length; at = Path.GetDirectoryName(at)!)
        {
            if (new DirectoryInfo(at).LinkTarget is not null) throw new UsageException($"{at} is a link, which could lead out of {_folder}; remove it, or choose another folder") { Remedy = Remedy.OtherPlace };
            if (File.Exists(at)) throw new UsageException($"{at} is a file, where a folder is needed; choose another") { Remedy = Remedy.OtherPlace };
        }
        if (Directory.Exists(target)) throw new UsageException($"{target} is a folder, where a file is to be written; choose another folder") { Remedy = Remedy.OtherPlace };
        if (!_overwrite && (File.Exists(target) || new FileInfo(target).LinkTarget is not null)) throw new UsageException($"{target} exists") { Remedy = Remedy.Overwrite };
    }

    /// <summary>Writes a file, which gets its name when all is committed.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="permissions">Its permissions; -1: as the system makes files.</param>
    /// <param name="content">Fills it.</param>
    public void Write(string name, short permissions, Action<Stream> content)
    {
        RequireFree(name);
        _names.Add(name);
        _files.Write(Target(name), file =>
        {
            content(file);
            if (!FilePermissions.TrySet(file, permissions)) NotPermitted++;
        });
    }

    /// <summary>Files whose permissions this system does not have.</summary>
    public int NotPermitted { get; private set; }

    /// <summary>One file, or one item of a file as a picture.</summary>
    /// <exception cref="UsageException">There is none of that name.</exception>
    public void Only(ArchiveReader archive, ArchiveContent content, string only)
    {
        var entries = archive.Entries;
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].Name == only)
            {
                Write(only, entries[i].Permissions, target => content.Restore(i, target, null, i + 1));
                return;
            }
            if (entries[i].Kind != EntryKind.Items || !only.StartsWith(entries[i].Name + "[", StringComparison.Ordinal) || only[^1] != ']') continue;
            if (!int.TryParse(only.AsSpan(entries[i].Name.Length + 1, only.Length - entries[i].Name.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var item)
                || item >= entries[i].Layout.Count) throw new UsageException($"there is no '{only}': {entries[i].Name} has items 0 to {entries[i].Layout.Count - 1}");
            if (entries[i].Layout.IsWide) throw new UsageException($"the items of {entries[i].Name} are stretches of sound and no pictures; restore the whole file");
            var (layout, pixels) = (entries[i].Layout, content.Item(i, item));
            var isPicture = layout.Channels is 1 or 3;
            Write($"{entries[i].Name}-{item}{(isPicture ? ".png" : ".bytes")}", -1, file => file.Write(isPicture ? Png.Encode(pixels, layout.Height, layout.Width, layout.Channels) : pixels));
            return;
        }
        throw new UsageException($"there is no '{only}' in {archive.Path}") { Remedy = Remedy.ListContent };
    }

    /// <summary>Gives all files their names, or none.</summary>
    /// <exception cref="UsageException">A name was taken meanwhile, or the disk refuses.</exception>
    public void Commit()
    {
        foreach (var name in _names) RequireFree(name);
        _files.Commit();
    }

    public void Dispose()
    {
        _files.Dispose();
        _lock.Dispose();
    }

    string Target(string name) => Path.Combine(_folder, name.Replace('/', Path.DirectorySeparatorChar));
}
