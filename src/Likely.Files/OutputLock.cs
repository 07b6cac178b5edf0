using System.Security.Cryptography;
using System.Text;

namespace Likely.Files;

/// <summary>
/// Holds an output for one run, so that a second one with the same output is refused while the first lasts. The lock is the system's
/// on a file beside the output, <c>.likely-NAME.lock</c>: it ends with the process however that ends, and the file that a killed
/// process leaves means nothing. The first lock that a process takes in a folder also clears away what killed runs left there:
/// unfinished files <c>.likely-NAME-RANDOM.tmp</c> of outputs that nobody holds, if their empty lock was left beside them.
/// </summary>
public sealed class OutputLock : IDisposable
{
    const string WholeFolder = "."; // no file has that name
    const int LongestName = 180, Attempts = 20;
    const int HeldLinux = 11, HeldMac = 35, HeldWindows = unchecked((int)0x80070020);

    static readonly HashSet<string> _held = new(StringComparer.Ordinal), _cleared = new(StringComparer.Ordinal);

    readonly string _path;
    readonly string? _made; // the topmost folder that was not there before
    readonly FileStream? _file;

    OutputLock(string path, string? made, FileStream? file) => (_path, _made, _file) = (path, made, file);

    /// <summary>Takes the lock of an output, making the folder it lies in.</summary>
    /// <param name="path">The output.</param>
    /// <param name="note">Told what became of what killed runs left in the folder.</param>
    /// <exception cref="UsageException">Another run holds it, or the folder cannot be written.</exception>
    public static OutputLock Take(string path, Action<string>? note = null) => Take(path, Resolve(path), joins: false, note);

    /// <summary>Takes the lock of a folder that is to be filled, making it; the lock lies within, as the folder around it may not be ours.</summary>
    /// <exception cref="UsageException">Another run holds it, or the folder cannot be written.</exception>
    public static OutputLock TakeFolder(string path) => Take(path, Path.Combine(Resolve(path), WholeFolder), joins: false, note: null);

    /// <summary>True for the path, without links, of a lock that this process holds.</summary>
    public static bool Holds(string path)
    {
        lock (_held) return _held.Contains(path);
    }

    /// <summary>A name for a file that will become that output, which nobody can foretell.</summary>
    internal static string UnfinishedName(string target) =>
        Path.Combine(Path.GetDirectoryName(target)!, $"{OwnName.Prefix}{Stem(target)}-{RandomNumberGenerator.GetHexString(OwnName.RandomLength, lowercase: true)}{OwnName.Unfinished}");

    /// <summary>Takes the lock for the time of writing, or joins the run of this process that holds it.</summary>
    /// <param name="path">As the user gave it, for messages.</param>
    /// <param name="target">The path without links.</param>
    /// <param name="note">Told what became of what killed runs left in the folder.</param>
    internal static OutputLock Join(string path, string target, Action<string>? note) => Take(path, target, joins: true, note);

    public void Dispose()
    {
        if (_file is null) return;
        lock (_held) _held.Remove(_path);
        Release(_path, _file);
        if (_made is not null) RemoveEmpty(Path.GetDirectoryName(_path)!, _made);
    }

    static OutputLock Take(string path, string target, bool joins, Action<string>? note)
    {
        var folder = Path.GetDirectoryName(target) ?? throw new UsageException($"{path} is no name of a file.");
        var name = Path.Combine(folder, OwnName.Prefix + Stem(target) + OwnName.Lock);
        lock (_held)
        {
            if (_held.Contains(name)) return joins ? new OutputLock(name, null, null) : throw Held(path);
            var made = Missing(folder);
            try
            {
                Directory.CreateDirectory(folder);
                var wasLeft = IsLeftLock(name);
                var file = Open(name, patient: true) ?? throw Held(path);
                _held.Add(name);
                var held = new OutputLock(name, made, file);
                if (_cleared.Contains(folder)) return held;
                try
                {
                    Clear(folder, name, wasLeft);
                    FileSet.Recover(folder, note);
                    _cleared.Add(folder);
                    return held;
                }
                catch
                {
                    held.Dispose();
                    throw;
                }
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException { ParamName: "path" } or NotSupportedException)
            {
                if (made is not null) RemoveEmpty(folder, made);
                throw AtomicFile.Explain(path, fault);
            }
        }
    }

    static UsageException Held(string path) => new($"{path} is being written by another run; wait until that ends, or choose another name.");

    static string Resolve(string path)
    {
        try
        {
            return FinalPath.Of(path);
        }
        catch (IOException fault)
        {
            throw AtomicFile.Explain(path, fault);
        }
    }

    // Null if another process holds it, and not only for the moment in which it looks what can be cleared away. A file that its
    // owner deletes between our opening and locking it is no lock any more.
    static FileStream? Open(string name, bool patient)
    {
        for (var attempt = 0; ; attempt++)
        {
            if (RegularFile.Fault(FileStatus.Of(name).Type) is { } what) throw new IOException($"{name} is in the way, which is {what}");
            FileStream file;
            try
            {
                file = new FileStream(name, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None);
            }
            catch (IOException fault) when (fault.HResult is HeldLinux or HeldMac or HeldWindows)
            {
                if (!patient || attempt >= Attempts) return null;
                Thread.Sleep(10);
                continue;
            }
            catch (UnauthorizedAccessException) when (OperatingSystem.IsWindows() && attempt < Attempts)
            {
                Thread.Sleep(10); // Windows refuses a file that is being deleted
                continue;
            }
            var own = FileStatus.Of(file.SafeFileHandle);
            if (own.Number == 0 || own.IsSame(FileStatus.Of(name))) return file;
            file.Dispose();
            if (attempt >= Attempts) return null;
        }
    }

    // Deleted while it is locked, so that nobody can have taken it meanwhile; Windows deletes it by itself.
    static void Release(string name, FileStream file)
    {
        try
        {
            if (!OperatingSystem.IsWindows()) File.Delete(name);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It stays, and means nothing.
        }
        file.Dispose();
    }

    // A killed run leaves an empty lock, and an unfinished file never without its lock. What has such a name otherwise is somebody's file.
    static void Clear(string folder, string own, bool ownWasLeft)
    {
        try
        {
            string[] paths = Directory.GetFiles(folder, OwnName.Prefix + "*");
            var locks = paths.Where(path => path != own && path.EndsWith(OwnName.Lock, StringComparison.Ordinal) && IsLeftLock(path) && !_held.Contains(path)).ToHashSet(StringComparer.Ordinal);
            if (ownWasLeft) Remove(own);
            foreach (var key in locks)
            {
                if (Open(key, patient: false) is not { } file) continue;
                Remove(key);
                Release(key, file);
            }

            void Remove(string key)
            {
                foreach (var path in paths)
                    if (NameOfUnfinished(Path.GetFileName(path)) is { } stem && Path.Combine(folder, OwnName.Prefix + stem + OwnName.Lock) == key && IsLeft(path)) File.Delete(path);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // What cannot be cleared away does no harm.
        }
    }

    static bool IsLeft(string path) => new FileInfo(path).LinkTarget is null && FileStatus.Of(path).Type == FileType.Regular && FileStatus.IsOwn(path);

    static bool IsLeftLock(string path) => IsLeft(path) && new FileInfo(path).Length == 0;

    static string? NameOfUnfinished(string name) => OwnName.StemOfUnfinished(name) is > 0 and var length ? name.Substring(OwnName.Prefix.Length, length) : null;

    // A name that would become too long stands as its hash.
    static string Stem(string target)
    {
        var name = Path.GetFileName(target);
        return Encoding.UTF8.GetByteCount(name) <= LongestName ? name : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
    }

    static string? Missing(string folder)
    {
        string? made = null;
        for (var at = folder; at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at)) made = at;
        return made;
    }

    static void RemoveEmpty(string folder, string topmost)
    {
        try
        {
            for (var at = folder; at.Length >= topmost.Length; at = Path.GetDirectoryName(at)!) Directory.Delete(at);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Something lies in it by now.
        }
    }
}
