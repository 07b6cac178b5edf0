using Likely.Files;

namespace Likely.Data;

/// <summary>Bytes that can be read at any offset by any thread: those of a file, or what it holds in another form.</summary>
interface IStoredBytes : IDisposable
{
    /// <summary>The file.</summary>
    string Path { get; }

    /// <summary>How many there are.</summary>
    long Length { get; }

    /// <summary>Of the file as it was opened.</summary>
    FileStatus Status { get; }

    /// <summary>Whether another program has written into the file since it was opened.</summary>
    bool HasChanged { get; }

    /// <summary>Fills <paramref name="target"/> from <paramref name="offset"/>; <paramref name="cancellation"/> ends it within a moment, however long that takes.</summary>
    /// <exception cref="DataException">if the bytes end before, or the file cannot be read</exception>
    void Read(long offset, Span<byte> target, CancellationToken cancellation = default);
}
