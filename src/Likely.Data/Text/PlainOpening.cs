using Likely.Files;

namespace Likely.Data;

/// <summary>Files as they are on disk, gzip files as what they hold.</summary>
/// <param name="isPacked">Which of them are gzip files.</param>
sealed class PlainOpening(Func<int, bool> isPacked) : FileOpening
{
    public override bool Stays(int file) => isPacked(file);

    public override IStoredBytes Open(int file, string path) => ByteStore.Open(path);

    public override IStoredBytes Reopen(int file, string path) => ByteStore.OpenPlain(path);

    // Without opening it, as there may be a million.
    public override (long Length, FileStatus Status) Look(int file, string path)
    {
        try
        {
            var status = FileStatus.Of(path);
            if (RegularFile.Fault(status.Type) is { } fault) throw new IOException($"it is {fault}");
            return (new FileInfo(path).Length, status);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"'{path}' cannot be read: {error.Message}", error);
        }
    }
}
