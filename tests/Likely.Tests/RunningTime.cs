using System.Diagnostics;

namespace Likely.Tests;

/// <summary>
/// Time in which this process was let run, for tests of what ends soon: a machine that stands still for seconds, as shared ones do, takes a tenth of a second of it.
/// What can be counted instead (bytes read, calls) is better counted.
/// </summary>
static class RunningTime
{
    static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(20);

    static readonly Lock Gate = new();
    static TimeSpan _counted;
    static long _last;

    static RunningTime()
    {
        _last = Stopwatch.GetTimestamp();
        new Thread(() =>
        {
            for (; ; Thread.Sleep(Beat)) Count();
        })
        { IsBackground = true, Priority = ThreadPriority.AboveNormal, Name = nameof(RunningTime) }.Start();
    }

    /// <summary>Since the first call in this process.</summary>
    public static TimeSpan Now => Count();

    /// <summary>Since an earlier <see cref="Now"/>.</summary>
    public static TimeSpan Since(TimeSpan start) => Now - start;

    static TimeSpan Count()
    {
        lock (Gate)
        {
            var now = Stopwatch.GetTimestamp();
            var gone = Stopwatch.GetElapsedTime(_last, now);
            _last = now;
            return _counted += gone < 5 * Beat ? gone : 5 * Beat;
        }
    }
}
