using System.Globalization;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>One search for centroids, from its beginning; a refusal names their number by a key.</summary>
sealed class KMeansSearch(KMeansConfig config, RowBlocks rows, FitOptions options, int restart, string key = "clusters")
{
    const int Stripe = 64; // columns that a thread adds up

    KMeansBounds _bounds = null!;
    int[] _summed = [];
    double[] _sums = [];
    readonly long[] _counts = new long[config.Clusters];

    /// <summary>The centroids.</summary>
    public Matrix Rows { get; private set; } = null!;

    /// <summary>The sum of squared distances to the nearest centroid.</summary>
    public double Objective { get; private set; }

    public int Iterations { get; private set; }

    public bool Converged { get; private set; }

    public void Run()
    {
        if (config.Batch > 0 && config.Batch < rows.Rows) (Rows, Iterations, Converged) = KMeansBatches.Run(config, rows, options, restart, key);
        else RunOverAll();
        Objective = SquaredDistances().Sum();
    }

    void RunOverAll()
    {
        Rows = new KMeansBeginning(config, rows, options, restart, key).Choose();
        var mean = rows.Mean();
        var origin = Array.ConvertAll(mean, value => (float)value);
        (_bounds, _summed, _sums) = (new KMeansBounds(rows, new Centroids(Rows, origin)), new int[rows.Rows], new double[(long)config.Clusters * rows.Width]);
        _summed.AsSpan().Fill(-1);
        var least = config.Tolerance * Variance(mean);
        while (Iterations < config.Iterations && !Converged)
        {
            var changed = _bounds.Assign(new Centroids(Rows, origin));
            Iterations++;
            var shift = Move();
            Converged = changed == 0 || shift <= least;
            options.Progress?.Invoke(new FitMoment((restart + (double)Iterations / config.Iterations) / config.Restarts, string.Create(CultureInfo.InvariantCulture, $"iteration {Iterations}: {changed} rows changed their centroid")));
        }
    }

    // The mean over columns of the variance, which centroids' movements are small against.
    double Variance(double[] mean)
    {
        var parts = new double[rows.Count];
        rows.Each((block, _) =>
        {
            var x = rows[block];
            for (var i = 0; i < x.Rows; i++)
            {
                var row = x[i];
                for (var d = 0; d < row.Length; d++) parts[block] += (row[d] - mean[d]) * (row[d] - mean[d]);
            }
        });
        return parts.Sum() / rows.Rows / rows.Width;
    }

    // Centroids to the means of their rows, those of none to the rows that are farthest from theirs. Returns the sum of squared movements.
    double Move()
    {
        Sum();
        Refill();
        var (shift, distances) = (0.0, new double[config.Clusters]);
        var moved = new Matrix(config.Clusters, rows.Width);
        for (var k = 0; k < config.Clusters; k++)
        {
            Span<float> row = moved[k], before = Rows[k];
            var sums = SumsOf(k);
            var distance = 0.0;
            for (var d = 0; d < row.Length; d++)
            {
                row[d] = (float)(sums[d] / _counts[k]);
                distance += ((double)row[d] - before[d]) * ((double)row[d] - before[d]);
            }
            shift += distance;
            distances[k] = Math.Sqrt(distance);
        }
        Rows = moved;
        _bounds.Move(distances);
        return shift;
    }

    Span<double> SumsOf(int centroid) => _sums.AsSpan(centroid * rows.Width, rows.Width);

    // Of the rows that have another centroid than they had, in their order; threads share the columns.
    void Sum()
    {
        var changed = new List<int>(RowBlocks.Length);
        for (var block = 0; block < rows.Count; block++)
        {
            changed.Clear();
            for (int at = block * RowBlocks.Length, end = at + rows.RowsOf(block); at < end; at++)
                if (_summed[at] != _bounds.Nearest[at]) changed.Add(at);
            if (changed.Count == 0) continue;
            var x = rows[block];
            ParallelShards.Run((rows.Width + Stripe - 1) / Stripe, changed.Count < Stripe ? 1 : rows.Threads, (piece, _) =>
            {
                var (first, end) = (piece * Stripe, Math.Min(rows.Width, (piece + 1) * Stripe));
                foreach (var at in changed)
                {
                    var row = x[at % RowBlocks.Length][first..end];
                    var to = SumsOf(_bounds.Nearest[at])[first..end];
                    for (var d = 0; d < row.Length; d++) to[d] += row[d];
                    if (_summed[at] < 0) continue;
                    var from = SumsOf(_summed[at])[first..end];
                    for (var d = 0; d < row.Length; d++) from[d] -= row[d];
                }
            });
            foreach (var at in changed)
            {
                if (_summed[at] >= 0) _counts[_summed[at]]--;
                _counts[_summed[at] = _bounds.Nearest[at]]++;
            }
        }
    }

    void Refill()
    {
        int[] empty = [.. Enumerable.Range(0, _counts.Length).Where(k => _counts[k] == 0)];
        if (empty.Length == 0) return;
        var distances = new double[rows.Rows];
        rows.Each((block, _) =>
        {
            var x = rows[block];
            for (var i = 0; i < x.Rows; i++) distances[block * RowBlocks.Length + i] = x.SquaredDistance(i, Rows, _bounds.Nearest[block * RowBlocks.Length + i]);
        });
        var far = new PriorityQueue<int, (double, int)>(Enumerable.Range(0, rows.Rows).Select(i => (i, (-distances[i], i))));
        foreach (var k in empty)
        {
            int taken;
            do taken = far.Dequeue(); while (_counts[_bounds.Nearest[taken]] < 2 && far.Count > 0);
            var row = rows.Row(taken);
            Span<double> left = SumsOf(_bounds.Nearest[taken]), own = SumsOf(k);
            for (var d = 0; d < row.Length; d++) (left[d], own[d]) = (left[d] - row[d], row[d]);
            _counts[_bounds.Nearest[taken]]--;
            _bounds.Give(taken, k);
            (_counts[k], _summed[taken]) = (1, k);
        }
    }

    // Of each block the sum over its rows of the squared distance to the nearest centroid.
    double[] SquaredDistances()
    {
        var (sums, centroids) = (new double[rows.Count], new Centroids(Rows));
        var scratch = new (Matrix, Matrix)[rows.Threads];
        rows.Each((block, worker) =>
        {
            var x = rows[block];
            var distances = new double[x.Rows];
            if (scratch[worker].Item1 is null) scratch[worker] = (new Matrix(RowBlocks.Length, x.Columns), new Matrix(RowBlocks.Length, config.Clusters));
            centroids.Nearest(x, 0, scratch[worker], new int[x.Rows], distances);
            foreach (var distance in distances) sums[block] += distance;
        });
        return sums;
    }
}
