namespace Likely;

/// <summary>
/// Writes a file so that it is there whole or not at all, even if the program is killed or the disk fills up:
/// into a temporary file in the same folder, flushed to the disk, then renamed over the target.
/// What goes wrong with the file itself becomes a <see cref="UsageException"/>; the writer's other exceptions pass through.
/// </summary>
public static class AtomicFile
{
    const int DiskFullUnix = 28, QuotaUnix = 122, DiskFullWindows = unchecked((int)0x80070070), HandleDiskFullWindows = unchecked((int)0x80070027);

    /// <summary>Throws <see cref="UsageException"/> if the target is a folder, lies in a file, or exists and may not be overwritten: to ask before the work is done.</summary>
    public static void RequireFree(string path, bool overwrite)
    {
        if (string.IsNullOrWhiteSpace(path)) throw new UsageException("The name of the output file is empty.");
        if (IsDevice(path)) return;
        if (Directory.Exists(path)) throw new UsageException($"{path} is a folder, where a file is to be written.");
        if (!overwrite && File.Exists(path)) throw new UsageException($"{path} exists; use --force to overwrite");
        for (var folder = Path.GetDirectoryName(Path.GetFullPath(path)); folder is not null && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder))
            if (File.Exists(folder)) throw new UsageException($"{path} cannot be written: {folder} is a file, not a folder.");
    }

    /// <summary>Lets <paramref name="write"/> fill the file at that path, creating its folder; throws <see cref="UsageException"/> if it exists and may not be overwritten, or cannot be written.</summary>
    /// <param name="path">The file.</param>
    /// <param name="overwrite">Whether it may be there before.</param>
    /// <param name="write">Fills it.</param>
    /// <param name="check">Given the temporary file's path when it is whole; if it throws, nothing gets the name.</param>
    public static void Write(string path, bool overwrite, Action<Stream> write, Action<string>? check = null)
    {
        RequireFree(path, overwrite);
        string? temporary = null;
        try
        {
            if (IsDevice(path))
            {
                using var device = new FileStream(path, FileMode.Open, FileAccess.Write);
                write(device);
                return;
            }
            // A link stays a link: what it points to is replaced.
            var target = (File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true) : null)?.FullName ?? Path.GetFullPath(path);
            var folder = Path.GetDirectoryName(target)!;
            Directory.CreateDirectory(folder);
            var name = Path.Combine(folder, $".likely-{Guid.NewGuid():N}.tmp");
            using (var stream = new FileStream(name, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                temporary = name;
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            check?.Invoke(name);
            RequireFree(path, overwrite); // another run may have been faster
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
        }
    }

    /// <summary>The plain sentence for a failure to write a file.</summary>
    internal static UsageException Explain(string path, Exception fault) => new(fault switch
    {
        IOException { HResult: DiskFullUnix or QuotaUnix or DiskFullWindows or HandleDiskFullWindows } =>
            $"The disk is full, so {path} was not written; free some space and try again.",
        UnauthorizedAccessException => $"{path} cannot be written: permission denied.",
        PathTooLongException => $"{path} cannot be written: the name is too long.",
        _ => $"{path} cannot be written ({fault.Message.TrimEnd('.')}).",
    });

    // A device such as /dev/null must not be renamed over.
    internal static bool IsDevice(string path) => !OperatingSystem.IsWindows() && path.StartsWith("/dev/", StringComparison.Ordinal) && File.Exists(path)
        && !path.StartsWith("/dev/shm/", StringComparison.Ordinal);

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
