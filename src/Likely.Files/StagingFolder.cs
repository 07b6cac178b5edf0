using System.Security.Cryptography;

namespace Likely.Files;

/// <summary>
/// A folder <c>.likely-set-RANDOM</c> in another, in which files wait for their names: <c>new/</c> and, of those they replace, <c>old/</c>. A lock in it
/// lives as long as the run. The first folder of a set holds its journal; the others, of files in other places, name the first. <see cref="SetOrigin"/>
/// binds each to its place, so that a copy, or one that came out of an archive, is never taken for what a killed run left.
/// </summary>
sealed class StagingFolder : IDisposable
{
    const string FirstName = "first";
    const int Attempts = 5;
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    readonly FileStream _lock;
    readonly string? _made; // the topmost folder that was not there before

    StagingFolder(string path, FileStream held, string? made) => (Path, _lock, _made) = (path, held, made);

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <summary>The folder around it.</summary>
    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

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
                var path = System.IO.Path.Combine(folder, OwnName.Set + RandomNumberGenerator.GetHexString(OwnName.RandomLength, lowercase: true));
                if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
                else Directory.CreateDirectory(path, OwnerOnly);
                // A run that clears away may have been faster.
                if (Lock(path) is { } held)
                {
                    SetOrigin.Write(path);
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
    /// <param name="folder">The folder around them.</param>
    /// <param name="note">Told of each that has such a name and is left alone.</param>
    public static IEnumerable<StagingFolder> Left(string folder, Action<string>? note)
    {
        string[] paths;
        try
        {
            paths = Directory.GetDirectories(folder, OwnName.Set + "*");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            yield break;
        }
        foreach (var path in paths)
            if (Open(path, note) is { } left) yield return left;
    }

    /// <summary>One that a killed run left, locked; null if it is gone, belongs to a run that lives, or was not made here by a run of this user.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="note">Told if it was not made here by a run, but belongs to this user.</param>
    public static StagingFolder? Open(string path, Action<string>? note = null)
    {
        try
        {
            if (!Directory.Exists(path) || !OwnName.IsSet(System.IO.Path.GetFileName(path)) || !FileStatus.IsOwn(path)) return null;
            if (IsMadeHere(path)) return Lock(path) is { } held ? new StagingFolder(path, held, null) : null;
            if (Directory.Exists(path)) note?.Invoke($"{path} is named as what an interrupted run leaves, but was not made here by one, and is left alone; take out what you need of it and remove it");
            return null;
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

    /// <summary>True if a path is that of another folder of the set of which this is the first.</summary>
    /// <param name="path">The path.</param>
    /// <param name="first">The path of the first.</param>
    public static bool IsOfSet(string path, string first)
    {
        var name = System.IO.Path.Combine(path, FirstName);
        return System.IO.Path.IsPathFullyQualified(path) && OwnName.IsSet(System.IO.Path.GetFileName(path)) && FileStatus.IsOwn(path) && IsMadeHere(path)
            && FileStatus.Of(name).Type == FileType.Regular && FileStatus.AreSame(File.ReadAllText(name), first);
    }

    static bool IsMadeHere(string path) => new DirectoryInfo(path).LinkTarget is null && (OperatingSystem.IsWindows() || File.GetUnixFileMode(path) == OwnerOnly) && SetOrigin.IsOf(path);

    /// <summary>Removes it, and what was made around it if that is empty. The lock goes last, so that whatever stays is cleared away by the next run.</summary>
    public void Remove()
    {
        try
        {
            // What binds it to its place goes last, with the lock.
            foreach (var name in Directory.GetFileSystemEntries(Path))
                if (Directory.Exists(name) && new DirectoryInfo(name).LinkTarget is null) Directory.Delete(name, recursive: true);
                else if (System.IO.Path.GetFileName(name) is not (SetOrigin.Lock or SetOrigin.Name)) File.Delete(name);
            File.Delete(System.IO.Path.Combine(Path, SetOrigin.Name));
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
            return new FileStream(System.IO.Path.Combine(path, SetOrigin.Lock), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
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
