using Likely.Files;

namespace Likely;

/// <summary>The files that go into an archive, with their names in it: a file by its own name, a folder's files by their paths with the folder's name before.</summary>
static class ArchiveFiles
{
    static readonly (string One, string Many) OwnIsLeftOut =
        ("has a name that likely gives to what it keeps while it writes, and is left out", "have names that likely gives to what it keeps while it writes, and are left out");

    /// <summary>All files, folders in ordinal order of their paths.</summary>
    /// <param name="inputs">Files and folders.</param>
    /// <param name="output">The archive itself, which is left out.</param>
    /// <param name="notes">Takes what is left out: links to folders within a folder, empty folders, what has a name of the program's own, and what is no file, such as a pipe; and links to files, which are followed.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="UsageException">An input is missing, cannot be listed, or has a name that is not allowed.</exception>
    public static List<(string Name, string Path, long Length)> List(IReadOnlyList<string> inputs, string output, ArchiveNotes notes, CancellationToken cancellation)
    {
        var files = new List<(string Name, string Path, long Length)>();
        var own = FinalPath.Of(output);
        foreach (var input in inputs)
        {
            try
            {
                if (Directory.Exists(input)) AddFolder(input);
                else if (File.Exists(input))
                {
                    RegularFile.Require(input);
                    Add(Path.GetFileName(input), input);
                }
                else throw new UsageException($"there is no file or folder {input}");
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                throw new UsageException($"{input} cannot be read: {fault.Message}");
            }
        }
        return files.Count > 0 ? files : throw new UsageException($"there is no file in {string.Join(", ", inputs)}");

        void AddFolder(string folder)
        {
            var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
            var prefix = name is "" or "." or ".." ? "" : name + "/";
            var walk = new FolderWalk(folder, withHidden: true, cancellation);
            foreach (var link in walk.Links) notes.Add(link, "is a link to a folder and is left out", "are links to folders and are left out", isLoss: true);
            foreach (var empty in walk.Empty) notes.Add(empty, "is an empty folder and is left out", "are empty folders and are left out", isLoss: true);
            string[] paths = [.. walk.Files];
            var final = FinalPath.Of(folder);
            string[] names = [.. paths.Select(path => prefix + Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/'))];
            Array.Sort(names, paths, StringComparer.Ordinal);
            for (var i = 0; i < paths.Length; i++)
            {
                var at = Path.Combine(final, Path.GetRelativePath(folder, paths[i]));
                if (at == own || OutputLock.Holds(at)) continue;
                // They may hold the only copy of what an interrupted run was about to replace.
                if (OwnName.IsIn(names[i])) notes.Add(paths[i], OwnIsLeftOut.One, OwnIsLeftOut.Many, isLoss: true);
                else Add(names[i], paths[i]);
            }
        }

        void Add(string name, string path)
        {
            cancellation.ThrowIfCancellationRequested();
            if (EntryName.Fault(name) is { } fault) throw new UsageException($"{path} cannot go into an archive: its name {fault}; rename it");
            var type = FileStatus.Of(path).Type;
            if (type is FileType.BrokenLink or FileType.LinkLoop)
            {
                if (inputs.Contains(path)) throw new UsageException($"{path} is a link that leads nowhere; remove it or mend it");
                notes.Add(path, "is a link that leads nowhere and is left out", "are links that lead nowhere and are left out", isLoss: true);
                return;
            }
            if (type is FileType.Pipe or FileType.Socket or FileType.CharacterDevice or FileType.BlockDevice)
            {
                notes.Add(path, "is a pipe, socket or device and is left out", "are pipes, sockets or devices and are left out", isLoss: true);
                return;
            }
            if (new FileInfo(path).LinkTarget is not null)
                notes.Add(path, "is a link, in whose place the file it leads to is stored", "are links, in whose places the files they lead to are stored", isLoss: true);
            files.Add((name, path, new FileInfo(FinalPath.Of(path)).Length));
        }
    }
}
