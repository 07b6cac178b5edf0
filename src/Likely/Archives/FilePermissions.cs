namespace Likely;

/// <summary>
/// What a file's owner, its group and all others may do with it: nine bits, where the system has them. Those of an ordinary file (rw-r--r-- and
/// rw-rw-r--) are not kept: such a file comes back as the system makes files.
/// </summary>
static class FilePermissions
{
    const int All = 0b111_111_111, Ordinary = 0b110_100_100, OrdinaryOfGroup = 0b110_110_100;

    /// <summary>The permissions of a file, or of what a link leads to; -1: the ordinary ones, or the system has none.</summary>
    public static short Of(string path)
    {
        if (OperatingSystem.IsWindows()) return -1;
        var bits = (int)File.GetUnixFileMode(path) & All;
        return bits is Ordinary or OrdinaryOfGroup ? (short)-1 : (short)bits;
    }

    /// <summary>Sets the permissions of a file that is being written; false if the system has none.</summary>
    public static bool TrySet(Stream file, short permissions)
    {
        if (permissions < 0) return true;
        if (OperatingSystem.IsWindows() || file is not FileStream stream) return false;
        File.SetUnixFileMode(stream.SafeFileHandle, (UnixFileMode)permissions);
        return true;
    }
}
