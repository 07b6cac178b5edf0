using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// The nearest of some rows to others, exactly: |x - y|^2 = |x|^2 - 2 x y + |y|^2 in products of blocks picks some more than are asked for, and differences decide among these, so that
/// rounding of large squares changes nothing. Of equal distances the row that comes first is the nearer.
/// </summary>
sealed class NearestRows
{
    const int Queries = 128, Piece = 512, Spare = 8; // queries and rows of one product; candidates besides those asked for

    readonly float[] _squares;

    public NearestRows(Matrix rows)
    {
        (Rows, _squares) = (rows, new float[rows.Rows]);
        for (var i = 0; i < _squares.Length; i++) _squares[i] = rows.Dot(i, rows, i);
    }

    /// <summary>Those that are found.</summary>
    public Matrix Rows { get; }

    /// <summary>The nearest rows to some of others, each with its distance, the nearest first.</summary>
    /// <param name="x">The others.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="count">How many.</param>
    /// <param name="wanted">How many rows to find for each.</param>
    /// <param name="skip">Whether a row of x may not be told a row; null: all may.</param>
    public (int Row, float Distance)[][] Find(Matrix x, int first, int count, int wanted, Func<int, int, bool>? skip = null)
    {
        var found = new (int, float)[count][];
        for (var start = 0; start < count; start += Queries) Find(x, first + start, Math.Min(Queries, count - start), wanted, skip, found.AsSpan(start));
        return found;
    }

    void Find(Matrix x, int first, int count, int wanted, Func<int, int, bool>? skip, Span<(int, float)[]> found)
    {
        // Whole vectors of queries: what fewer outputs are computed by is another order of sums.
        var (most, queries) = (wanted + Spare, new Matrix(Shape.RoundUp(count), x.Columns));
        for (var q = 0; q < count; q++) x[first + q].CopyTo(queries[q]);
        Matrix columns = queries.Transposed(), products = new(Piece, queries.Rows);
        var (bounds, candidates, held) = (new float[queries.Rows], new (float Value, int Row)[count * most], new int[count]);
        Array.Fill(bounds, float.PositiveInfinity);
        bounds.AsSpan(count).Fill(float.NegativeInfinity);
        for (var start = 0; start < Rows.Rows; start += Piece)
        {
            var some = Math.Min(Piece, Rows.Rows - start);
            Rows.Multiply(start, some, columns, products);
            for (var i = 0; i < some; i++)
            {
                var row = products[i];
                var square = _squares[start + i];
                for (var q = 0; q < row.Length; q++)
                    if (square - 2 * row[q] < bounds[q] && !(skip?.Invoke(first + q, start + i) ?? false))
                        bounds[q] = Insert(candidates.AsSpan(q * most, most), ref held[q], square - 2 * row[q], start + i);
            }
        }
        for (var q = 0; q < count; q++)
        {
            var own = new (int Row, float Distance)[held[q]];
            for (var c = 0; c < own.Length; c++) own[c] = (candidates[q * most + c].Row, (float)Math.Sqrt(x.SquaredDistance(first + q, Rows, candidates[q * most + c].Row)));
            Array.Sort(own, (a, b) => a.Distance != b.Distance ? a.Distance.CompareTo(b.Distance) : a.Row.CompareTo(b.Row));
            found[q] = own[..Math.Min(wanted, own.Length)];
        }
    }

    // Into a list in ascending order; returns what the next must be below.
    static float Insert(Span<(float Value, int Row)> list, ref int held, float value, int row)
    {
        var at = held < list.Length ? held++ : list.Length - 1;
        for (; at > 0 && list[at - 1].Value > value; at--) list[at] = list[at - 1];
        list[at] = (value, row);
        return held < list.Length ? float.PositiveInfinity : list[^1].Value;
    }
}
