using System.Globalization;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>One search for centroids, from its beginning; a refusal names their number by a key.</summary>
sealed class KMeansSearch(KMeansConfig config, RowBlocks rows, FitOptions options, int restart, string key = "clusters")
{
    readonly float[] _upper = new float[rows.Rows], _lower = new float[rows.Rows], _moved = new float[config.Clusters], _half = new float[config.Clusters];
    readonly int[] _nearest = new int[rows.Rows];

    /// <summary>The centroids.</summary>
    public Matrix Rows { get; private set; } = null!;

    /// <summary>The sum of squared distances to the nearest centroid.</summary>
    public double Objective { get; private set; }

    public int Iterations { get; private set; }

    public bool Converged { get; private set; }

    public void Run()
    {
        Rows = new KMeansBeginning(config, rows, options, restart, key).Choose();
        if (config.Batch > 0 && config.Batch < rows.Rows) RunInBatches();
        else RunOverAll();
        Objective = SquaredDistances().Sum();
    }

    void RunOverAll()
    {
        var least = config.Tolerance * Variance();
        _upper.AsSpan().Fill(float.PositiveInfinity);
        while (Iterations < config.Iterations && !Converged)
        {
            var changed = Assign(new Centroids(Rows));
            Iterations++;
            var shift = Move();
            Converged = changed == 0 || shift <= least;
            options.Progress?.Invoke(new FitMoment((restart + (double)Iterations / config.Iterations) / config.Restarts, string.Create(CultureInfo.InvariantCulture, $"iteration {Iterations}: {changed} rows changed their centroid")));
        }
    }

    // The mean over columns of the variance: what centroids' movements are small against.
    double Variance()
    {
        var (mean, parts) = (rows.Mean(), new double[rows.Count]);
        rows.Each((block, _) =>
        {
            for (var i = 0; i < rows.RowsOf(block); i++)
            {
                var row = rows[block][i];
                for (var d = 0; d < row.Length; d++) parts[block] += (row[d] - mean[d]) * (row[d] - mean[d]);
            }
        });
        return parts.Sum() / rows.Rows / rows.Width;
    }

    // The nearest centroid of every row, but of those whose bounds say that it is still the same. What single precision can be wrong by is added to bounds.
    long Assign(Centroids centroids)
    {
        Spread(centroids);
        var (slack, changes) = (rows.Width * MathF.ScaleB(1, -23), new long[rows.Count]);
        rows.Each((block, _) =>
        {
            var (x, first, asked) = (rows[block], block * RowBlocks.Length, new List<int>());
            for (var i = 0; i < rows.RowsOf(block); i++)
            {
                var at = first + i;
                var bound = MathF.Max(_lower[at], float.IsFinite(_upper[at]) ? _half[_nearest[at]] : 0);
                if (_upper[at] <= bound) continue;
                if (float.IsFinite(_upper[at]))
                {
                    _upper[at] = (float)Math.Sqrt(x.SquaredDistance(i, centroids.Rows, _nearest[at])) * (1 + slack);
                    if (_upper[at] <= bound) continue;
                }
                asked.Add(i);
            }
            if (asked.Count == 0) return;
            Matrix some = new(asked.Count, x.Columns), distances = new(asked.Count, config.Clusters);
            for (var j = 0; j < asked.Count; j++) x[asked[j]].CopyTo(some[j]);
            centroids.Distances(some, asked.Count, distances);
            for (var j = 0; j < asked.Count; j++)
            {
                var at = first + asked[j];
                var row = distances[j];
                var (nearest, distance, second) = (0, float.PositiveInfinity, float.PositiveInfinity);
                for (var k = 0; k < row.Length; k++)
                {
                    if (row[k] >= second) continue;
                    if (row[k] < distance) (second, distance, nearest) = (distance, row[k], k);
                    else second = row[k];
                }
                if (!float.IsFinite(_upper[at]) || nearest != _nearest[at]) changes[block]++;
                // An error of the squares, which are differences of large numbers, is one of the distance.
                var error = (float)Math.Sqrt(slack * (some.Dot(j, some, j) + centroids.Squares[nearest]));
                (_nearest[at], _upper[at], _lower[at]) = (nearest, distance + error, float.IsFinite(second) ? MathF.Max(0, second - error) : float.MaxValue);
            }
        });
        return changes.Sum();
    }

    // Half of the distance from each centroid to its nearest other.
    void Spread(Centroids centroids)
    {
        var blocks = (config.Clusters + RowBlocks.Length - 1) / RowBlocks.Length;
        ParallelShards.Run(blocks, rows.Threads, (block, _) =>
        {
            var (first, count) = (block * RowBlocks.Length, Math.Min(RowBlocks.Length, config.Clusters - block * RowBlocks.Length));
            Matrix some = new(count, rows.Width), distances = new(count, config.Clusters);
            for (var i = 0; i < count; i++) Rows[first + i].CopyTo(some[i]);
            centroids.Distances(some, count, distances);
            for (var i = 0; i < count; i++)
            {
                var least = float.MaxValue;
                for (var k = 0; k < config.Clusters; k++)
                    if (k != first + i) least = MathF.Min(least, distances[i][k]);
                var error = (float)Math.Sqrt(rows.Width * MathF.ScaleB(1, -23) * (2 * centroids.Squares[first + i] + (double)least * least));
                _half[first + i] = MathF.Max(0, least - error) / 2;
            }
        });
    }

    // Centroids to the means of their rows, those of none to the rows that are farthest from theirs; bounds move along. Returns the sum of squared movements.
    double Move()
    {
        var (sums, counts) = Sums();
        Refill(sums, counts);
        var (shift, most) = (0.0, 0f);
        var moved = new Matrix(config.Clusters, rows.Width);
        for (var k = 0; k < config.Clusters; k++)
        {
            var row = moved[k];
            var distance = 0.0;
            for (var d = 0; d < row.Length; d++)
            {
                row[d] = (float)(sums[k, d] / counts[k]);
                distance += ((double)row[d] - Rows[k][d]) * ((double)row[d] - Rows[k][d]);
            }
            shift += distance;
            _moved[k] = MathF.BitIncrement((float)Math.Sqrt(distance));
            most = MathF.Max(most, _moved[k]);
        }
        Rows = moved;
        for (var i = 0; i < _upper.Length; i++)
        {
            _upper[i] = MathF.BitIncrement(_upper[i] + _moved[_nearest[i]]);
            _lower[i] = MathF.BitDecrement(_lower[i] - most);
        }
        return shift;
    }

    // Threads share the columns, so that every sum is one chain in the order of the rows.
    (double[,] Sums, long[] Counts) Sums()
    {
        const int Columns = 64;
        var (sums, counts) = (new double[config.Clusters, rows.Width], new long[config.Clusters]);
        foreach (var nearest in _nearest) counts[nearest]++;
        ParallelShards.Run((rows.Width + Columns - 1) / Columns, rows.Threads, (piece, _) =>
        {
            var (first, end) = (piece * Columns, Math.Min(rows.Width, (piece + 1) * Columns));
            for (var block = 0; block < rows.Count; block++)
            {
                var x = rows[block];
                for (var i = 0; i < rows.RowsOf(block); i++)
                {
                    var row = x[i];
                    var k = _nearest[block * RowBlocks.Length + i];
                    for (var d = first; d < end; d++) sums[k, d] += row[d];
                }
            }
        });
        return (sums, counts);
    }

    void Refill(double[,] sums, long[] counts)
    {
        int[] empty = [.. Enumerable.Range(0, counts.Length).Where(k => counts[k] == 0)];
        if (empty.Length == 0) return;
        var distances = new double[rows.Rows];
        rows.Each((block, _) =>
        {
            for (var i = 0; i < rows.RowsOf(block); i++) distances[block * RowBlocks.Length + i] = rows[block].SquaredDistance(i, Rows, _nearest[block * RowBlocks.Length + i]);
        });
        var far = new PriorityQueue<int, (double, int)>(Enumerable.Range(0, rows.Rows).Select(i => (i, (-distances[i], i))));
        foreach (var k in empty)
        {
            int taken;
            do taken = far.Dequeue(); while (counts[_nearest[taken]] < 2 && far.Count > 0);
            var from = _nearest[taken];
            var row = rows.Row(taken);
            for (var d = 0; d < row.Length; d++) (sums[from, d], sums[k, d]) = (sums[from, d] - row[d], row[d]);
            (counts[from], counts[k], _nearest[taken], _upper[taken]) = (counts[from] - 1, 1, k, float.PositiveInfinity);
        }
    }

    void RunInBatches()
    {
        var counts = new long[config.Clusters];
        var steps = Math.Max(1, (int)Math.Min(int.MaxValue, (long)config.Iterations * rows.Rows / config.Batch));
        var draw = new Philox(options.Seed, RandomPurpose.Shuffle, Philox.Hash($"kmeans.{restart}"));
        Matrix x = new(config.Batch, rows.Width), distances = new(config.Batch, config.Clusters);
        var (smoothed, best, patience) = (double.NaN, double.PositiveInfinity, 0);
        for (var step = 0; step < steps && !Converged; step++)
        {
            rows.Cancellation.ThrowIfCancellationRequested();
            for (var j = 0; j < config.Batch; j++)
            {
                var at = draw.Below((ulong)step, (ulong)j, rows.Rows);
                rows.Row(at).CopyTo(x[j]);
            }
            new Centroids(Rows).Distances(x, config.Batch, distances);
            var total = 0.0;
            for (var j = 0; j < config.Batch; j++)
            {
                var nearest = 0;
                var row = distances[j];
                for (var k = 1; k < row.Length; k++)
                    if (row[k] < row[nearest]) nearest = k;
                total += (double)row[nearest] * row[nearest];
                Span<float> centroid = Rows[nearest], values = x[j];
                var rate = 1f / ++counts[nearest];
                for (var d = 0; d < centroid.Length; d++) centroid[d] += rate * (values[d] - centroid[d]);
            }
            // Ends where the smoothed mean distance has not fallen for so many steps.
            var share = Math.Min(1, 2.0 * config.Batch / (rows.Rows + 1));
            smoothed = double.IsNaN(smoothed) ? total : smoothed * (1 - share) + total * share;
            (best, patience) = smoothed < best ? (smoothed, 0) : (best, patience + 1);
            (Converged, Iterations) = (patience >= 10 && step * (long)config.Batch >= rows.Rows, step + 1);
            if (step % 16 == 0) options.Progress?.Invoke(new FitMoment((restart + (double)step / steps) / config.Restarts, string.Create(CultureInfo.InvariantCulture, $"step {step + 1}: mean squared distance {total / config.Batch:G6}")));
        }
    }

    // Of each block the sum over its rows of the squared distance to the nearest centroid.
    double[] SquaredDistances()
    {
        var (sums, centroids) = (new double[rows.Count], new Centroids(Rows));
        rows.Each((block, _) =>
        {
            var (x, distances) = (rows[block], new Matrix(rows.RowsOf(block), config.Clusters));
            centroids.Distances(x, x.Rows, distances);
            for (var i = 0; i < x.Rows; i++)
            {
                var nearest = 0;
                var row = distances[i];
                for (var k = 1; k < row.Length; k++)
                    if (row[k] < row[nearest]) nearest = k;
                sums[block] += x.SquaredDistance(i, Rows, nearest);
            }
        });
        return sums;
    }
}
