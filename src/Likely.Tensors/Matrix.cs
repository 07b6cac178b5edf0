using System.Runtime.InteropServices;
using Likely.Tensors.Kernels;

namespace Likely.Tensors;

/// <summary>Rows of floats side by side, each padded with zeros to whole vectors of 16: what estimators without a tape compute with.</summary>
/// <param name="rows">Rows that there is room for.</param>
/// <param name="columns">Numbers of each.</param>
sealed unsafe class Matrix(int rows, int columns)
{
    const int Stripe = 48; // outputs of one piece of a sum of products

    readonly FloatBlock _block = new((long)rows * Shape.RoundUp(columns));

    public int Rows => rows;

    public int Columns => columns;

    /// <summary>Floats from one row to the next.</summary>
    public int Stride { get; } = Shape.RoundUp(columns);

    /// <summary>The first value, valid while somebody holds the matrix.</summary>
    public float* Data => _block.Pointer;

    /// <summary>One row, without its padding.</summary>
    public Span<float> this[int row] => _block.Span((long)row * Stride, Columns);

    /// <summary>A row's first value, valid as <see cref="Data"/>.</summary>
    public float* Row(int row) => Data + (long)row * Stride;

    /// <summary>The transpose.</summary>
    public Matrix Transposed()
    {
        var result = new Matrix(Columns, Rows);
        Layout.Transpose(Data, Rows, Columns, Stride, result.Data, result.Stride);
        GC.KeepAlive(this);
        return result;
    }

    /// <summary>result = start + x W of the first <paramref name="count"/> rows of x; every element one chain of multiply-adds.</summary>
    /// <param name="count">Rows.</param>
    /// <param name="weights">W, [columns of x, columns of the result].</param>
    /// <param name="start">[columns of the result], zeros behind; null: zeros.</param>
    /// <param name="result">Receives the product.</param>
    public void Multiply(int count, Matrix weights, Matrix? start, Matrix result)
    {
        if (weights.Rows != Columns || weights.Columns != result.Columns || count > Rows || count > result.Rows) throw new ArgumentException($"{Rows} x {Columns} times {weights.Rows} x {weights.Columns} is no {result.Rows} x {result.Columns}");
        if (start is null) new Span<float>(result.Data, checked(count * result.Stride)).Clear();
        Convolution.Pointwise(Data, Stride, count, Columns, weights.Data, weights.Stride, start is null ? null : start.Data, result.Data, result.Stride, result.Stride);
        GC.KeepAlive(this);
        GC.KeepAlive(weights);
        GC.KeepAlive(start);
        GC.KeepAlive(result);
    }

    /// <summary>The first row of result = x W of one row of x.</summary>
    public void Multiply(int row, Matrix weights, Matrix result)
    {
        if (weights.Rows != Columns || weights.Columns != result.Columns) throw new ArgumentException($"{Columns} times {weights.Rows} x {weights.Columns} is no {result.Columns}");
        result[0].Clear();
        Convolution.Pointwise(Row(row), Stride, 1, Columns, weights.Data, weights.Stride, null, result.Data, result.Stride, result.Stride);
        GC.KeepAlive(this);
        GC.KeepAlive(weights);
        GC.KeepAlive(result);
    }

    /// <summary>Some rows of the result, from one on: as many rows of this, each plus the one row of another matrix.</summary>
    public void Plus(int first, int count, Matrix row, Matrix result, int at = 0)
    {
        if (row.Columns != Columns || result.Columns != Columns || first + count > Rows || at + count > result.Rows) throw new ArgumentException($"{count} rows of {Columns} from {first} on, of {Rows}, and a row of {row.Columns} are no rows of {result.Columns} from {at} on, of {result.Rows}");
        for (var i = 0; i < count; i++) Elementwise.Add(Row(first + i), row.Data, result.Row(at + i), Stride);
        GC.KeepAlive(this);
        GC.KeepAlive(row);
        GC.KeepAlive(result);
    }

    /// <summary>The sum over columns of the product of two rows, in the fixed shape of row sums.</summary>
    public float Dot(int row, Matrix other, int otherRow)
    {
        if (other.Columns != Columns) throw new ArgumentException($"rows of {Columns} and of {other.Columns} have no product");
        var dot = Reductions.Dot(Row(row), other.Row(otherRow), Columns);
        GC.KeepAlive(this);
        GC.KeepAlive(other);
        return dot;
    }

    /// <summary>The squared distance between two rows, in the same shape.</summary>
    public float SquaredDistance(int row, Matrix other, int otherRow)
    {
        if (other.Columns != Columns) throw new ArgumentException($"rows of {Columns} and of {other.Columns} have no distance");
        var distance = Reductions.SquaredDistance(Row(row), other.Row(otherRow), Columns);
        GC.KeepAlive(this);
        GC.KeepAlive(other);
        return distance;
    }

    /// <summary>The same of some rows, with each difference times a scale, given by a row of another matrix that is called as <paramref name="otherRow"/>.</summary>
    /// <param name="first">The first row, of as many as there is room for.</param>
    /// <param name="other">The other matrix.</param>
    /// <param name="otherRow">Its row.</param>
    /// <param name="scales">The scales.</param>
    /// <param name="distances">Receives them.</param>
    public void SquaredDistances(int first, Matrix other, int otherRow, Matrix scales, Span<float> distances)
    {
        if (other.Columns != Columns || scales.Columns != Columns || first + distances.Length > Rows) throw new ArgumentException($"{distances.Length} rows of {Columns} from {first} on, of {Rows}, and rows of {other.Columns} and of {scales.Columns} have no distances");
        fixed (float* to = distances) Reductions.SquaredDistances(Row(first), Stride, distances.Length, other.Row(otherRow), scales.Row(otherRow), Columns, to);
        GC.KeepAlive(this);
        GC.KeepAlive(other);
        GC.KeepAlive(scales);
    }

    /// <summary>sums[k, n] += sum over the first <paramref name="count"/> rows of x[r, k] y[r, n]: each a chain in single precision over these rows, added in double.</summary>
    /// <param name="count">Rows; few enough for single precision.</param>
    /// <param name="other">y.</param>
    /// <param name="sums">[columns of x, columns of y].</param>
    /// <param name="threads">Threads, which share the outputs.</param>
    public void AddProducts(int count, Matrix other, double[,] sums, int threads) => AddProducts([this], [other], 1, count, sums, threads, Stretch(Columns, threads), false);

    /// <summary>The same of some blocks of rows, all rows of each, one after another.</summary>
    public static void AddProducts(Matrix[] x, Matrix[] y, int blocks, double[,] sums, int threads) => AddProducts(x, y, blocks, Array.MaxLength, sums, threads, Stretch(x[0].Columns, threads), false);

    /// <summary>A row of logits becomes softmax - one at a label, whose nats are returned.</summary>
    public double Residual(int row, int label)
    {
        _ = this[row][label]; // within the row
        var nats = Likelihood.Residual(Row(row), Columns, label);
        GC.KeepAlive(this);
        return nats;
    }

    /// <summary>sums[k, n] = sum over some rows, from one on, of x[first + r, k] y[r, n], or that added to what is there: chains in single precision.</summary>
    public void AddProducts(int first, int count, Matrix other, Matrix sums, bool isNew)
    {
        if (sums.Rows != Columns || sums.Columns != other.Columns || first + count > Rows || count > other.Rows) throw new ArgumentException($"rows {first} to {first + count} of {Rows} x {Columns} and {other.Rows} x {other.Columns} have no sums of {sums.Rows} x {sums.Columns}");
        if (isNew) new Span<float>(sums.Data, sums.Rows * sums.Stride).Clear();
        Convolution.PointwiseGradient(Row(first), Stride, other.Data, other.Stride, count, Columns, sums.Data, sums.Stride, sums.Stride);
        GC.KeepAlive(this);
        GC.KeepAlive(other);
        GC.KeepAlive(sums);
    }

    // Whole tiles of 6 outputs, and pieces for every thread.
    static int Stretch(int columns, int threads)
    {
        const int Tile = 6;
        return Math.Clamp((columns / (2 * threads) + Tile - 1) / Tile * Tile, Tile, Stripe);
    }

    /// <summary>The same of x with itself, n &gt;= k and perhaps some of the others, which <see cref="Mirror"/> sets when all is added: products do not depend on what is named first.</summary>
    public void AddSquares(int count, double[,] sums, int threads) => AddProducts([this], [this], 1, count, sums, threads, Stripe, true);

    /// <summary>The same of some blocks of rows, all rows of each, one after another.</summary>
    public static void AddSquares(Matrix[] x, int blocks, double[,] sums, int threads) => AddProducts(x, x, blocks, Array.MaxLength, sums, threads, Stripe, true);

    /// <summary>Makes sums symmetric, of those above the diagonal.</summary>
    public static void Mirror(double[,] sums)
    {
        for (var k = 1; k < sums.GetLength(0); k++)
            for (var n = 0; n < k; n++) sums[k, n] = sums[n, k];
    }

    static void AddProducts(Matrix[] x, Matrix[] y, int blocks, int most, double[,] sums, int threads, int stripe, bool isHalf)
    {
        var (columns, others) = (x[0].Columns, y[0].Columns);
        ParallelShards.Run((columns + stripe - 1) / stripe, threads, (piece, _) =>
        {
            var (first, rowCount) = (piece * stripe, Math.Min(stripe, columns - piece * stripe));
            var from = isHalf ? first : 0; // whole vectors, as stripes are
            var products = new Matrix(rowCount, others - from);
            for (var block = 0; block < blocks; block++)
            {
                var (own, other) = (x[block], y[block]);
                if (block > 0) new Span<float>(products.Data, rowCount * products.Stride).Clear();
                Convolution.PointwiseGradient(own.Data + first, own.Stride, other.Data + from, other.Stride, Math.Min(most, own.Rows), rowCount, products.Data, products.Stride, products.Stride);
                GC.KeepAlive(own);
                GC.KeepAlive(other);
                for (var k = 0; k < rowCount; k++)
                {
                    var row = products[k];
                    var to = MemoryMarshal.CreateSpan(ref sums[first + k, from], row.Length);
                    for (var n = 0; n < row.Length; n++) to[n] += row[n];
                }
            }
        });
    }

    /// <summary>result = x W of some rows from one on: the same product.</summary>
    public void Multiply(int first, int count, Matrix weights, Matrix result)
    {
        if (weights.Rows != Columns || weights.Columns != result.Columns || first + count > Rows || count > result.Rows) throw new ArgumentException($"rows {first} to {first + count} of {Rows} x {Columns} times {weights.Rows} x {weights.Columns} is no {result.Rows} x {result.Columns}");
        new Span<float>(result.Data, count * result.Stride).Clear();
        Convolution.Pointwise(Row(first), Stride, count, Columns, weights.Data, weights.Stride, null, result.Data, result.Stride, result.Stride);
        GC.KeepAlive(this);
        GC.KeepAlive(weights);
        GC.KeepAlive(result);
    }

    /// <summary>result = x W of all rows, on several threads: the same product.</summary>
    public void Multiply(Matrix weights, Matrix result, int threads)
    {
        const int Piece = 64;
        if (weights.Rows != Columns || weights.Columns != result.Columns || Rows > result.Rows) throw new ArgumentException($"{Rows} x {Columns} times {weights.Rows} x {weights.Columns} is no {result.Rows} x {result.Columns}");
        ParallelShards.Run((Rows + Piece - 1) / Piece, threads, (piece, _) =>
        {
            var (first, count) = (piece * Piece, Math.Min(Piece, Rows - piece * Piece));
            new Span<float>(result.Row(first), count * result.Stride).Clear();
            Convolution.Pointwise(Row(first), Stride, count, Columns, weights.Data, weights.Stride, null, result.Row(first), result.Stride, result.Stride);
        });
        GC.KeepAlive(this);
        GC.KeepAlive(weights);
        GC.KeepAlive(result);
    }
}
