using System.Diagnostics;
using Likely.Models;

namespace Likely.Cli;

/// <summary>
/// Work done and forgotten before a rate is measured, as the first walks of a process are several times slower than all that follow:
/// the compiler replaces a method's first, slow version after some calls and a moment.
/// </summary>
static class WarmUp
{
    const int MostExamples = 256;
    const double MostMultiplyAdds = 2e10;
    const double LeastSeconds = 0.4, CalmSeconds = 0.25, MostSeconds = 2;

    /// <summary>Draws samples until they come no faster for a while, or for two seconds.</summary>
    public static void Walks(AutoregressiveModel model, int count, int threads, CancellationToken cancellation)
        => Repeat(stop => Walk.Sample(model, Math.Min(count, MostExamples), threads: threads, cancellation: stop), cancellation);

    /// <summary>Scores and draws, as coding does both.</summary>
    public static void Coding(AutoregressiveModel model, int threads, CancellationToken cancellation)
    {
        Walks(model, threads, threads, cancellation);
        if (model.MultiplyAdds * threads > MostMultiplyAdds) return; // scoring heeds a stop only between two examples
        int[][] items = [.. Enumerable.Range(0, threads).Select(_ => new int[model.Space.Dimensions])];
        Repeat(stop => Evaluation.Score(model, items, new int[model.Classes > 0 ? items.Length : 0], threads, cancellation: stop), cancellation);
    }

    static void Repeat(Action<CancellationToken> work, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stop.CancelAfter(TimeSpan.FromSeconds(MostSeconds));
        var clock = Stopwatch.StartNew();
        var (best, improved) = (double.PositiveInfinity, 0.0);
        try
        {
            while (true)
            {
                var began = clock.Elapsed.TotalSeconds;
                work(stop.Token);
                var now = clock.Elapsed.TotalSeconds;
                if (now - began < 0.95 * best) (best, improved) = (now - began, now);
                if (now >= LeastSeconds && now - improved >= CalmSeconds) return;
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // One walk takes longer than the whole warm-up: what it has done will do.
        }
    }
}
