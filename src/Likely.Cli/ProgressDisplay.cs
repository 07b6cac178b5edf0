using System.Diagnostics;

namespace Likely.Cli;

/// <summary>Shows how far something is, as lines of text: at most one each ten seconds, and those that matter. Safe from many threads.</summary>
class ProgressDisplay(Action<string>? write)
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    readonly Stopwatch _clock = Stopwatch.StartNew();
    TimeSpan _last;

    /// <summary>How far: the share done, and a few words; a moment that matters is always shown.</summary>
    public virtual void Update(double share, string text, bool matters = false)
    {
        if (write is null) return;
        lock (this)
        {
            if (!matters && _clock.Elapsed - _last < Interval) return;
            _last = _clock.Elapsed;
            write($"{100 * share,5:0.0} %  {text}");
        }
    }

    /// <summary>A line of its own.</summary>
    public virtual void Line(string text) => write?.Invoke(text);

    /// <summary>Seconds as people say them.</summary>
    public static string Duration(double seconds) => seconds switch
    {
        double.NaN or double.PositiveInfinity => "?",
        < 1 => $"{1000 * seconds:0} ms",
        < 99.5 => $"{seconds:0} s",
        < 5970 => $"{seconds / 60:0} min",
        < 172_800 => $"{seconds / 3600:0.0} h",
        _ => $"{seconds / 86_400:0.0} days",
    };
}
