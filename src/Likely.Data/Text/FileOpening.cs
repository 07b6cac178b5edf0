using Likely.Files;

namespace Likely.Data;

/// <summary>What the bytes of a sequence's files are: those on disk, or what they hold in another form.</summary>
abstract class FileOpening
{
    /// <summary>Whether a file is opened once and stays open, because opening takes long.</summary>
    public abstract bool Stays(int file);

    /// <summary>Opens a file that stays open.</summary>
    /// <exception cref="DataException">if it cannot be read</exception>
    public abstract IStoredBytes Open(int file, string path);

    /// <summary>Opens a file for a while.</summary>
    /// <exception cref="DataException">if it cannot be read</exception>
    public virtual IStoredBytes Reopen(int file, string path) => Open(file, path);

    /// <summary>How many bytes a file has that does not stay open, and its status.</summary>
    /// <exception cref="DataException">if it cannot be read</exception>
    public abstract (long Length, FileStatus Status) Look(int file, string path);
}
