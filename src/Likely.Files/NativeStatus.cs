using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Likely.Files;

/// <summary>
/// stat(2) and poll(2), which have no managed equal: type and identity of a file, and whether somebody reads. They are called in the runtime's own library, which is
/// there wherever .NET runs on a Unix-like system and has one layout of the answer for all of them.
/// </summary>
static partial class NativeStatus
{
    const string Library = "libSystem.Native";

    /// <summary>The runtime's layout of a file's status, with room behind it should it grow.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct Status
    {
        public int Flags;
        public int Mode;
        public uint User;
        public uint Group;
        public long Size;
        public fixed long Times[8]; // read, content written, status changed, made: seconds and nanoseconds each
        public long Device;
        public long SpecialDevice;
        public long Number;
        public fixed long Room[16];
    }

    [LibraryImport(Library, EntryPoint = "SystemNative_Stat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    internal static partial int Follow(string path, out Status status);

    [LibraryImport(Library, EntryPoint = "SystemNative_LStat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    internal static partial int Link(string path, out Status status);

    /// <summary>What poll(2) is asked of a descriptor, and what it says.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollEvent
    {
        public int Descriptor;
        public short Asked;
        public short Happened;
    }

    [LibraryImport(Library, EntryPoint = "SystemNative_Poll")]
    internal static partial int Poll(ref PollEvent descriptor, uint count, int milliseconds, out uint happened);

    [LibraryImport(Library, EntryPoint = "SystemNative_GetEUid")]
    internal static partial uint EffectiveUser();

    [LibraryImport(Library, EntryPoint = "SystemNative_FStat", SetLastError = true)]
    internal static partial int Handle(SafeFileHandle handle, out Status status);
}
