using Microsoft.Win32.SafeHandles;

namespace Likely.Files;

/// <summary>
/// The one way to open a file for reading: only regular files are opened. A pipe would wait for a writer, and a device has no
/// content to be read twice. What is asked of the name before is asked of the open file again, as the name may have got another meaning.
/// </summary>
public static class RegularFile
{
    const int Buffer = 1 << 16;

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="IOException">It is not there, is no regular file, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FileStream OpenRead(string path, FileOptions options = FileOptions.None)
    {
        Require(path);
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, Buffer, options);
        Require(path, stream.SafeFileHandle, stream);
        return stream;
    }

    /// <summary>Opens a file for reading at any place.</summary>
    /// <exception cref="IOException">It is not there, is no regular file, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static SafeFileHandle OpenHandle(string path)
    {
        Require(path);
        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.RandomAccess);
        Require(path, handle, handle);
        return handle;
    }

    /// <summary>All bytes of a file.</summary>
    /// <exception cref="IOException">It is not there, is no regular file, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static byte[] ReadAllBytes(string path)
    {
        Require(path);
        return File.ReadAllBytes(path);
    }

    /// <summary>Throws unless a name leads to a regular file, or to nothing, which opening it will say.</summary>
    /// <exception cref="IOException">It is no regular file.</exception>
    public static void Require(string path)
    {
        if (Fault(FileStatus.Of(path).Type) is { } fault) throw new IOException($"it is {fault}");
    }

    /// <summary>What a name leads to instead of a regular file, as the end of a sentence; null if it is one, or nothing at all.</summary>
    public static string? Fault(FileType type) => type switch
    {
        FileType.Folder => "a folder, not a file",
        FileType.Pipe => "a pipe, which can be read only once; write its content into a file first",
        FileType.Socket => "a socket, not a file",
        FileType.CharacterDevice or FileType.BlockDevice => "a device, not a file",
        FileType.BrokenLink => "a link to what is not there",
        FileType.LinkLoop => "a link that leads in a circle",
        _ => null,
    };

    static void Require(string path, SafeFileHandle handle, IDisposable opened)
    {
        if (Fault(FileStatus.Of(handle).Type) is not { } fault) return;
        opened.Dispose();
        throw new IOException($"{path} is {fault}");
    }
}
