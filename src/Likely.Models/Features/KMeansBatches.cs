using System.Globalization;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>Mini-batch k-means: of some drawn rows each moves the centroid nearest to it by one over the number of rows that ever moved it (Sculley 2010).</summary>
static class KMeansBatches
{
    const int Piece = 64, Patience = 10, Beginning = 3, Stripe = 196; // rows of a product; steps without progress; batches that centroids begin among; columns that a thread moves

    /// <summary>Moves centroids until the smoothed mean distance has not fallen for some steps; returns them, the steps, and whether that was so.</summary>
    public static (Matrix Centroids, int Steps, bool Converged) Run(KMeansConfig config, RowBlocks rows, FitOptions options, int restart, string key)
    {
        var (counts, batch, clusters) = (new long[config.Clusters], config.Batch, config.Clusters);
        var steps = Math.Max(1, (int)Math.Min(int.MaxValue, (long)config.Iterations * rows.Rows / batch));
        var draw = new Philox(options.Seed, RandomPurpose.Shuffle, Philox.Hash($"kmeans.{restart}"));
        var centroids = new KMeansBeginning(config, Some(rows, Math.Max((long)Beginning * batch, 4L * clusters), draw), options, restart, key).Choose();
        var (x, nearest, distances, rates) = (new Matrix(batch, rows.Width), new int[batch], new double[batch], new float[batch]);
        var origin = Centroids.Mean(centroids);
        var scratch = new (Matrix Shifted, Matrix Products)[rows.Threads];
        for (var worker = 0; worker < scratch.Length; worker++) scratch[worker] = (new Matrix(Piece, rows.Width), new Matrix(Piece, clusters));
        var (smoothed, best, waited) = (double.NaN, double.PositiveInfinity, 0);
        for (var step = 0; step < steps; step++)
        {
            rows.Cancellation.ThrowIfCancellationRequested();
            var now = new Centroids(centroids, origin);
            ParallelShards.Run((batch + Piece - 1) / Piece, rows.Threads, (piece, worker) =>
            {
                var (first, count) = (piece * Piece, Math.Min(Piece, batch - piece * Piece));
                for (var j = first; j < first + count; j++) rows.Row(draw.Below((ulong)step, (ulong)j, rows.Rows)).CopyTo(x[j]);
                now.Nearest(x, first, scratch[worker], nearest.AsSpan(first, count), distances.AsSpan(first, count));
            });
            var total = 0.0;
            for (var j = 0; j < batch; j++)
            {
                total += distances[j];
                rates[j] = 1f / ++counts[nearest[j]];
            }
            // Threads share the columns, so that each centroid moves in the order of the rows.
            ParallelShards.Run((rows.Width + Stripe - 1) / Stripe, rows.Threads, (piece, _) =>
            {
                for (var j = 0; j < batch; j++)
                {
                    var (first, rate) = (piece * Stripe, rates[j]);
                    var values = x[j][first..Math.Min(rows.Width, first + Stripe)];
                    var centroid = centroids[nearest[j]].Slice(first, values.Length);
                    for (var d = 0; d < centroid.Length; d++) centroid[d] += rate * (values[d] - centroid[d]);
                }
            });
            // Ends where the smoothed mean distance has not fallen for so many steps.
            var share = Math.Min(1, 2.0 * batch / (rows.Rows + 1));
            smoothed = double.IsNaN(smoothed) ? total : smoothed * (1 - share) + total * share;
            (best, waited) = smoothed < best ? (smoothed, 0) : (best, waited + 1);
            if (step % 16 == 0) options.Progress?.Invoke(new FitMoment((restart + (double)step / steps) / config.Restarts, string.Create(CultureInfo.InvariantCulture, $"step {step + 1}: mean squared distance {total / batch:G6}")));
            if (waited >= Patience && step * (long)batch >= rows.Rows) return (centroids, step + 1, true);
        }
        return (centroids, steps, false);
    }

    // Rows that centroids begin among: all, or so many drawn, as k-means++ goes over them again and again.
    static RowBlocks Some(RowBlocks rows, long count, Philox draw)
    {
        if (count >= rows.Rows) return rows;
        var (order, values) = (draw.Permutation(rows.Rows, ulong.MaxValue)[..(int)count], new float[count, rows.Width]);
        Array.Sort(order);
        for (var i = 0; i < order.Length; i++)
        {
            var row = rows.Row(order[i]);
            for (var d = 0; d < row.Length; d++) values[i, d] = row[d];
        }
        return new RowBlocks(Likely.Models.Rows.Of(values), rows.Threads, rows.Cancellation);
    }
}
