using Xunit;

namespace Likely.Tests;

/// <summary>A test of something that only Unix-like systems have; elsewhere it shows as skipped.</summary>
public sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute()
    {
        if (OperatingSystem.IsWindows()) Skip = "needs a Unix-like system";
    }
}
