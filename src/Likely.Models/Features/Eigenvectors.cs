using Likely.Tensors;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Likely.Models;

/// <summary>Eigenvectors of symmetric matrices, those of the largest values first.</summary>
static class Eigenvectors
{
    const int Beyond = 10, MostLooks = 100, LeastSearched = 256; // directions besides those wanted; times that they are improved; smaller matrices are solved whole
    const double Settled = 3e-7, Near = 1e-5; // what A v misses l v by, as a share of the largest value, where looking ends; where it may end if that falls no more

    /// <summary>All of a matrix over a divisor, of which the mean with its transpose is taken.</summary>
    public static (Matrix<double> Vectors, double[] Values) All(double[,] sums, double divisor)
    {
        var (size, symmetric) = (sums.GetLength(0), Matrix<double>.Build.Dense(sums.GetLength(0), sums.GetLength(0)));
        for (var i = 0; i < size; i++)
            for (var j = 0; j < size; j++) symmetric[i, j] = (sums[i, j] + sums[j, i]) / 2 / divisor;
        var found = symmetric.Evd(Symmetricity.Symmetric);
        var values = found.EigenValues.Select(value => value.Real).ToArray();
        int[] order = [.. Enumerable.Range(0, size).OrderByDescending(i => values[i])];
        return (Matrix<double>.Build.Dense(size, size, (row, column) => found.EigenVectors[row, order[column]]), Array.ConvertAll(order, i => values[i]));
    }

    /// <summary>Whether the first eigenvectors are searched, and not taken from all.</summary>
    public static bool IsSearched(int size, int wanted) => size >= LeastSearched && 4 * wanted <= size;

    /// <summary>The first of a matrix: all of it solved if it is small, else by polynomials of it times some vectors that are made orthonormal again and again, until those are eigenvectors (Rutishauser 1970).</summary>
    /// <param name="symmetric">[N, N].</param>
    /// <param name="wanted">How many.</param>
    /// <param name="draws">Where the search begins.</param>
    /// <param name="threads">Threads of products.</param>
    /// <param name="cancellation">Ends it.</param>
    public static (Matrix<double> Vectors, double[] Values) First(Matrix symmetric, int wanted, Philox draws, int threads, CancellationToken cancellation)
    {
        var size = symmetric.Rows;
        if (!IsSearched(size, wanted))
        {
            var sums = new double[size, size];
            for (var i = 0; i < size; i++)
                for (var j = 0; j < size; j++) sums[i, j] = symmetric[i][j];
            return All(sums, 1);
        }
        var count = wanted + Beyond;
        var q = new double[count][];
        for (var k = 0; k < count; k++)
        {
            q[k] = new double[size];
            for (var i = 0; i < size; i++) q[k][i] = draws.Normal((ulong)i, (ulong)k);
        }
        Matrix direction = new(size, count), product = new(size, count);
        var last = double.PositiveInfinity;
        for (var look = 0; ; look++)
        {
            cancellation.ThrowIfCancellationRequested();
            Orthonormalize(q, draws, threads);
            var y = Product(q);
            var within = new double[count, count];
            ParallelShards.Run(count, threads, (k, _) =>
            {
                for (var n = 0; n < count; n++) within[k, n] = Dot(q[k], y[n]);
            });
            var (turn, values) = All(within, 1);
            (q, y) = (Turned(q, turn, threads), Turned(y, turn, threads));
            var (residual, before) = (Residual(q, y, values, wanted), last);
            last = residual;
            // Products in single precision leave some of it, which then does not fall any more.
            var scale = Math.Max(Math.Abs(values[0]), Math.Abs(values[^1]));
            if (residual <= Settled * scale || residual <= Near * scale && 2 * residual > before || look == MostLooks) return (Matrix<double>.Build.Dense(size, count, [.. q.SelectMany(column => column)]), values);
            q = Filtered(q, y, values, wanted, Product, threads);
        }

        double[][] Product(double[][] columns)
        {
            for (var k = 0; k < count; k++)
                for (var i = 0; i < size; i++) direction[i][k] = (float)columns[k][i];
            symmetric.Multiply(direction, product, threads);
            var result = new double[count][];
            for (var k = 0; k < count; k++)
            {
                result[k] = new double[size];
                for (var i = 0; i < size; i++) result[k][i] = product[i][k];
            }
            return result;
        }
    }

    // The Chebyshev polynomial of the matrix, times columns, that stays small between the least value and the first of those that are not wanted, and grows fastest above (Zhou et al. 2006); the product itself where these leave no room. Of a degree that lets no column be drowned in what rounding leaves of the first.
    static double[][] Filtered(double[][] columns, double[][] products, double[] values, int wanted, Func<double[][], double[][]> product, int threads)
    {
        const int MostDegree = 4;
        const double MostGrown = 1e4;
        double low = Math.Min(0, values[^1]), high = 0;
        for (var c = wanted; c < values.Length; c++)
            if (values[c] > 0) high = values[c];
        if (!(high > 1e-30 * values[0])) return products;
        double centre = (high + low) / 2, half = (high - low) / 2, growth = 2 * (values[0] - centre) / half, grown = growth;
        var (before, now) = (columns, Next(columns, products, null));
        for (var degree = 2; degree <= MostDegree && grown <= MostGrown; degree++, grown *= growth) (before, now) = (now, Next(now, product(now), before));
        return now;

        // (A - c) t / e, of the first, and twice that less the one before.
        double[][] Next(double[][] of, double[][] products, double[][]? less)
        {
            var result = new double[of.Length][];
            var factor = (less is null ? 1 : 2) / half;
            ParallelShards.Run(of.Length, threads, (k, _) =>
            {
                var own = result[k] = new double[of[k].Length];
                for (var i = 0; i < own.Length; i++) own[i] = factor * (products[k][i] - centre * of[k][i]) - (less is null ? 0 : less[k][i]);
            });
            return result;
        }
    }

    // The largest |A v - l v| of those that are wanted.
    static double Residual(double[][] columns, double[][] products, double[] values, int wanted)
    {
        var most = 0.0;
        for (var k = 0; k < wanted; k++)
        {
            var square = 0.0;
            for (var i = 0; i < columns[k].Length; i++) square += (products[k][i] - values[k] * columns[k][i]) * (products[k][i] - values[k] * columns[k][i]);
            most = Math.Max(most, square);
        }
        return Math.Sqrt(most);
    }

    // Sums of columns.
    static double[][] Turned(double[][] columns, Matrix<double> turn, int threads)
    {
        var result = new double[columns.Length][];
        ParallelShards.Run(columns.Length, threads, (k, _) =>
        {
            result[k] = new double[columns[0].Length];
            for (var n = 0; n < columns.Length; n++) Add(turn[n, k], columns[n], result[k]);
        });
        return result;
    }

    // At right angles to each other and of length 1, in place: panel by panel, whose columns lose what they share with all before them, twice, as rounding leaves some of it. What was within the space of those before it is drawn anew.
    static void Orthonormalize(double[][] columns, Philox draws, int threads)
    {
        const int Panel = 16;
        const double Nothing = 1e-10;
        for (var first = 0; first < columns.Length; first += Panel)
        {
            var (start, end, lengths) = (first, Math.Min(columns.Length, first + Panel), new double[Panel]);
            ParallelShards.Run(end - start, threads, (j, _) =>
            {
                lengths[j] = Math.Sqrt(Dot(columns[start + j], columns[start + j]));
                Part(columns[start + j], columns.AsSpan(0, start));
            });
            for (var k = start; k < end; k++)
            {
                var own = columns[k];
                Part(own, columns.AsSpan(start, k - start));
                var length = Math.Sqrt(Dot(own, own));
                if (!(length > Nothing * lengths[k - start]))
                {
                    for (var i = 0; i < own.Length; i++) own[i] = draws.Normal((ulong)i, (ulong)(columns.Length + k));
                    Part(own, columns.AsSpan(0, k));
                    length = Math.Sqrt(Dot(own, own));
                }
                foreach (ref var value in own.AsSpan()) value /= length;
            }
        }
    }

    static void Part(double[] from, ReadOnlySpan<double[]> others)
    {
        for (var time = 0; time < 2; time++)
            foreach (var other in others) Add(-Dot(from, other), other, from);
    }

    static void Add(double factor, double[] column, Span<double> to)
    {
        for (var i = 0; i < to.Length; i++) to[i] += factor * column[i];
    }

    // Four chains, as one would wait for itself.
    static double Dot(double[] a, double[] b)
    {
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        var i = 0;
        for (; i + 3 < a.Length && i + 3 < b.Length; i += 4)
        {
            s0 += a[i] * b[i];
            s1 += a[i + 1] * b[i + 1];
            s2 += a[i + 2] * b[i + 2];
            s3 += a[i + 3] * b[i + 3];
        }
        for (; i < a.Length; i++) s0 += a[i] * b[i];
        return s0 + s1 + (s2 + s3);
    }

    /// <summary>Columns of the same space at right angles to each other, of length 1.</summary>
    public static Matrix<double> Orthonormal(Matrix<double> columns) => columns.QR(QRMethod.Thin).Q;
}
