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
        Require(stream.SafeFileHandle, stream);
        return stream;
    }

    /// <summary>Opens a file for reading at any place.</summary>
    /// <exception cref="IOException">It is not there, is no regular file, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static SafeFileHandle OpenHandle(string path)
    {
        Require(path);
        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.RandomAccess);
        Require(handle, handle);
        return handle;
    }

    /// <summary>All bytes of a file of at most 2 GB.</summary>
    /// <exception cref="IOException">It is not there, is no regular file, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static byte[] ReadAllBytes(string path)
    {
        using var stream = OpenRead(path, FileOptions.SequentialScan);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
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

    static void Require(SafeFileHandle handle, IDisposable opened)
    {
        try
        {
            if (Fault(FileStatus.Of(handle).Type) is { } fault) throw new IOException($"it is {fault}");
            // Files of the system itself, such as those in /proc, are made while they are read.
            Span<byte> one = stackalloc byte[1];
            if (RandomAccess.GetLength(handle) == 0 && RandomAccess.Read(handle, one, 0) > 0)
                throw new IOException("the system does not tell how long it is; read a copy of it");
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }
}
