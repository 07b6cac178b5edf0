using Likely.Tensors;

namespace Likely.Models;

/// <summary>Some centroids, and what distances to all of them are computed from: |x - c|^2 = |x|^2 - 2 x c + |c|^2, the product in single precision and the sum in double.</summary>
sealed class Centroids
{
    readonly double[] _squares;

    public Centroids(Matrix rows)
    {
        (Rows, Columns, _squares) = (rows, rows.Transposed(), new double[rows.Rows]);
        for (var k = 0; k < _squares.Length; k++) _squares[k] = rows.Dot(k, rows, k);
    }

    /// <summary>The centroids, [K, D].</summary>
    public Matrix Rows { get; }

    /// <summary>The same side by side, [D, K]: what rows are multiplied by.</summary>
    public Matrix Columns { get; }

    /// <summary>|c|^2 of each.</summary>
    public ReadOnlySpan<double> Squares => _squares;

    /// <summary>Fills distances [count, K] from the first rows of x.</summary>
    public void Distances(Matrix x, int count, Matrix distances)
    {
        x.Multiply(count, Columns, null, distances);
        for (var i = 0; i < count; i++)
        {
            double square = x.Dot(i, x, i);
            var row = distances[i];
            for (var k = 0; k < row.Length; k++) row[k] = (float)Math.Sqrt(Math.Max(0, square - 2.0 * row[k] + _squares[k]));
        }
    }
}
