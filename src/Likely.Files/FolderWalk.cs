namespace Likely.Files;

/// <summary>A folder and all below it. Links to folders within are listed and not followed: they could lead in circles.</summary>
public sealed class FolderWalk
{
    /// <param name="folder">Where to begin.</param>
    /// <param name="withHidden">Whether names that begin with a dot are listed.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="leavesOut">Whether a folder within is listed as left out, and not entered.</param>
    /// <exception cref="IOException">A folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder may not be read.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public FolderWalk(string folder, bool withHidden, CancellationToken cancellation = default, Func<string, bool>? leavesOut = null)
    {
        Stack<string> left = new([folder]);
        while (left.TryPop(out var current))
        {
            cancellation.ThrowIfCancellationRequested();
            var isEmpty = true;
            foreach (var entry in new DirectoryInfo(current).EnumerateFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false }))
            {
                isEmpty = false;
                if (!withHidden && entry.Name.StartsWith('.')) continue;
                var path = Path.Combine(current, entry.Name);
                // A name that is no UTF-8 comes with this character in place of what could not be read, and leads to nothing.
                if (!entry.Attributes.HasFlag(FileAttributes.Directory) || entry.Name.Contains('\uFFFD') && !Path.Exists(path)) Files.Add(path);
                else if (entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && entry.LinkTarget is not null) Links.Add(path);
                else if (leavesOut?.Invoke(path) == true) LeftOut.Add(path);
                else left.Push(path);
            }
            if (isEmpty && current != folder) Empty.Add(current);
        }
        // By the names with slashes: a backslash sorts elsewhere, and the order of items decides a training's bits.
        foreach (var list in (List<string>[])[Files, Links, Empty, LeftOut])
            list.Sort((left, right) => string.CompareOrdinal(Slashed(left), Slashed(right)));
    }

    /// <summary>All that is no folder, or cannot be opened for its name, in ordinal order of the paths with slashes.</summary>
    public List<string> Files { get; } = [];

    /// <summary>Links to folders.</summary>
    public List<string> Links { get; } = [];

    /// <summary>Folders that were not entered, as the caller asked.</summary>
    public List<string> LeftOut { get; } = [];

    /// <summary>Folders in which there is nothing.</summary>
    public List<string> Empty { get; } = [];

    static string Slashed(string path) => path.Replace(Path.DirectorySeparatorChar, '/');
}
