using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Likely.Tensors.Kernels;

/// <summary>
/// Every product of the toolkit (linear, convolution, their gradients) is this one: y[r, n] is one chain of fused
/// multiply-adds, begun with start[r, n], then taps in order, then the inner index ascending:
/// y[r, n] = start[r, n] + sum_t sum_k a_t[r, k] w_t[k, n]. Lanes run across n. Tiles choose which outputs are computed
/// together, never the order inside one, so rows may be cut anywhere and the bits stay.
/// </summary>
static unsafe class Gemm
{
    // From so many rows on, and so many floats from one weight row to the next, a copy pays.
    const int RowsToPack = 24, StrideToPack = 128;

    /// <summary>A product's operands; strides in floats. Outputs are whole vectors of 16: rows of weights are padded.</summary>
    public struct Product
    {
        public int Taps, Inner;
        /// <summary>Per tap: the first row's first value, and the first weight row.</summary>
        public float** Rows, Weights;
        public nint RowStride, InnerStride, WeightStride;
        public float* Start, Result;
        public nint StartStride, ResultStride;
    }

    /// <summary>Computes <paramref name="rows"/> rows of outputs <paramref name="firstColumn"/> .. <paramref name="columns"/>, both multiples of 16.</summary>
    public static void Multiply(in Product product, int rows, int columns, int firstColumn = 0)
    {
        if (Vector512.IsHardwareAccelerated) Multiply512(product, rows, columns, firstColumn);
        else if (Vector256.IsHardwareAccelerated) MultiplyNarrow<Lanes256, Vector256<float>>(product, rows, columns, firstColumn);
        else MultiplyNarrow<Lanes128, Vector128<float>>(product, rows, columns, firstColumn);
    }

    static void Multiply512(in Product p, int rows, int columns, int n)
    {
        int r;
        for (; n + 64 <= columns; n += 64)
        {
            for (r = 0; r + 6 <= rows; r += 6) GemmTiles<Lanes512, Vector512<float>>.Tile6x4(p, r, n);
            for (; r + 2 <= rows; r += 2) GemmTiles<Lanes512, Vector512<float>>.Tile2x4(p, r, n);
            if (r < rows) GemmTiles<Lanes512, Vector512<float>>.Tile1x4(p, r, n);
        }
        for (; n + 32 <= columns; n += 32)
        {
            for (r = 0; r + 12 <= rows; r += 12) GemmTiles<Lanes512, Vector512<float>>.Tile12x2(p, r, n);
            for (; r + 6 <= rows; r += 6) GemmTiles<Lanes512, Vector512<float>>.Tile6x2(p, r, n);
            for (; r + 2 <= rows; r += 2) GemmTiles<Lanes512, Vector512<float>>.Tile2x2(p, r, n);
            if (r < rows) GemmTiles<Lanes512, Vector512<float>>.Tile1x2(p, r, n);
        }
        if (n >= columns) return;
        for (r = 0; r + 12 <= rows; r += 12) GemmTiles<Lanes512, Vector512<float>>.Tile12x1(p, r, n);
        for (; r + 6 <= rows; r += 6) GemmTiles<Lanes512, Vector512<float>>.Tile6x1(p, r, n);
        for (; r + 2 <= rows; r += 2) GemmTiles<Lanes512, Vector512<float>>.Tile2x1(p, r, n);
        if (r < rows) GemmTiles<Lanes512, Vector512<float>>.Tile1x1(p, r, n);
    }

    // With 16 registers the 6 x 4 tile spills; 6 x 2 is 12 accumulators, two weights and one broadcast.
    static void MultiplyNarrow<TLanes, TVector>(in Product p, int rows, int columns, int n)
        where TLanes : ILanes<TVector> where TVector : struct
    {
        if (rows == 1) // two vectors would be too few chains
        {
            for (; n + 8 * TLanes.Count <= columns; n += 8 * TLanes.Count) GemmTiles<TLanes, TVector>.Tile1x8(p, 0, n);
            for (; n + 4 * TLanes.Count <= columns; n += 4 * TLanes.Count) GemmTiles<TLanes, TVector>.Tile1x4(p, 0, n);
        }
        var packs = rows >= RowsToPack && p.WeightStride >= StrideToPack;
        for (; n < columns; n += 2 * TLanes.Count)
            if (packs) MultiplyPacked<TLanes, TVector>(p, rows, n);
            else MultiplyPanel<TLanes, TVector>(p, rows, n);
    }

    static void MultiplyPanel<TLanes, TVector>(in Product p, int rows, int n)
        where TLanes : ILanes<TVector> where TVector : struct
    {
        var r = 0;
        for (; r + 6 <= rows; r += 6)
        {
            if (Sse.IsSupported && r + 12 <= rows)
            {
                var next = p.Result + (r + 6) * p.ResultStride + n;
                for (var i = 0; i < 6; i++, next += p.ResultStride) Sse.Prefetch0(next);
            }
            GemmTiles<TLanes, TVector>.Tile6x2(p, r, n);
        }
        for (; r + 2 <= rows; r += 2) GemmTiles<TLanes, TVector>.Tile2x2(p, r, n);
        if (r < rows) GemmTiles<TLanes, TVector>.Tile1x2(p, r, n);
    }

    // Two vectors of every weight row, rows far apart, meet in few sets of the first-level cache. Where enough rows follow, they are copied
    // side by side first, in blocks of the inner index that stay there; the chains go on from block to block.
    [SkipLocalsInit]
    static void MultiplyPacked<TLanes, TVector>(in Product p, int rows, int n)
        where TLanes : ILanes<TVector> where TVector : struct
    {
        const int Block = 192, Alignment = 16;
        var width = 2 * TLanes.Count;
        var memory = stackalloc float[Block * width + Alignment];
        var block = (float*)((nint)memory + 63 & ~63);
        float* row;
        var part = p;
        part.Taps = 1;
        part.Rows = &row;
        part.Weights = &block;
        part.WeightStride = width;
        part.Start += n;
        part.Result += n;
        for (var t = 0; t < p.Taps; t++)
            for (var k = 0; k < p.Inner; k += Block)
            {
                part.Inner = Math.Min(Block, p.Inner - k);
                row = p.Rows[t] + k * p.InnerStride;
                var weights = p.Weights[t] + k * p.WeightStride + n;
                for (var i = 0; i < part.Inner; i++, weights += p.WeightStride)
                {
                    if (Sse.IsSupported) Sse.Prefetch1(weights + width); // for the next two vectors: no hardware foresees such strides
                    TLanes.Store(TLanes.Load(weights), block + i * width);
                    TLanes.Store(TLanes.Load(weights + TLanes.Count), block + i * width + TLanes.Count);
                }
                MultiplyPanel<TLanes, TVector>(part, rows, 0);
                part.Start = part.Result;
                part.StartStride = part.ResultStride;
            }
    }
}
