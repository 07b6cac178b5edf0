using System.Globalization;

namespace Likely.Tensors;

/// <summary>How much memory is left, so that what does not fit is refused before it is begun and not killed in its midst.</summary>
public static class MachineMemory
{
    // What the runtime, its code and other small things may still take.
    const long Reserve = 64L << 20;

    /// <summary>Bytes that this process can take besides what it uses: of the machine, or of the container or the limit that it is held to.</summary>
    public static long Available()
    {
        var info = GC.GetGCMemoryInfo();
        var reusable = Math.Max(0, info.TotalCommittedBytes - GC.GetTotalMemory(forceFullCollection: false));
        var free = info.TotalAvailableMemoryBytes - Math.Max(0, Environment.WorkingSet - reusable);
        if (SystemAvailable() is { } ofSystem) free = Math.Min(free, ofSystem + reusable);
        else if (info.MemoryLoadBytes > 0) free = Math.Min(free, info.TotalAvailableMemoryBytes - info.MemoryLoadBytes + reusable);
        return Math.Max(0, free - Reserve);
    }

    /// <summary>True if so many bytes fit; garbage is given back before the answer is no.</summary>
    public static bool Fits(long bytes)
    {
        if (bytes <= Available()) return true;
        GC.Collect();
        return bytes <= Available();
    }

    /// <summary>A number of bytes for people, such as 41 GB or 310 MB.</summary>
    public static string Text(double bytes) => bytes switch
    {
        >= 9.95e9 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:#,0} GB"),
        >= 0.995e9 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(bytes / 1e6):0} MB"),
    };

    static long? SystemAvailable()
    {
        if (!OperatingSystem.IsLinux()) return null;
        try
        {
            foreach (var line in File.ReadLines("/proc/meminfo"))
                if (line.StartsWith("MemAvailable:", StringComparison.Ordinal)
                    && long.TryParse(line.AsSpan("MemAvailable:".Length).TrimEnd("kB").Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes))
                    return kilobytes << 10;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A system that does not tell.
        }
        return null;
    }
}
