using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// The nearest of some rows to others, exactly: |x - y|^2 = |x|^2 - 2 x y + |y|^2 in products of blocks picks some more than are asked for, and differences decide among these; where rounding could have kept a nearer one
/// from being picked, all that may be nearer are picked in a second pass. Of equal distances the row that comes first is the nearer.
/// </summary>
sealed class NearestRows
{
    const int Queries = 128, Piece = 512, Spare = 8; // queries and rows of one product; candidates besides those asked for

    readonly float[] _squares;
    readonly double _largest;
    readonly float _slack;

    public NearestRows(Matrix rows)
    {
        (Rows, _squares, _slack) = (rows, new float[rows.Rows], Centroids.SlackOf(rows.Columns));
        for (var i = 0; i < _squares.Length; i++) _largest = Math.Max(_largest, _squares[i] = rows.Dot(i, rows, i));
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
        var again = new List<(int Query, float Least)>();
        for (var q = 0; q < count; q++)
        {
            found[q] = Nearest(x, first + q, wanted, candidates.AsSpan(q * most, held[q]));
            double square = x.Dot(first + q, x, first + q), error = _slack * (square + _largest);
            if (held[q] == most && bounds[q] + square - error <= (double)found[q][^1].Item2 * found[q][^1].Item2 + error) again.Add((q, found[q][^1].Item2));
        }
        if (again.Count > 0) FindAll(x, first, again, wanted, skip, found);
    }

    // Of some queries among all rows that may be no farther than what was found.
    void FindAll(Matrix x, int first, List<(int Query, float Least)> again, int wanted, Func<int, int, bool>? skip, Span<(int, float)[]> found)
    {
        var (queries, limits) = (new Matrix(Shape.RoundUp(again.Count), x.Columns), new double[again.Count]);
        var near = new List<(float, int)>[again.Count];
        for (var q = 0; q < near.Length; q++)
        {
            var at = first + again[q].Query;
            x[at].CopyTo(queries[q]);
            (near[q], limits[q]) = ([], (double)again[q].Least * again[q].Least * (1 + 2 * _slack) - (1 - _slack) * x.Dot(at, x, at));
        }
        Matrix columns = queries.Transposed(), products = new(Piece, queries.Rows);
        for (var start = 0; start < Rows.Rows; start += Piece)
        {
            var some = Math.Min(Piece, Rows.Rows - start);
            Rows.Multiply(start, some, columns, products);
            for (var i = 0; i < some; i++)
            {
                var row = products[i];
                var square = (1 - _slack) * (double)_squares[start + i];
                for (var q = 0; q < near.Length; q++)
                    if (square - 2.0 * row[q] <= limits[q] && !(skip?.Invoke(first + again[q].Query, start + i) ?? false)) near[q].Add((0, start + i));
            }
        }
        for (var q = 0; q < near.Length; q++) found[again[q].Query] = Nearest(x, first + again[q].Query, wanted, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(near[q]));
    }

    // Of some candidates.
    (int, float)[] Nearest(Matrix x, int query, int wanted, ReadOnlySpan<(float Value, int Row)> candidates)
    {
        var own = new (int Row, float Distance)[candidates.Length];
        for (var c = 0; c < own.Length; c++) own[c] = (candidates[c].Row, (float)Math.Sqrt(x.SquaredDistance(query, Rows, candidates[c].Row)));
        Array.Sort(own, (a, b) => a.Distance != b.Distance ? a.Distance.CompareTo(b.Distance) : a.Row.CompareTo(b.Row));
        return own[..Math.Min(wanted, own.Length)];
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
