using System.Globalization;
using Likely.Tensors;
using MathNet.Numerics.LinearAlgebra;

namespace Likely.Models;

/// <summary>Expectation and maximisation, from the clusters of k-means on.</summary>
sealed class GaussianMixtureFit(GaussianMixtureConfig config, RowBlocks rows, FitOptions options)
{
    const int Together = 32; // blocks whose shares are told at once

    // Of each of those the shares, the rows about their mean, their shares in single precision, and their squares.
    readonly double[][] _shares = new double[Together][];
    readonly Matrix[] _centred = new Matrix[Together], _counted = new Matrix[Together], _powers = new Matrix[Together];
    readonly int _count = config.Components, _width = rows.Width;
    readonly double[] _squares = new double[rows.Width]; // of the rows about their mean, which no share changes, nor
    readonly (Matrix Own, Matrix Weighted)[] _scratch = new (Matrix, Matrix)[rows.Threads];
    readonly double[,] _scatter = config.Covariance == "tied" ? new double[rows.Width, rows.Width] : new double[0, 0]; // all their products

    public float[] LogWeights { get; } = new float[config.Components];
    public float[] Means { get; } = new float[config.Components * rows.Width];
    public float[] Scales { get; private set; } = [];
    public double LogLikelihood { get; private set; } = double.NegativeInfinity;
    public int Iterations { get; private set; }
    public bool Converged { get; private set; }

    public void Run()
    {
        var start = new KMeansSearch(new KMeansConfig { Clusters = _count, Iterations = 20 }, rows, options with { Progress = null }, 0, "components");
        start.Run();
        var centroids = new Centroids(start.Rows);
        var mean = rows.Mean();
        Maximize(mean, (x, shares) =>
        {
            var nearest = new int[x.Rows];
            centroids.Nearest(x, 0, (new Matrix(x.Rows, _width), new Matrix(x.Rows, _count)), nearest, new double[x.Rows]);
            Array.Clear(shares);
            for (var i = 0; i < x.Rows; i++) shares[i * _count + nearest[i]] = 1;
            return 0;
        });
        while (Iterations < config.Iterations && !Converged)
        {
            var gaussians = new Gaussians(LogWeights, Means, Scales, config.Covariance, _width);
            var last = LogLikelihood;
            LogLikelihood = Maximize(mean, (x, shares) =>
            {
                gaussians.Fill(x, shares);
                var sum = 0.0;
                for (var i = 0; i < x.Rows; i++) sum += Gaussians.Normalize(shares.AsSpan(i * _count, _count));
                return sum;
            }) / rows.Rows;
            Converged = LogLikelihood - last < config.Tolerance;
            Iterations++;
            options.Progress?.Invoke(new FitMoment((double)Iterations / config.Iterations, string.Create(CultureInfo.InvariantCulture, $"iteration {Iterations}: {LogLikelihood:G6} nats a row")));
        }
    }

    // Weights, means and covariances of the rows about their mean, each counted by its shares; returns the sum of what telling the shares gave.
    double Maximize(double[] mean, Func<Matrix, double[], double> share)
    {
        const int Stripe = 16; // components whose weights are added by one thread
        var (isDiagonal, isFull, isFirst) = (config.Covariance == "diagonal", config.Covariance == "full", Iterations == 0 && double.IsNegativeInfinity(LogLikelihood) && Scales.Length == 0);
        var (weights, logs) = (new double[_count], new double[rows.Count]);
        double[,] first = new double[_count, _width], squares = isDiagonal ? new double[_count, _width] : new double[0, 0];
        double[][,] second = isFull ? [.. Enumerable.Range(0, _count).Select(_ => new double[_width, _width])] : isDiagonal ? [] : [_scatter];
        for (var start = 0; start < rows.Count; start += Together)
        {
            var some = Math.Min(Together, rows.Count - start);
            var (shares, centred, counted, powers) = (_shares, _centred, _counted, isDiagonal || isFirst ? _powers : null);
            ParallelShards.Run(some, rows.Threads, (j, _) =>
            {
                var x = rows[start + j];
                if (shares[j]?.Length != x.Rows * _count) (shares[j], centred[j], counted[j], _powers[j]) = (new double[x.Rows * _count], new Matrix(x.Rows, _width), new Matrix(x.Rows, _count), new Matrix(x.Rows, _width));
                logs[start + j] = share(x, shares[j]);
                for (var i = 0; i < x.Rows; i++)
                {
                    Span<float> from = x[i], to = centred[j][i], count = counted[j][i];
                    for (var d = 0; d < to.Length; d++) to[d] = (float)(from[d] - mean[d]);
                    for (var k = 0; k < count.Length; k++) count[k] = (float)shares[j][i * _count + k];
                    if (powers?[j] is not { } power) continue;
                    var square = power[i];
                    for (var d = 0; d < to.Length; d++) square[d] = to[d] * to[d];
                }
            });
            rows.Cancellation.ThrowIfCancellationRequested();
            ParallelShards.Run((_count + Stripe - 1) / Stripe, rows.Threads, (piece, _) =>
            {
                var own = weights.AsSpan(piece * Stripe, Math.Min(Stripe, _count - piece * Stripe));
                for (var j = 0; j < some; j++)
                    for (var at = piece * Stripe; at < shares[j].Length; at += _count)
                    {
                        var share = shares[j].AsSpan(at, own.Length);
                        for (var k = 0; k < own.Length; k++) own[k] += share[k];
                    }
            });
            Matrix.AddProducts(counted, centred, some, first, rows.Threads);
            if (isDiagonal) Matrix.AddProducts(counted, powers!, some, squares, rows.Threads);
            if (isFirst) AddFirst(centred, powers!, some);
            if (isFull) ParallelShards.Run(_count, rows.Threads, (k, worker) =>
            {
                if (_scratch[worker].Own is null) _scratch[worker] = (new Matrix(RowBlocks.Length, _width), new Matrix(RowBlocks.Length, _width));
                for (var j = 0; j < some; j++) AddProducts(centred[j], counted[j], k, second[k], _scratch[worker]);
            });
        }
        if (isFirst && _scatter.Length > 0) Matrix.Mirror(_scatter);
        Set(mean, weights, first, squares, second);
        return logs.Sum();
    }

    void AddFirst(Matrix[] centred, Matrix[] powers, int some)
    {
        for (var j = 0; j < some; j++)
            for (var i = 0; i < powers[j].Rows; i++)
            {
                var square = powers[j][i];
                for (var d = 0; d < square.Length; d++) _squares[d] += square[d];
            }
        if (_scatter.Length > 0) Matrix.AddSquares(centred, some, _scatter, rows.Threads);
    }

    // sums += sum over rows of share x' x, of those rows alone that have a share: the others' products are zeros.
    static void AddProducts(Matrix x, Matrix shares, int k, double[,] sums, (Matrix Own, Matrix Weighted) scratch)
    {
        var ((own, weighted), count) = (scratch, 0);
        for (var i = 0; i < x.Rows; i++)
        {
            var by = shares[i][k];
            if (by == 0) continue;
            Span<float> from = x[i], to = weighted[count];
            from.CopyTo(own[count++]);
            for (var d = 0; d < to.Length; d++) to[d] = by * from[d];
        }
        if (count > 0) weighted.AddProducts(count, own, sums, 1);
    }

    void Set(double[] mean, double[] weights, double[,] first, double[,] squares, double[][,] second)
    {
        // What no row is of keeps a trace of weight, so that nothing is divided by zero.
        var floor = Math.Max(config.Floor * _squares.Sum() / rows.Rows / _width, 1e-30);
        var centres = new double[_count, _width];
        for (var k = 0; k < _count; k++)
        {
            var weight = Math.Max(weights[k], 1e-10);
            LogWeights[k] = (float)ExactMath.Log(weight / rows.Rows);
            for (var d = 0; d < _width; d++)
            {
                centres[k, d] = first[k, d] / weight;
                Means[k * _width + d] = (float)(mean[d] + centres[k, d]);
            }
        }
        if (config.Covariance == "diagonal")
        {
            Scales = new float[_count * _width];
            for (var k = 0; k < _count; k++)
                for (var d = 0; d < _width; d++)
                    Scales[k * _width + d] = (float)(1 / Math.Sqrt(Math.Max(0, squares[k, d] / Math.Max(weights[k], 1e-10) - centres[k, d] * centres[k, d]) + floor));
            return;
        }
        Scales = new float[second.Length * _width * _width];
        ParallelShards.Run(second.Length, rows.Threads, (map, _) =>
        {
            var isFull = config.Covariance == "full";
            var divisor = isFull ? Math.Max(weights[map], 1e-10) : rows.Rows;
            var covariance = Matrix<double>.Build.Dense(_width, _width, (i, j) =>
            {
                var product = (second[map][i, j] + second[map][j, i]) / 2 / divisor;
                if (isFull) product -= centres[map, i] * centres[map, j];
                else
                    for (var k = 0; k < _count; k++) product -= weights[k] / rows.Rows * centres[k, i] * centres[k, j];
                return product + (i == j ? floor : 0);
            });
            Inverse(covariance, floor, Scales.AsSpan(map * _width * _width, _width * _width));
        });
    }

    // L of L L' = S^-1, upper triangular, by the Cholesky factor C of S: x' S^-1 x = |C^-1 x|^2, so L is the transpose of C^-1. Where rounding has left S not positive, more is added to its diagonal.
    static void Inverse(Matrix<double> covariance, double floor, Span<float> factor)
    {
        for (var more = floor; ; more *= 10)
        {
            try
            {
                var inverse = covariance.Cholesky().Factor.Inverse();
                for (var i = 0; i < covariance.RowCount; i++)
                    for (var j = 0; j < covariance.RowCount; j++) factor[j * covariance.RowCount + i] = j <= i ? (float)inverse[i, j] : 0;
                return;
            }
            catch (ArgumentException)
            {
                for (var d = 0; d < covariance.RowCount; d++) covariance[d, d] += more;
            }
        }
    }
}
