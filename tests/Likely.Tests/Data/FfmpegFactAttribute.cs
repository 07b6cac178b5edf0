using System.ComponentModel;
using System.Diagnostics;
using Xunit;

namespace Likely.Tests.Data;

/// <summary>A test that needs the program ffmpeg; without it, it shows as skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FfmpegFactAttribute : FactAttribute
{
    static readonly bool IsHere = Run("-version") == 0;

    public FfmpegFactAttribute()
    {
        if (!IsHere) Skip = "needs the program ffmpeg on the path";
    }

    /// <summary>Runs ffmpeg; -1 if it is not here.</summary>
    public static int Run(params string[] words)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("ffmpeg", words) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (Win32Exception)
        {
            return -1;
        }
    }
}
