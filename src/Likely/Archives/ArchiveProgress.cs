namespace Likely;

/// <summary>The share of all work that is done, over stages whose number is not known before: each takes a part of what is left, so it never falls.</summary>
sealed class ArchiveProgress(Action<double, string>? tell)
{
    readonly Lock _one = new();
    double _start, _end, _told;
    string _what = "";

    /// <summary>Begins a stage.</summary>
    /// <param name="what">What is being done.</param>
    /// <param name="part">Its part of what is left.</param>
    public void Begin(string what, double part)
    {
        lock (_one) (_what, _start, _end) = (what, _told, _told + part * (1 - _told));
    }

    /// <summary>Tells the share of the stage that is done; from any thread.</summary>
    public void Report(double share)
    {
        if (tell is null) return;
        lock (_one) tell(_told = Math.Max(_told, _start + Math.Clamp(share, 0, 1) * (_end - _start)), _what);
    }
}
