using Likely.Tensors;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Likely.Models;

/// <summary>Eigenvectors of symmetric matrices, those of the largest values first.</summary>
static class Eigenvectors
{
    const int Beyond = 10, MostPasses = 300, LeastSearched = 256; // directions besides those wanted; smaller matrices are solved whole
    const double Settled = 1e-9; // change of the values, as a share of the largest, where passes end

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

    /// <summary>The first of a matrix: all of it solved if it is small, else by products with some vectors that are made orthonormal again and again, until the values stay (Bauer 1957; Rutishauser 1970).</summary>
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
        var q = Orthonormal(Matrix<double>.Build.Dense(size, count, (i, k) => draws.Normal((ulong)i, (ulong)k)));
        Matrix direction = new(size, count), product = new(size, count);
        double[] last = [];
        for (var pass = 0; ; pass++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var i = 0; i < size; i++)
                for (var k = 0; k < count; k++) direction[i][k] = (float)q[i, k];
            symmetric.Multiply(direction, product, threads);
            var y = Matrix<double>.Build.Dense(size, count, (i, k) => product[i][k]);
            var (turn, values) = All(q.TransposeThisAndMultiply(y).ToArray(), 1);
            var isSettled = last.Length > 0;
            for (var c = 0; c < wanted && isSettled; c++) isSettled = Math.Abs(values[c] - last[c]) <= Settled * Math.Abs(values[0]);
            if (isSettled || pass == MostPasses) return (q * turn, values);
            (last, q) = (values, Orthonormal(y));
        }
    }

    /// <summary>Columns of the same space at right angles to each other, of length 1.</summary>
    public static Matrix<double> Orthonormal(Matrix<double> columns) => columns.QR(QRMethod.Thin).Q;
}
