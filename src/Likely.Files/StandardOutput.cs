namespace Likely.Files;

/// <summary>The process's stdout, of which the runtime does not say that its reader went away: what is written then is lost without an error.</summary>
public static class StandardOutput
{
    const int Descriptor = 1, Broken = 0x8 | 0x10; // POLLERR, POLLHUP

    /// <summary>Whether it is a pipe that nobody reads any more. Where there is no poll(2), nobody knows: false.</summary>
    public static bool HasNoReader()
    {
        if (OperatingSystem.IsWindows()) return false;
        var asked = new NativeStatus.PollEvent { Descriptor = Descriptor };
        return NativeStatus.Poll(ref asked, 1, 0, out var happened) == 0 && happened > 0 && (asked.Happened & Broken) != 0;
    }
}
