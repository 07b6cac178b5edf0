using System.Security.Cryptography;

namespace Likely.Files;

/// <summary>
/// A folder <c>.likely-set-RANDOM</c> in another, in which files wait for their names: <c>new/</c> and, of those they replace, <c>old/</c>. A lock in it
/// lives as long as the run. The first folder of a set holds its journal; the others, of files in other places, name the first.
/// </summary>
sealed class StagingFolder : IDisposable
{
    const string Prefix = ".likely-set-", LockName = "lock", FirstName = "first";
    const int RandomLength = 32, Attempts = 5;
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    readonly FileStream _lock;
    readonly string? _made; // the topmost folder that was not there before

    StagingFolder(string path, FileStream held, string? made) => (Path, _lock, _made) = (path, held, made);

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <summary>The folder around it.</summary>
    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>True for a path within such a folder.</summary>
    public static bool IsIn(string path) => path.Contains(Prefix, StringComparison.Ordinal)
        && path.Split(System.IO.Path.DirectorySeparatorChar, System.IO.Path.AltDirectorySeparatorChar).Any(part => part.Length == Prefix.Length + RandomLength && part.StartsWith(Prefix, StringComparison.Ordinal));

    /// <summary>Makes one, and the folder around it if it is not there.</summary>
    /// <param name="folder">The folder around it.</param>
    /// <param name="first">The set's first one; null if this is it.</param>
    /// <exception cref="UsageException">The folder cannot be written.</exception>
    public static StagingFolder Make(string folder, StagingFolder? first)
    {
        string? made = null;
        for (var at = folder; at is not null && !Directory.Exists(at); at = System.IO.Path.GetDirectoryName(at)) made = at;
        try
        {
            for (var attempt = 0; ; attempt++)
            {
                Directory.CreateDirectory(folder);
                var path = System.IO.Path.Combine(folder, Prefix + RandomNumberGenerator.GetHexString(RandomLength, lowercase: true));
                if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
                else Directory.CreateDirectory(path, OwnerOnly);
                // A run that clears away may have been faster.
                if (Lock(path) is { } held)
                {
                    if (first is not null) File.WriteAllText(System.IO.Path.Combine(path, FirstName), first.Path);
                    return new StagingFolder(path, held, made);
                }
                if (attempt == Attempts) throw new IOException("its files cannot be locked");
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            RemoveEmpty(folder, made);
            throw AtomicFile.Explain(folder, fault);
        }
    }

    /// <summary>Those that killed runs left in a folder, locked.</summary>
    public static IEnumerable<StagingFolder> Left(string folder)
    {
        string[] paths;
        try
        {
            paths = Directory.GetDirectories(folder, Prefix + "*");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            yield break;
        }
        foreach (var path in paths)
            if (Open(path) is { } left) yield return left;
    }

    /// <summary>One that a killed run left, locked; null if it is gone, belongs to a run that lives, or to another user, who could have planted it.</summary>
    public static StagingFolder? Open(string path)
    {
        try
        {
            if (!Directory.Exists(path) || !IsIn(System.IO.Path.GetFileName(path)) || new DirectoryInfo(path).LinkTarget is not null) return null;
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) != OwnerOnly || !FileStatus.IsOwn(path))) return null;
            return Lock(path) is { } held ? new StagingFolder(path, held, null) : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The path of the set's first folder; null if this is it.</summary>
    public string? First()
    {
        var name = System.IO.Path.Combine(Path, FirstName);
        return File.Exists(name) ? File.ReadAllText(name) : null;
    }

    /// <summary>Removes it, and what was made around it if that is empty. The lock goes last, so that whatever stays is cleared away by the next run.</summary>
    public void Remove()
    {
        try
        {
            foreach (var name in Directory.GetFileSystemEntries(Path))
                if (Directory.Exists(name) && new DirectoryInfo(name).LinkTarget is null) Directory.Delete(name, recursive: true);
                else if (System.IO.Path.GetFileName(name) != LockName) File.Delete(name);
            if (OperatingSystem.IsWindows()) _lock.Dispose();
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The next run in this folder clears it away.
        }
        Dispose();
        RemoveEmpty(Folder, _made);
    }

    /// <summary>Lets go, as a killed process does.</summary>
    public void Dispose() => _lock.Dispose();

    static FileStream? Lock(string path)
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    static void RemoveEmpty(string folder, string? made)
    {
        try
        {
            if (made is null) return;
            for (var at = folder; at.Length >= made.Length; at = System.IO.Path.GetDirectoryName(at)!) Directory.Delete(at);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Something lies in it.
        }
    }
}
