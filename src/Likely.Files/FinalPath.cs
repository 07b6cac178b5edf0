namespace Likely.Files;

/// <summary>
/// Where a name leads when every link in it is followed, one part of the path after another as the system does it: a link's target
/// is relative to the folder that the link really lies in, and <c>..</c> in it leads out of the folder one has come to.
/// </summary>
public static class FinalPath
{
    const int MostLinks = 40; // as Linux

    /// <summary>The full path without links; its last parts need not be there.</summary>
    /// <exception cref="IOException">The links lead in a circle.</exception>
    public static string Of(string path)
    {
        var full = Path.GetFullPath(path);
        var at = Path.GetPathRoot(full)!;
        var parts = new Stack<string>(Parts(full[at.Length..]));
        var links = 0;
        while (parts.TryPop(out var part))
        {
            if (part == ".") continue;
            if (part == "..")
            {
                at = Path.GetDirectoryName(at) ?? at;
                continue;
            }
            var next = Path.Combine(at, part);
            if (TargetOf(next) is not { } target)
            {
                at = next;
                continue;
            }
            if (++links > MostLinks) throw new IOException($"The links of {path} lead in a circle.");
            if (Path.IsPathRooted(target)) at = Path.GetPathRoot(target)!;
            foreach (var more in Parts(target[(Path.GetPathRoot(target)?.Length ?? 0)..])) parts.Push(more);
        }
        return at;
    }

    static string? TargetOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null; // what cannot be asked is opened by its own name, and the system says why it cannot
        }
    }

    // Last part first.
    static IEnumerable<string> Parts(string path) =>
        path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries).Reverse();
}
