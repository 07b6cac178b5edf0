using System.Formats.Tar;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Likely.Files;

/// <summary>
/// Type and identity of what a name leads to. Two names are of one file if device and number agree (hard links, links, disks that do
/// not tell capitals apart); where the system gives no numbers, if their final paths do.
/// </summary>
/// <param name="Type">What it is.</param>
/// <param name="Device">The disk it lies on; 0 if that is not known.</param>
/// <param name="Number">Its number on that disk; 0 if that is not known.</param>
/// <param name="Changed">Time of the last change of content in nanoseconds; 0 if that is not known.</param>
/// <param name="SpecialDevice">Which device it is, if it is one.</param>
/// <param name="Owner">The number of the user it belongs to; 0 if that is not known.</param>
/// <param name="Touched">Time of the last change of content, permissions or name in nanoseconds, which the system sets and no program can choose; 0 if that is not known.</param>
public readonly record struct FileStatus(FileType Type, long Device = 0, long Number = 0, long Changed = 0, long SpecialDevice = 0, uint Owner = 0, long Touched = 0)
{
    const int NoAccess = 13, LoopLinux = 40, LoopMac = 62;

    /// <summary>False if the runtime's library does not answer; then types are told by managed means, and identity by path.</summary>
    static bool _native = !OperatingSystem.IsWindows();

    /// <summary>True if the same file is known to be meant.</summary>
    public bool IsSame(FileStatus other) => Number != 0 && (Device, Number) == (other.Device, other.Number);

    /// <summary>True if this is where the process's standard output goes; a device that swallows all cannot be mixed up and is not meant.</summary>
    public bool IsStandardOutput
    {
        get
        {
            if (Number == 0 || OperatingSystem.IsWindows()) return false;
            using var handle = new SafeFileHandle(1, ownsHandle: false);
            return IsSame(Of(handle)) && (Type != FileType.CharacterDevice || SpecialDevice != Of("/dev/null").SpecialDevice);
        }
    }

    /// <summary>Of what a name leads to, links followed.</summary>
    public static FileStatus Of(string path)
    {
        if (path.Length == 0) return default;
        var full = Path.GetFullPath(path);
        if (_native)
        {
            try
            {
                if (NativeStatus.Follow(full, out var status) == 0) return From(status);
                return new FileStatus(Marshal.GetLastPInvokeError() switch
                {
                    NoAccess => FileType.Unreachable,
                    LoopLinux or LoopMac => FileType.LinkLoop,
                    _ => NativeStatus.Link(full, out _) == 0 ? FileType.BrokenLink : FileType.Missing,
                });
            }
            catch (Exception fault) when (fault is DllNotFoundException or EntryPointNotFoundException)
            {
                _native = false;
            }
        }
        return Managed(full);
    }

    /// <summary>Whether what a name leads to belongs to the user who runs the program; true where the system does not tell.</summary>
    public static bool IsOwn(string path)
    {
        var status = Of(path);
        return status.Type != FileType.Missing && (!_native || status.Owner == NativeStatus.EffectiveUser());
    }

    /// <summary>Of an open file; its type is that of a regular file where the system does not tell.</summary>
    public static FileStatus Of(SafeFileHandle handle)
    {
        try
        {
            if (_native && NativeStatus.Handle(handle, out var status) == 0) return From(status);
        }
        catch (Exception fault) when (fault is DllNotFoundException or EntryPointNotFoundException)
        {
            _native = false;
        }
        return new FileStatus(FileType.Regular);
    }

    /// <summary>Whether two names are of one file, or will be when it is made.</summary>
    public static bool AreSame(string path, string other)
    {
        var (one, two) = (Of(path), Of(other));
        if (one.Number != 0 && two.Number != 0) return one.IsSame(two);
        return string.Equals(FinalPath.Of(path), FinalPath.Of(other),
            OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
    }

    /// <summary>By managed means alone: the tar writer knows what a file without content is, and does not open what is none.</summary>
    internal static FileStatus Managed(string path)
    {
        if (Directory.Exists(path)) return new FileStatus(FileType.Folder);
        try
        {
            var file = new FileInfo(FinalPath.Of(path)); // the length of a link is that of its text
            if (!file.Exists) return new FileStatus(new FileInfo(path).LinkTarget is null ? FileType.Missing : FileType.BrokenLink);
            if (OperatingSystem.IsWindows() || file.Length > 0) return new FileStatus(FileType.Regular);
            using var memory = new MemoryStream();
            using (var writer = new TarWriter(memory, leaveOpen: true)) writer.WriteEntry(file.FullName, "entry");
            memory.Position = 0;
            using var reader = new TarReader(memory);
            return new FileStatus(reader.GetNextEntry()?.EntryType switch
            {
                TarEntryType.RegularFile or TarEntryType.V7RegularFile => FileType.Regular,
                TarEntryType.Fifo => FileType.Pipe,
                TarEntryType.BlockDevice => FileType.BlockDevice,
                _ => FileType.CharacterDevice,
            });
        }
        catch (UnauthorizedAccessException)
        {
            return new FileStatus(FileType.Unreachable);
        }
        catch (IOException)
        {
            return new FileStatus(FileType.Socket);
        }
    }

    static unsafe FileStatus From(in NativeStatus.Status status)
    {
        const int Mask = 0xF000;
        var type = (status.Mode & Mask) switch
        {
            0x8000 => FileType.Regular,
            0x4000 => FileType.Folder,
            0x1000 => FileType.Pipe,
            0x2000 => FileType.CharacterDevice,
            0x6000 => FileType.BlockDevice,
            _ => FileType.Socket,
        };
        return new FileStatus(type, status.Device, status.Number, status.Times[2] * 1_000_000_000 + status.Times[3], status.SpecialDevice, status.User, status.Times[4] * 1_000_000_000 + status.Times[5]);
    }
}
