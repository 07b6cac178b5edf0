using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>Scores rows by a density of them, and draws new ones.</summary>
public static class RowLikelihoods
{
    const int Piece = 64; // rows that go through together

    /// <summary>-log p(x) in nats of every row, in order; of real numbers a density's, which is below 0 where rows lie close.</summary>
    /// <param name="model">A model that is a density of rows.</param>
    /// <param name="rows">Rows of its space.</param>
    /// <param name="threads">Worker threads, 0: all processors; no result depends on it.</param>
    /// <param name="progress">Told how many more rows are scored, from worker threads.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="ArgumentException">The model is no density, or of other rows.</exception>
    public static double[] Score(FeatureModel model, IRows rows, int threads = 0, Action<int>? progress = null, CancellationToken cancellation = default)
    {
        var (density, width, nats) = (Of(model), model.Space.Dimensions, new double[rows.Count]);
        if (rows.Space.Dimensions != width) throw new ArgumentException($"the model takes rows of {width} numbers, and these are of {rows.Space.Dimensions}", nameof(rows));
        Each(rows.Count, threads, (first, count) =>
        {
            var values = new float[count * width];
            rows.Read(first, values);
            density.LogDensities(values, nats.AsSpan(first, count));
            foreach (ref var log in nats.AsSpan(first, count)) log = -log;
            progress?.Invoke(count);
        }, cancellation);
        return nats;
    }

    /// <summary>Rows that a density draws, [count, dimensions].</summary>
    /// <param name="model">A model that is a density of rows.</param>
    /// <param name="count">How many.</param>
    /// <param name="seed">Decides them; row i of a seed is the same whatever the count.</param>
    /// <param name="threads">Worker threads, 0: all processors; no result depends on it.</param>
    /// <param name="progress">Told how many more rows are drawn, from worker threads.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="ArgumentException">The model is no density.</exception>
    public static float[] Draw(FeatureModel model, int count, ulong seed, int threads = 0, Action<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var (density, width) = (Of(model), model.Space.Dimensions);
        var values = new float[checked(count * width)];
        Each(count, threads, (first, some) =>
        {
            density.Draw(seed, first, values.AsSpan(first * width, some * width));
            progress?.Invoke(some);
        }, cancellation);
        return values;
    }

    static IRowDensity Of(FeatureModel model) => model as IRowDensity ?? throw new ArgumentException($"{model.Config.Name} is no density of rows", nameof(model));

    static void Each(int count, int threads, Action<int, int> work, CancellationToken cancellation)
        => ParallelShards.Run((count + Piece - 1) / Piece, ParallelShards.Workers(threads), (piece, _) =>
        {
            cancellation.ThrowIfCancellationRequested();
            work(piece * Piece, Math.Min(Piece, count - piece * Piece));
        });
}
