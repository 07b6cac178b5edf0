using System.Globalization;
using Likely.Tensors;
using MathNet.Numerics.LinearAlgebra;

namespace Likely.Models;

/// <summary>Expectation and maximisation, from the clusters of k-means on.</summary>
sealed class GaussianMixtureFit(GaussianMixtureConfig config, RowBlocks rows, FitOptions options)
{
    readonly int _count = config.Components, _width = rows.Width;

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
            var distances = new Matrix(x.Rows, _count);
            centroids.Distances(x, x.Rows, distances);
            for (var i = 0; i < x.Rows; i++)
            {
                var nearest = 0;
                for (var k = 1; k < _count; k++)
                    if (distances[i][k] < distances[i][nearest]) nearest = k;
                for (var k = 0; k < _count; k++) shares[i * _count + k] = k == nearest ? 1 : 0;
            }
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
        var isDiagonal = config.Covariance == "diagonal";
        var (weights, logs) = (new double[_count], new double[rows.Count]);
        double[,] first = new double[_count, _width], squares = isDiagonal ? new double[_count, _width] : new double[0, 0];
        double[][,] second = isDiagonal ? [] : [.. Enumerable.Range(0, config.Covariance == "full" ? _count : 1).Select(_ => new double[_width, _width])];
        var total = new double[_width];
        const int Together = 16; // blocks whose shares are told at once
        for (var start = 0; start < rows.Count; start += Together)
        {
            var some = Math.Min(Together, rows.Count - start);
            var (shares, centred) = (new double[some][], new Matrix[some]);
            ParallelShards.Run(some, rows.Threads, (j, _) =>
            {
                var x = rows[start + j];
                shares[j] = new double[x.Rows * _count];
                logs[start + j] = share(x, shares[j]);
                centred[j] = new Matrix(x.Rows, _width);
                for (var i = 0; i < x.Rows; i++)
                {
                    Span<float> from = x[i], to = centred[j][i];
                    for (var d = 0; d < to.Length; d++) to[d] = (float)(from[d] - mean[d]);
                }
            });
            for (var j = 0; j < some; j++) Add(centred[j], shares[j], weights, first, squares, second, total);
            rows.Cancellation.ThrowIfCancellationRequested();
        }
        Set(mean, weights, first, squares, second, total);
        return logs.Sum();
    }

    void Add(Matrix x, double[] shares, double[] weights, double[,] first, double[,] squares, double[][,] second, double[] total)
    {
        var counted = new Matrix(x.Rows, _count);
        for (var i = 0; i < x.Rows; i++)
            for (var k = 0; k < _count; k++)
            {
                weights[k] += shares[i * _count + k];
                counted[i][k] = (float)shares[i * _count + k];
            }
        counted.AddProducts(x.Rows, x, first, rows.Threads);
        var power = new Matrix(x.Rows, _width);
        for (var i = 0; i < x.Rows; i++)
        {
            Span<float> from = x[i], to = power[i];
            for (var d = 0; d < to.Length; d++)
            {
                to[d] = from[d] * from[d];
                total[d] += to[d];
            }
        }
        if (config.Covariance == "diagonal") counted.AddProducts(x.Rows, power, squares, rows.Threads);
        else if (config.Covariance == "tied") x.AddProducts(x.Rows, x, second[0], rows.Threads);
        else
            for (var k = 0; k < _count; k++)
            {
                for (var i = 0; i < x.Rows; i++)
                {
                    Span<float> from = x[i], to = power[i];
                    var by = counted[i][k];
                    for (var d = 0; d < to.Length; d++) to[d] = by * from[d];
                }
                power.AddProducts(x.Rows, x, second[k], rows.Threads);
            }
    }

    void Set(double[] mean, double[] weights, double[,] first, double[,] squares, double[][,] second, double[] total)
    {
        // What no row is of keeps a trace of weight, so that nothing is divided by zero.
        var floor = Math.Max(config.Floor * total.Sum() / rows.Rows / _width, 1e-30);
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
