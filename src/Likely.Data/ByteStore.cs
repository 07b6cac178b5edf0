using System.Buffers.Binary;
using System.IO.Compression;
using Likely.Files;
using Microsoft.Win32.SafeHandles;

namespace Likely.Data;

/// <summary>
/// Bytes that can be read at any offset by any thread: a plain file straight from disk, a gzip file inflated to memory
/// (at most 896 MiB, all that are open together, and never more than gzip can have packed into that file).
/// </summary>
sealed class ByteStore : IStoredBytes
{
    const long LargestInflated = 896L << 20;
    const int MostAtOnce = 1 << 24;
    const int BestDeflateRatio = 1032; // deflate cannot do better than 258 bytes in 2 bits

    readonly SafeFileHandle? _file;
    readonly byte[]? _memory;
    readonly FileStatus _opened;
    static long _inflated; // by all stores that are open
    long _reserved;

    ByteStore(string path, SafeFileHandle? file, byte[]? memory, long length, long reserved = 0)
    {
        (Path, _file, _memory, Length, _opened, _reserved) = (path, file, memory, length, file is null ? default : FileStatus.Of(file), reserved);
        if (reserved == 0) GC.SuppressFinalize(this);
    }

    ~ByteStore() => Release();

    public string Path { get; }
    public long Length { get; }

    /// <summary>Of the file as it was opened.</summary>
    public FileStatus Status => _opened;

    /// <summary>Whether another program has written into the file since it was opened.</summary>
    public bool HasChanged => _file is not null && (FileStatus.Of(_file) != _opened || RandomAccess.GetLength(_file) != Length);

    /// <summary>True if these are the contents of a packed file.</summary>
    public bool IsUnpacked => _memory is not null;

    public static ByteStore OfMemory(string path, byte[] memory) => new(path, null, memory, memory.Length);

    /// <summary>The contents of gzip data; <paramref name="open"/> is called twice.</summary>
    public static ByteStore OfGzip(string path, Func<Stream> open, Func<byte[], long?>? promise = null)
    {
        var memory = Inflate(path, open, promise);
        return new ByteStore(path, null, memory, memory.Length, memory.Length);
    }

    /// <summary>Opens a file. If it is packed, whatever its name, <paramref name="promise"/> reads the length that the first 64 bytes announce, if they do.</summary>
    public static ByteStore Open(string path, Func<byte[], long?>? promise = null)
    {
        var plain = OpenPlain(path);
        try
        {
            Span<byte> signature = stackalloc byte[2];
            if (plain.Length < signature.Length) return plain;
            plain.Read(0, signature);
            if (signature is not [0x1F, 0x8B]) return plain;
            plain.Dispose();
            return OfGzip(path, () => RegularFile.OpenRead(path), promise);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"'{path}' cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Opens a file as it is, packed or not.</summary>
    public static ByteStore OpenPlain(string path)
    {
        try
        {
            if (!File.Exists(path)) throw new DataException($"There is no file '{path}'; check the name.");
            var file = RegularFile.OpenHandle(path);
            return new ByteStore(path, file, null, RandomAccess.GetLength(file));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"'{path}' cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Fills <paramref name="target"/> from <paramref name="offset"/>.</summary>
    public void Read(long offset, Span<byte> target, CancellationToken cancellation = default)
    {
        if (offset < 0 || offset + target.Length > Length)
            throw new DataException($"'{Path}' ends early; it is damaged or still being written.");
        if (_memory is not null)
        {
            _memory.AsSpan((int)offset, target.Length).CopyTo(target);
            return;
        }
        try
        {
            while (target.Length > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                var count = RandomAccess.Read(_file!, target[..Math.Min(target.Length, MostAtOnce)], offset);
                if (count == 0) throw new DataException($"'{Path}' became shorter while it was being read.");
                offset += count;
                target = target[count..];
            }
        }
        catch (IOException error)
        {
            throw new DataException($"'{Path}' cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Inflates gzip data of a known or, in a first pass, counted length.</summary>
    static byte[] Inflate(string path, Func<Stream> open, Func<byte[], long?>? promise)
    {
        try
        {
            long most, promised;
            using (var packed = open())
            {
                most = Math.Min(LargestInflated, packed.Length * BestDeflateRatio + 1024);
                using var stream = new GZipStream(packed, CompressionMode.Decompress);
                var head = new byte[64];
                var count = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
                promised = promise?.Invoke(head[..count]) ?? Count(stream, count, most);
            }
            if (promised > most)
                throw new DataException(promised > LargestInflated
                    ? $"'{path}' holds more than {LargestInflated >> 20} MiB when unpacked; unpack it with gunzip first, then it is read from disk."
                    : $"'{path}' is too short for the {promised} bytes that its header promises; fetch it again.");
            if (Interlocked.Add(ref _inflated, promised) > LargestInflated)
            {
                Interlocked.Add(ref _inflated, -promised);
                throw new DataException($"'{path}' and the packed files that are open with it hold more than {LargestInflated >> 20} MiB when unpacked; unpack them with gunzip first, then they are read from disk.");
            }
            try
            {
                var memory = Fill(path, open, promised);
                if (promise is null) RequireWhole(path, open, memory);
                return memory;
            }
            catch
            {
                Interlocked.Add(ref _inflated, -promised);
                throw;
            }
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            throw new DataException($"'{path}' is not valid gzip data, is cut short, or cannot be read; fetch it again.", error);
        }
    }

    static byte[] Fill(string path, Func<Stream> open, long promised)
    {
        var memory = new byte[promised];
        using var stream = new GZipStream(open(), CompressionMode.Decompress);
        if (stream.ReadAtLeast(memory, memory.Length, throwOnEndOfStream: false) < memory.Length)
            throw new DataException($"'{path}' ends early: its header promises {promised} bytes; fetch it again.");
        if (stream.ReadByte() >= 0)
            throw new DataException($"'{path}' is longer than its header says; it is damaged or of another kind.");
        return memory;
    }

    // Inflating takes what was cut off for the end; the check sum and length of the last member, behind it, tell.
    static void RequireWhole(string path, Func<Stream> open, byte[] memory)
    {
        using var packed = open();
        Span<byte> trailer = stackalloc byte[8];
        if (packed.Length < trailer.Length) throw new InvalidDataException();
        packed.Position = packed.Length - trailer.Length;
        packed.ReadExactly(trailer);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]);
        if (length > memory.Length || Crc32.Of(memory.AsSpan(memory.Length - (int)length), []) != BinaryPrimitives.ReadUInt32LittleEndian(trailer))
            throw new DataException($"'{path}' is cut short, or something follows its packed content; fetch it again.");
    }

    static long Count(Stream stream, long count, long most)
    {
        var buffer = new byte[1 << 16];
        for (int read; count <= most && (read = stream.Read(buffer)) > 0;) count += read;
        return count;
    }

    public void Dispose()
    {
        _file?.Dispose();
        Release();
        GC.SuppressFinalize(this);
    }

    void Release() => Interlocked.Add(ref _inflated, -Interlocked.Exchange(ref _reserved, 0));
}
