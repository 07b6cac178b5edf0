using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Coordinates that keep the distances between landmarks: the eigenvectors of B = -H D H / 2 of largest values, D the squared distances and H what takes means away (classical scaling, Torgerson 1952), and the map that gives
/// those of any point by its distances to the landmarks (de Silva and Tenenbaum 2004, sec. 2).
/// </summary>
sealed class LandmarkScaling
{
    readonly int _count, _threads;

    /// <param name="paths">Lengths of paths from all rows to the landmarks, [N, L].</param>
    /// <param name="landmarks">Which rows these are.</param>
    /// <param name="components">Coordinates.</param>
    /// <param name="seed">Where the search for eigenvectors begins.</param>
    /// <param name="threads">Threads of products.</param>
    /// <param name="cancellation">Ends it.</param>
    public LandmarkScaling(Parameter paths, int[] landmarks, int components, ulong seed, int threads, CancellationToken cancellation)
    {
        (_count, _threads, MeanSquares, Directions) = (landmarks.Length, threads, new float[landmarks.Length], new Matrix(landmarks.Length, components));
        var (b, means) = Centred(paths, landmarks);
        for (var l = 0; l < _count; l++) MeanSquares[l] = (float)means[l];
        var (vectors, values) = Eigenvectors.First(b, components, new Philox(seed, RandomPurpose.Initialization, Philox.Hash("isomap")), threads, cancellation);
        var coordinates = new double[_count, components];
        for (var c = 0; c < components; c++)
        {
            // What has no length in this direction, as where rows are alike, stays at 0.
            if (!(values[c] > 1e-6 * values[0])) continue;
            var largest = 0;
            for (var l = 1; l < _count; l++)
                if (Math.Abs(vectors[l, c]) > Math.Abs(vectors[largest, c])) largest = l;
            var (root, sign) = (Math.Sqrt(values[c]), vectors[largest, c] < 0 ? -1 : 1);
            for (var l = 0; l < _count; l++)
            {
                coordinates[l, c] = sign * vectors[l, c] * root;
                Directions[l][c] = (float)(sign * vectors[l, c] / root);
            }
        }
        ResidualVariance = Residual(paths, landmarks, coordinates, components);
    }

    /// <summary>What mean squared distances are multiplied by, [L, components].</summary>
    public Matrix Directions { get; }

    /// <summary>The mean over landmarks of the squared distance to each.</summary>
    public float[] MeanSquares { get; }

    /// <summary>1 - R^2 of the landmarks' distances along the data and between their coordinates.</summary>
    public double ResidualVariance { get; }

    // Both directions of a path may differ by rounding.
    static unsafe double Length(Parameter paths, int[] landmarks, int a, int b) => ((double)paths.Data[(long)landmarks[b] * paths.Stride + a] + paths.Data[(long)landmarks[a] * paths.Stride + b]) / 2;

    (Matrix B, double[] Means) Centred(Parameter paths, int[] landmarks)
    {
        var (b, means) = (new Matrix(_count, _count), new double[_count]);
        ParallelShards.Run(_count, _threads, (i, _) =>
        {
            for (var j = 0; j < _count; j++)
            {
                var length = Length(paths, landmarks, i, j);
                means[i] += length * length;
            }
            means[i] /= _count;
        });
        var mean = means.Sum() / _count;
        ParallelShards.Run(_count, _threads, (i, _) =>
        {
            var row = b[i];
            for (var j = 0; j < row.Length; j++)
            {
                var length = Length(paths, landmarks, i, j);
                row[j] = (float)((means[i] + means[j] - mean - length * length) / 2);
            }
        });
        return (b, means);
    }

    double Residual(Parameter paths, int[] landmarks, double[,] coordinates, int components)
    {
        var parts = new (double A, double B, double AA, double BB, double AB)[_count];
        ParallelShards.Run(_count, _threads, (i, _) =>
        {
            ref var sum = ref parts[i];
            for (var j = 0; j < i; j++)
            {
                var square = 0.0;
                for (var c = 0; c < components; c++) square += (coordinates[i, c] - coordinates[j, c]) * (coordinates[i, c] - coordinates[j, c]);
                var (a, b) = (Length(paths, landmarks, i, j), Math.Sqrt(square));
                sum = (sum.A + a, sum.B + b, sum.AA + a * a, sum.BB + b * b, sum.AB + a * b);
            }
        });
        var (pairs, all) = (_count * (_count - 1.0) / 2, (A: 0.0, B: 0.0, AA: 0.0, BB: 0.0, AB: 0.0));
        foreach (var part in parts) all = (all.A + part.A, all.B + part.B, all.AA + part.AA, all.BB + part.BB, all.AB + part.AB);
        double varianceA = all.AA / pairs - all.A / pairs * (all.A / pairs), varianceB = all.BB / pairs - all.B / pairs * (all.B / pairs), covariance = all.AB / pairs - all.A / pairs * (all.B / pairs);
        return varianceA > 0 && varianceB > 0 ? Math.Clamp(1 - covariance * covariance / (varianceA * varianceB), 0, 1) : 0;
    }
}
