using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Some centroids c, and which is nearest to a row and how far all are: |x - c|^2 = |x'|^2 - 2 x' c' + |c'|^2 with x' = x - o and c' = c - o, an origin o among them being taken away so that squares are not large beside distances. Products are in single
/// precision and sums in double; wherever rounding could be more than a small share of a distance, or tell another one the nearest, the sum of squared differences decides, of equal ones the first.
/// </summary>
sealed class Centroids
{
    const double MostWrong = 1.0 / 256; // share of a squared distance that rounding may be, at worst

    readonly double[] _squares;
    readonly double _largest;
    readonly Matrix _away; // -o

    /// <param name="rows">The centroids.</param>
    /// <param name="origin">What is taken away; null: their mean.</param>
    public Centroids(Matrix rows, float[]? origin = null)
    {
        (Rows, _squares, _away, Slack) = (rows, new double[rows.Rows], new Matrix(1, rows.Columns), SlackOf(rows.Columns));
        origin ??= Mean(rows);
        for (var d = 0; d < origin.Length; d++) _away[0][d] = -origin[d];
        var shifted = new Matrix(rows.Rows, rows.Columns);
        rows.Plus(0, rows.Rows, _away, shifted);
        Columns = shifted.Transposed();
        for (var k = 0; k < _squares.Length; k++) _largest = Math.Max(_largest, _squares[k] = shifted.Dot(k, shifted, k));
    }

    /// <summary>The centroids, [K, D].</summary>
    public Matrix Rows { get; }

    /// <summary>c' side by side, [D, K]: what x' are multiplied by.</summary>
    public Matrix Columns { get; }

    /// <summary>|c'|^2 of each.</summary>
    public ReadOnlySpan<double> Squares => _squares;

    /// <summary>What single precision can be wrong by, as a share of |x'|^2 + |c'|^2.</summary>
    public float Slack { get; }

    /// <summary>The same of rows of so many numbers.</summary>
    public static float SlackOf(int width) => (width + 4) * MathF.ScaleB(1, -23);

    /// <summary>The mean of some rows.</summary>
    public static float[] Mean(Matrix rows)
    {
        var sums = new double[rows.Columns];
        for (var k = 0; k < rows.Rows; k++)
        {
            var row = rows[k];
            for (var d = 0; d < sums.Length; d++) sums[d] += row[d];
        }
        return Array.ConvertAll(sums, sum => (float)(sum / rows.Rows));
    }

    /// <summary>x' of some rows.</summary>
    public void Shift(Matrix x, int first, int count, Matrix shifted, int at = 0) => x.Plus(first, count, _away, shifted, at);

    /// <summary>Fills distances [count, K] from the first rows of x; the least of each row is that to its nearest.</summary>
    public void Distances(Matrix x, int count, Matrix distances)
    {
        var shifted = new Matrix(count, x.Columns);
        Shift(x, 0, count, shifted);
        shifted.Multiply(count, Columns, null, distances);
        for (var i = 0; i < count; i++)
        {
            double square = shifted.Dot(i, shifted, i), most = double.PositiveInfinity;
            var row = distances[i];
            for (var k = 0; k < row.Length; k++) most = Math.Min(most, square - 2.0 * row[k] + _squares[k] + Slack * (square + _squares[k]));
            for (var k = 0; k < row.Length; k++)
            {
                var (distance, error) = (square - 2.0 * row[k] + _squares[k], Slack * (square + _squares[k]));
                row[k] = (float)Math.Sqrt(distance - error <= most || error > MostWrong * distance ? x.SquaredDistance(i, Rows, k) : distance);
            }
        }
    }

    /// <summary>The nearest to some rows, and their squared distances.</summary>
    /// <param name="x">The rows.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="scratch">Room for x' and for its products, [count or more, D] and [count or more, K].</param>
    /// <param name="nearest">Receives which, and says how many.</param>
    /// <param name="distances">Receives the squared distances.</param>
    public void Nearest(Matrix x, int first, (Matrix Shifted, Matrix Products) scratch, Span<int> nearest, Span<double> distances)
    {
        Shift(x, first, nearest.Length, scratch.Shifted);
        scratch.Shifted.Multiply(nearest.Length, Columns, null, scratch.Products);
        for (var i = 0; i < nearest.Length; i++)
        {
            var row = scratch.Products[i];
            var (which, least, next, square) = (0, double.PositiveInfinity, double.PositiveInfinity, (double)scratch.Shifted.Dot(i, scratch.Shifted, i));
            for (var k = 0; k < row.Length; k++)
            {
                var value = _squares[k] - 2.0 * row[k];
                if (value >= next) continue;
                if (value < least) (which, least, next) = (k, value, least);
                else next = value;
            }
            var error = Slack * (square + _largest);
            (nearest[i], distances[i]) = next - least <= 2 * error ? Settle(x, first + i, row, square) : (which, error > MostWrong * (square + least) ? x.SquaredDistance(first + i, Rows, which) : square + least);
        }
    }

    // Among those that may be.
    (int, double) Settle(Matrix x, int i, Span<float> products, double square)
    {
        var (most, which, least) = (double.PositiveInfinity, 0, float.PositiveInfinity);
        for (var k = 0; k < products.Length; k++) most = Math.Min(most, _squares[k] - 2.0 * products[k] + Slack * (square + _squares[k]));
        for (var k = 0; k < products.Length; k++)
            if (_squares[k] - 2.0 * products[k] - Slack * (square + _squares[k]) <= most && x.SquaredDistance(i, Rows, k) is var exact && exact < least) (which, least) = (k, exact);
        return (which, least);
    }
}
