using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>Scores examples once (a <see cref="Scorer"/> does it again and again), and turns scores into bits per dimension.</summary>
public static class Evaluation
{
    /// <summary>Takes what one example scores.</summary>
    /// <param name="index">Which example.</param>
    /// <param name="nats">Its surprise, -log p(x).</param>
    /// <param name="symbolNats">The surprise of each of its symbols, in the order of the example; empty for an ensemble, which averages whole examples.</param>
    public delegate void PerExample(int index, double nats, ReadOnlySpan<float> symbolNats);

    /// <summary>-log p(x) in nats of every example of a split, in order.</summary>
    /// <param name="model">The model; an ensemble averages its members' probabilities of whole examples.</param>
    /// <param name="split">Examples of the model's space.</param>
    /// <param name="threads">Worker threads, 0: all processors; no result depends on it.</param>
    /// <param name="limit">Only so many first examples.</param>
    /// <param name="each">Called for every example, from worker threads, with its index in the split and the surprise of each symbol.</param>
    /// <param name="items">Only these examples of the split, which must be of one space; null: all.</param>
    /// <param name="coded">Receives what an archive takes for each example, in nats: the same, or for an ensemble of K -log p of the likeliest member and log K.</param>
    /// <param name="space">What the examples are; null: those of the model's own space.</param>
    /// <param name="withSymbols">Whether the surprise of each symbol is asked for; if not, large examples are told without.</param>
    /// <param name="progress">Told how many more symbols are scored, from worker threads.</param>
    /// <param name="cancellation">Ends the scoring early.</param>
    public static double[] Score(DensityModel model, Split split, int threads = 0, int limit = int.MaxValue, PerExample? each = null, int[]? items = null, double[]? coded = null, Space? space = null, bool withSymbols = true,
        Action<long>? progress = null, CancellationToken cancellation = default)
        => new Scorer(model, threads, space).Score(split, limit, each, items, coded, withSymbols, progress, cancellation);

    /// <summary>-log p(x) in nats of examples in memory, given their labels if the model has classes, and what each is given if it is one of sequences that are.</summary>
    public static double[] Score(DensityModel model, IReadOnlyList<int[]> items, int[] labels, int threads = 0, PerExample? each = null, CancellationToken cancellation = default, IReadOnlyList<int[]>? sources = null)
        => new Scorer(model, threads).Score(items, labels, each, cancellation: cancellation, sources: sources);

    /// <summary>The longest sequence whose symbols' surprises can be had.</summary>
    public const int LongestShown = SequenceScorer.LongestKept;

    /// <summary>Bytes that scoring examples of a model takes besides the data; sequences go through in windows, of whatever length they are.</summary>
    public static long MemoryOf(DensityModel model, Space space, int threads) => ParallelShards.Workers(threads) * ScoringMemory.OfWorker(model, space, out _);

    /// <summary>Mean of the scores, in nats per example, added in order.</summary>
    public static double Mean(ReadOnlySpan<double> nats)
    {
        var total = 0.0;
        foreach (var value in nats) total += value;
        return nats.Length == 0 ? double.NaN : total / nats.Length;
    }

    /// <summary>Nats per example as bits per dimension.</summary>
    public static double BitsPerDimension(double nats, Space space) => nats / (space.Dimensions * 0.693147180559945309);
}
