using System.Diagnostics;
using Likely.Tensors;
using Likely.Tensors.Kernels;

namespace Likely.Benchmarks;

/// <summary>
/// Something to measure: work that can be repeated, what it costs in floating-point operations, and how many items it makes.
/// The warm-up is discarded; the figure is the median of the repetitions.
/// </summary>
/// <param name="Name">What is measured, with its sizes.</param>
/// <param name="Operations">Floating-point operations of one repetition; a multiply-add is two.</param>
/// <param name="Items">Items of one repetition: examples, samples, values.</param>
/// <param name="Work">One repetition.</param>
public sealed record Benchmark(string Name, double Operations, double Items, Action Work)
{
    const double WarmUpSeconds = 0.4, MeasuredSeconds = 0.8;
    const int LeastRepetitions = 5, MostRepetitions = 2000;

    /// <summary>Seconds of one repetition; may be ended between two.</summary>
    public double Measure(CancellationToken cancellation = default)
    {
        // The compiler replaces a method's first, slow version after some calls and a moment.
        var clock = Stopwatch.StartNew();
        do
        {
            cancellation.ThrowIfCancellationRequested();
            Work();
        }
        while (clock.Elapsed.TotalSeconds < WarmUpSeconds);
        var seconds = new List<double>();
        clock.Restart();
        while (seconds.Count < LeastRepetitions || clock.Elapsed.TotalSeconds < MeasuredSeconds && seconds.Count < MostRepetitions)
        {
            cancellation.ThrowIfCancellationRequested();
            var start = clock.Elapsed.TotalSeconds;
            Work();
            seconds.Add(clock.Elapsed.TotalSeconds - start);
        }
        seconds.Sort();
        return seconds[seconds.Count / 2];
    }

    /// <summary>The machine's peak with so many threads, in 10^9 floating-point operations a second: the best of several tries.</summary>
    public static double Peak(int threads)
    {
        const int Rounds = 4_000_000, Tries = 12;
        PeakProbe.MultiplyAdds(Rounds / 10);
        var best = 0.0;
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var clock = Stopwatch.StartNew();
            ParallelShards.Run(threads, threads, (_, _) => PeakProbe.MultiplyAdds(Rounds));
            best = Math.Max(best, threads * PeakProbe.Operations(Rounds) / clock.Elapsed.TotalSeconds / 1e9);
        }
        return best;
    }
}
