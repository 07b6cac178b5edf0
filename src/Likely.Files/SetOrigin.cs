using System.Globalization;

namespace Likely.Files;

/// <summary>
/// Where a <see cref="StagingFolder"/> was made: a file in it that says the system's numbers of the folder, of the folder around it and of its lock, and the moment
/// in which the lock was made. A copy, or a folder that was unpacked from an archive, has other numbers, and who can only plant files can neither
/// foretell them nor choose the moment. The disk's number is no part of it, as it may be another when the machine has been started again.
/// Where the system gives no numbers, the moments in which the three were made stand in their places.
/// </summary>
static class SetOrigin
{
    public const string Name = "origin", Lock = "lock";

    /// <summary>Says it of a folder that has just been made and locked.</summary>
    public static void Write(string path)
    {
        using var stream = new FileStream(Path.Combine(path, Name), FileMode.CreateNew, FileAccess.Write, FileShare.Read, 0);
        stream.Write(System.Text.Encoding.ASCII.GetBytes(Of(path)));
        stream.Flush(flushToDisk: true);
    }

    /// <summary>True for a folder that says what is so, or that was left before anything came into it.</summary>
    public static bool IsOf(string path)
    {
        var entries = new DirectoryInfo(path).GetFileSystemInfos();
        if (Array.TrueForAll(entries, entry => entry is FileInfo { Name: Name or Lock, Length: 0, LinkTarget: null } && IsFile(entry.FullName))) return true;
        var (name, held) = (Path.Combine(path, Name), Path.Combine(path, Lock));
        if (!IsFile(name) || !IsFile(held)) return false;
        using var reader = new StreamReader(RegularFile.OpenRead(name));
        var text = Of(path);
        var said = new char[text.Length + 1];
        return reader.ReadBlock(said) == text.Length && text.AsSpan().SequenceEqual(said.AsSpan(0, text.Length));
    }

    static string Of(string path)
    {
        var held = Path.Combine(path, Lock);
        return string.Create(CultureInfo.InvariantCulture, $"{Number(path)} {Number(Path.GetDirectoryName(path)!)} {Number(held)} {FileStatus.Of(held).Touched}\n");
    }

    static long Number(string path) => FileStatus.Of(path) is { Number: not 0 } status ? status.Number : File.GetCreationTimeUtc(path).Ticks;

    static bool IsFile(string path) => new FileInfo(path).LinkTarget is null && FileStatus.Of(path).Type == FileType.Regular;
}
