using Likely.Files;

namespace Likely;

/// <summary>
/// Writes a file so that it is there whole or not at all, even if the program is killed or the disk fills up:
/// into a temporary file in the same folder, flushed to the disk, then renamed over the target.
/// What goes wrong with the file itself becomes a <see cref="UsageException"/>; the writer's other exceptions pass through.
/// </summary>
public static class AtomicFile
{
    const int DiskFullUnix = 28, QuotaUnix = 122, DiskFullWindows = unchecked((int)0x80070070), HandleDiskFullWindows = unchecked((int)0x80070027);

    /// <summary>
    /// Throws <see cref="UsageException"/> if the target is neither a file nor a device to write to, is where standard output goes, lies in a file, or
    /// exists and may not be overwritten: to ask before the work is done.
    /// </summary>
    public static void RequireFree(string path, bool overwrite)
    {
        if (string.IsNullOrWhiteSpace(path)) throw new UsageException("The name of the output file is empty.");
        // A name that was no text has been read with this character in place of what could not be read.
        if (path.Contains('\uFFFD')) throw new UsageException($"{path} is no name in UTF-8; choose another for what is written.");
        var status = StatusOf(path);
        if (status.Type == FileType.Folder || Path.EndsInDirectorySeparator(path)) throw new UsageException($"{path} is a folder, where a file is to be written.");
        if (status.IsStandardOutput) throw new UsageException($"{path} is where standard output goes; name a file of its own.");
        if (status.Type == FileType.CharacterDevice) return;
        if (status.Type is FileType.Pipe or FileType.Socket or FileType.BlockDevice)
            throw new UsageException($"{path} is {(status.Type == FileType.Pipe ? "a pipe" : status.Type == FileType.Socket ? "a socket" : "a disk")}, where a file is to be written.");
        if (status.Type == FileType.Unreachable) throw new UsageException($"{path} cannot be written: permission denied.");
        if (status.Type == FileType.LinkLoop) throw new UsageException($"{path} cannot be written: it is a link that leads in a circle.");
        if (!overwrite && status.Type == FileType.Regular) throw new UsageException($"{path} exists") { Remedy = Remedy.Overwrite };
        for (var folder = Path.GetDirectoryName(TargetOf(path)); folder is not null && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder))
            if (File.Exists(folder)) throw new UsageException($"{path} cannot be written: {folder} is a file, not a folder.");
    }

    /// <summary>Lets <paramref name="write"/> fill the file at that path, creating its folder; throws <see cref="UsageException"/> if it exists and may not be overwritten, or cannot be written.</summary>
    /// <param name="path">The file. A link stays a link: what it points to in the end is replaced.</param>
    /// <param name="overwrite">Whether it may be there before.</param>
    /// <param name="write">Fills it.</param>
    /// <param name="check">Given the temporary file's path when it is whole; if it throws, nothing gets the name.</param>
    /// <param name="note">Told what became of what killed runs left in the folder.</param>
    public static void Write(string path, bool overwrite, Action<Stream> write, Action<string>? check = null, Action<string>? note = null)
    {
        RequireFree(path, overwrite);
        string? temporary = null;
        OutputLock? held = null;
        try
        {
            if (IsDevice(path))
            {
                using var device = new FileStream(path, FileMode.Open, FileAccess.Write);
                write(device);
                return;
            }
            var target = TargetOf(path);
            held = OutputLock.Join(path, target, note);
            var name = OutputLock.UnfinishedName(target);
            using (var stream = new FileStream(name, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                temporary = name;
                if (!OperatingSystem.IsWindows() && File.Exists(target)) File.SetUnixFileMode(stream.SafeFileHandle, File.GetUnixFileMode(target));
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            check?.Invoke(name);
            RequireFree(path, overwrite); // another program may have been faster
            File.Move(temporary, target, overwrite);
            temporary = null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException { ParamName: "path" } or NotSupportedException)
        {
            throw Explain(path, fault);
        }
        finally
        {
            if (temporary != null) Remove(temporary);
            held?.Dispose();
        }
    }

    /// <summary>The plain sentence for a failure to write a file: an <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> as what the user is told.</summary>
    public static UsageException Explain(string path, Exception fault) => new(fault switch
    {
        _ when IsFullDisk(fault) => $"The disk is full, so {path} was not written; free some space and try again.",
        UnauthorizedAccessException => $"{path} cannot be written: permission denied.",
        PathTooLongException => $"{path} cannot be written: the name is too long.",
        _ => $"{path} cannot be written ({fault.Message.TrimEnd('.')}).",
    }, fault);

    /// <summary>True of a failure to write for want of room, which no other command would mend.</summary>
    public static bool IsFullDisk(Exception? fault) => fault is IOException { HResult: DiskFullUnix or QuotaUnix or DiskFullWindows or HandleDiskFullWindows };

    /// <summary>True for a device, which is written to and not renamed over.</summary>
    internal static bool IsDevice(string path) => StatusOf(path).Type == FileType.CharacterDevice;

    static string TargetOf(string path)
    {
        try
        {
            return FinalPath.Of(path);
        }
        catch (Exception fault) when (fault is IOException or ArgumentException)
        {
            throw Explain(path, fault);
        }
    }

    static FileStatus StatusOf(string path)
    {
        try
        {
            return FileStatus.Of(path);
        }
        catch (Exception fault) when (fault is IOException or ArgumentException)
        {
            throw Explain(path, fault);
        }
    }

    static void Remove(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The first failure is the one to report.
        }
    }
}
