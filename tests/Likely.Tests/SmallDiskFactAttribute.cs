using System.ComponentModel;
using System.Diagnostics;
using Xunit;

namespace Likely.Tests;

/// <summary>A test that mounts a tiny disk in memory; where that is not allowed it shows as skipped.</summary>
public sealed class SmallDiskFactAttribute : FactAttribute
{
    static readonly Lazy<bool> _mountable = new(TryMount);

    public SmallDiskFactAttribute()
    {
        if (!_mountable.Value) Skip = "needs the right to mount a tmpfs";
    }

    internal static bool Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    static bool TryMount()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) return false;
        var folder = Directory.CreateTempSubdirectory("likely-mount-").FullName;
        try
        {
            return Run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder) && Run("umount", folder);
        }
        catch (Win32Exception) // no such program
        {
            return false;
        }
        finally
        {
            Directory.Delete(folder);
        }
    }
}
