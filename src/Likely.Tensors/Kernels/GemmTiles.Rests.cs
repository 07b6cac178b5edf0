using System.Runtime.CompilerServices;

namespace Likely.Tensors.Kernels;

/// <summary>The tiles of the rests, and those of machines with 16 registers.</summary>
static unsafe partial class GemmTiles<TLanes, TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile6x2(in Gemm.Product p, int firstRow, int column)
    {
        int count = TLanes.Count, taps = p.Taps, inner = p.Inner;
        nint rowStride = p.RowStride, innerStride = p.InnerStride, weightStride = p.WeightStride;
        var start = p.Start + firstRow * p.StartStride + column;
        var c00 = TLanes.Load(start);
        var c01 = TLanes.Load(start + count);
        var c10 = TLanes.Load(start + p.StartStride);
        var c11 = TLanes.Load(start + p.StartStride + count);
        var c20 = TLanes.Load(start + 2 * p.StartStride);
        var c21 = TLanes.Load(start + 2 * p.StartStride + count);
        var c30 = TLanes.Load(start + 3 * p.StartStride);
        var c31 = TLanes.Load(start + 3 * p.StartStride + count);
        var c40 = TLanes.Load(start + 4 * p.StartStride);
        var c41 = TLanes.Load(start + 4 * p.StartStride + count);
        var c50 = TLanes.Load(start + 5 * p.StartStride);
        var c51 = TLanes.Load(start + 5 * p.StartStride + count);
        for (var t = 0; t < taps; t++)
        {
            var a = p.Rows[t] + firstRow * rowStride;
            var w = p.Weights[t] + column;
            for (var k = 0; k < inner; k++)
            {
                var b0 = TLanes.Load(w);
                var b1 = TLanes.Load(w + count);
                var a0 = TLanes.Broadcast(*a);
                c00 = TLanes.MultiplyAdd(a0, b0, c00);
                c01 = TLanes.MultiplyAdd(a0, b1, c01);
                var a1 = TLanes.Broadcast(a[rowStride]);
                c10 = TLanes.MultiplyAdd(a1, b0, c10);
                c11 = TLanes.MultiplyAdd(a1, b1, c11);
                var a2 = TLanes.Broadcast(a[2 * rowStride]);
                c20 = TLanes.MultiplyAdd(a2, b0, c20);
                c21 = TLanes.MultiplyAdd(a2, b1, c21);
                var a3 = TLanes.Broadcast(a[3 * rowStride]);
                c30 = TLanes.MultiplyAdd(a3, b0, c30);
                c31 = TLanes.MultiplyAdd(a3, b1, c31);
                var a4 = TLanes.Broadcast(a[4 * rowStride]);
                c40 = TLanes.MultiplyAdd(a4, b0, c40);
                c41 = TLanes.MultiplyAdd(a4, b1, c41);
                var a5 = TLanes.Broadcast(a[5 * rowStride]);
                c50 = TLanes.MultiplyAdd(a5, b0, c50);
                c51 = TLanes.MultiplyAdd(a5, b1, c51);
                a += innerStride;
                w += weightStride;
            }
        }
        var y = p.Result + firstRow * p.ResultStride + column;
        TLanes.Store(c00, y);
        TLanes.Store(c01, y + count);
        TLanes.Store(c10, y + p.ResultStride);
        TLanes.Store(c11, y + p.ResultStride + count);
        TLanes.Store(c20, y + 2 * p.ResultStride);
        TLanes.Store(c21, y + 2 * p.ResultStride + count);
        TLanes.Store(c30, y + 3 * p.ResultStride);
        TLanes.Store(c31, y + 3 * p.ResultStride + count);
        TLanes.Store(c40, y + 4 * p.ResultStride);
        TLanes.Store(c41, y + 4 * p.ResultStride + count);
        TLanes.Store(c50, y + 5 * p.ResultStride);
        TLanes.Store(c51, y + 5 * p.ResultStride + count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile6x1(in Gemm.Product p, int firstRow, int column)
    {
        int count = TLanes.Count, taps = p.Taps, inner = p.Inner;
        nint rowStride = p.RowStride, innerStride = p.InnerStride, weightStride = p.WeightStride;
        var start = p.Start + firstRow * p.StartStride + column;
        var c00 = TLanes.Load(start);
        var c10 = TLanes.Load(start + p.StartStride);
        var c20 = TLanes.Load(start + 2 * p.StartStride);
        var c30 = TLanes.Load(start + 3 * p.StartStride);
        var c40 = TLanes.Load(start + 4 * p.StartStride);
        var c50 = TLanes.Load(start + 5 * p.StartStride);
        for (var t = 0; t < taps; t++)
        {
            var a = p.Rows[t] + firstRow * rowStride;
            var w = p.Weights[t] + column;
            for (var k = 0; k < inner; k++)
            {
                var b0 = TLanes.Load(w);
                var a0 = TLanes.Broadcast(*a);
                c00 = TLanes.MultiplyAdd(a0, b0, c00);
                var a1 = TLanes.Broadcast(a[rowStride]);
                c10 = TLanes.MultiplyAdd(a1, b0, c10);
                var a2 = TLanes.Broadcast(a[2 * rowStride]);
                c20 = TLanes.MultiplyAdd(a2, b0, c20);
                var a3 = TLanes.Broadcast(a[3 * rowStride]);
                c30 = TLanes.MultiplyAdd(a3, b0, c30);
                var a4 = TLanes.Broadcast(a[4 * rowStride]);
                c40 = TLanes.MultiplyAdd(a4, b0, c40);
                var a5 = TLanes.Broadcast(a[5 * rowStride]);
                c50 = TLanes.MultiplyAdd(a5, b0, c50);
                a += innerStride;
                w += weightStride;
            }
        }
        var y = p.Result + firstRow * p.ResultStride + column;
        TLanes.Store(c00, y);
        TLanes.Store(c10, y + p.ResultStride);
        TLanes.Store(c20, y + 2 * p.ResultStride);
        TLanes.Store(c30, y + 3 * p.ResultStride);
        TLanes.Store(c40, y + 4 * p.ResultStride);
        TLanes.Store(c50, y + 5 * p.ResultStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile2x4(in Gemm.Product p, int firstRow, int column)
    {
        int count = TLanes.Count, taps = p.Taps, inner = p.Inner;
        nint rowStride = p.RowStride, innerStride = p.InnerStride, weightStride = p.WeightStride;
        var start = p.Start + firstRow * p.StartStride + column;
        var c00 = TLanes.Load(start);
        var c01 = TLanes.Load(start + count);
        var c02 = TLanes.Load(start + 2 * count);
        var c03 = TLanes.Load(start + 3 * count);
        var c10 = TLanes.Load(start + p.StartStride);
        var c11 = TLanes.Load(start + p.StartStride + count);
        var c12 = TLanes.Load(start + p.StartStride + 2 * count);
        var c13 = TLanes.Load(start + p.StartStride + 3 * count);
        for (var t = 0; t < taps; t++)
        {
            var a = p.Rows[t] + firstRow * rowStride;
            var w = p.Weights[t] + column;
            for (var k = 0; k < inner; k++)
            {
                var b0 = TLanes.Load(w);
                var b1 = TLanes.Load(w + count);
                var b2 = TLanes.Load(w + 2 * count);
                var b3 = TLanes.Load(w + 3 * count);
                var a0 = TLanes.Broadcast(*a);
                c00 = TLanes.MultiplyAdd(a0, b0, c00);
                c01 = TLanes.MultiplyAdd(a0, b1, c01);
                c02 = TLanes.MultiplyAdd(a0, b2, c02);
                c03 = TLanes.MultiplyAdd(a0, b3, c03);
                var a1 = TLanes.Broadcast(a[rowStride]);
                c10 = TLanes.MultiplyAdd(a1, b0, c10);
                c11 = TLanes.MultiplyAdd(a1, b1, c11);
                c12 = TLanes.MultiplyAdd(a1, b2, c12);
                c13 = TLanes.MultiplyAdd(a1, b3, c13);
                a += innerStride;
                w += weightStride;
            }
        }
        var y = p.Result + firstRow * p.ResultStride + column;
        TLanes.Store(c00, y);
        TLanes.Store(c01, y + count);
        TLanes.Store(c02, y + 2 * count);
        TLanes.Store(c03, y + 3 * count);
        TLanes.Store(c10, y + p.ResultStride);
        TLanes.Store(c11, y + p.ResultStride + count);
        TLanes.Store(c12, y + p.ResultStride + 2 * count);
        TLanes.Store(c13, y + p.ResultStride + 3 * count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile2x2(in Gemm.Product p, int firstRow, int column)
    {
        int count = TLanes.Count, taps = p.Taps, inner = p.Inner;
        nint rowStride = p.RowStride, innerStride = p.InnerStride, weightStride = p.WeightStride;
        var start = p.Start + firstRow * p.StartStride + column;
        var c00 = TLanes.Load(start);
        var c01 = TLanes.Load(start + count);
        var c10 = TLanes.Load(start + p.StartStride);
        var c11 = TLanes.Load(start + p.StartStride + count);
        for (var t = 0; t < taps; t++)
        {
            var a = p.Rows[t] + firstRow * rowStride;
            var w = p.Weights[t] + column;
            for (var k = 0; k < inner; k++)
            {
                var b0 = TLanes.Load(w);
                var b1 = TLanes.Load(w + count);
                var a0 = TLanes.Broadcast(*a);
                c00 = TLanes.MultiplyAdd(a0, b0, c00);
                c01 = TLanes.MultiplyAdd(a0, b1, c01);
                var a1 = TLanes.Broadcast(a[rowStride]);
                c10 = TLanes.MultiplyAdd(a1, b0, c10);
                c11 = TLanes.MultiplyAdd(a1, b1, c11);
                a += innerStride;
                w += weightStride;
            }
        }
        var y = p.Result + firstRow * p.ResultStride + column;
        TLanes.Store(c00, y);
        TLanes.Store(c01, y + count);
        TLanes.Store(c10, y + p.ResultStride);
        TLanes.Store(c11, y + p.ResultStride + count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile2x1(in Gemm.Product p, int firstRow, int column)
    {
        int count = TLanes.Count, taps = p.Taps, inner = p.Inner;
        nint rowStride = p.RowStride, innerStride = p.InnerStride, weightStride = p.WeightStride;
        var start = p.Start + firstRow * p.StartStride + column;
        var c00 = TLanes.Load(start);
        var c10 = TLanes.Load(start + p.StartStride);
        for (var t = 0; t < taps; t++)
        {
            var a = p.Rows[t] + firstRow * rowStride;
            var w = p.Weights[t] + column;
            for (var k = 0; k < inner; k++)
            {
                var b0 = TLanes.Load(w);
                var a0 = TLanes.Broadcast(*a);
                c00 = TLanes.MultiplyAdd(a0, b0, c00);
                var a1 = TLanes.Broadcast(a[rowStride]);
                c10 = TLanes.MultiplyAdd(a1, b0, c10);
                a += innerStride;
                w += weightStride;
            }
        }
        var y = p.Result + firstRow * p.ResultStride + column;
        TLanes.Store(c00, y);
        TLanes.Store(c10, y + p.ResultStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile1x8(in Gemm.Product p, int firstRow, int column)
    {
        int count = TLanes.Count, taps = p.Taps, inner = p.Inner;
        nint rowStride = p.RowStride, innerStride = p.InnerStride, weightStride = p.WeightStride;
        var start = p.Start + firstRow * p.StartStride + column;
        var c00 = TLanes.Load(start);
        var c01 = TLanes.Load(start + count);
        var c02 = TLanes.Load(start + 2 * count);
        var c03 = TLanes.Load(start + 3 * count);
        var c04 = TLanes.Load(start + 4 * count);
        var c05 = TLanes.Load(start + 5 * count);
        var c06 = TLanes.Load(start + 6 * count);
        var c07 = TLanes.Load(start + 7 * count);
        for (var t = 0; t < taps; t++)
        {
            var a = p.Rows[t] + firstRow * rowStride;
            var w = p.Weights[t] + column;
            for (var k = 0; k < inner; k++)
            {
                var a0 = TLanes.Broadcast(*a);
                c00 = TLanes.MultiplyAdd(a0, TLanes.Load(w), c00);
                c01 = TLanes.MultiplyAdd(a0, TLanes.Load(w + count), c01);
                c02 = TLanes.MultiplyAdd(a0, TLanes.Load(w + 2 * count), c02);
                c03 = TLanes.MultiplyAdd(a0, TLanes.Load(w + 3 * count), c03);
                c04 = TLanes.MultiplyAdd(a0, TLanes.Load(w + 4 * count), c04);
                c05 = TLanes.MultiplyAdd(a0, TLanes.Load(w + 5 * count), c05);
                c06 = TLanes.MultiplyAdd(a0, TLanes.Load(w + 6 * count), c06);
                c07 = TLanes.MultiplyAdd(a0, TLanes.Load(w + 7 * count), c07);
                a += innerStride;
                w += weightStride;
            }
        }
        var y = p.Result + firstRow * p.ResultStride + column;
        TLanes.Store(c00, y);
        TLanes.Store(c01, y + count);
        TLanes.Store(c02, y + 2 * count);
        TLanes.Store(c03, y + 3 * count);
        TLanes.Store(c04, y + 4 * count);
        TLanes.Store(c05, y + 5 * count);
        TLanes.Store(c06, y + 6 * count);
        TLanes.Store(c07, y + 7 * count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile1x4(in Gemm.Product p, int firstRow, int column)
    {
        int count = TLanes.Count, taps = p.Taps, inner = p.Inner;
        nint rowStride = p.RowStride, innerStride = p.InnerStride, weightStride = p.WeightStride;
        var start = p.Start + firstRow * p.StartStride + column;
        var c00 = TLanes.Load(start);
        var c01 = TLanes.Load(start + count);
        var c02 = TLanes.Load(start + 2 * count);
        var c03 = TLanes.Load(start + 3 * count);
        for (var t = 0; t < taps; t++)
        {
            var a = p.Rows[t] + firstRow * rowStride;
            var w = p.Weights[t] + column;
            for (var k = 0; k < inner; k++)
            {
                var b0 = TLanes.Load(w);
                var b1 = TLanes.Load(w + count);
                var b2 = TLanes.Load(w + 2 * count);
                var b3 = TLanes.Load(w + 3 * count);
                var a0 = TLanes.Broadcast(*a);
                c00 = TLanes.MultiplyAdd(a0, b0, c00);
                c01 = TLanes.MultiplyAdd(a0, b1, c01);
                c02 = TLanes.MultiplyAdd(a0, b2, c02);
                c03 = TLanes.MultiplyAdd(a0, b3, c03);
                a += innerStride;
                w += weightStride;
            }
        }
        var y = p.Result + firstRow * p.ResultStride + column;
        TLanes.Store(c00, y);
        TLanes.Store(c01, y + count);
        TLanes.Store(c02, y + 2 * count);
        TLanes.Store(c03, y + 3 * count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile1x2(in Gemm.Product p, int firstRow, int column)
    {
        int count = TLanes.Count, taps = p.Taps, inner = p.Inner;
        nint rowStride = p.RowStride, innerStride = p.InnerStride, weightStride = p.WeightStride;
        var start = p.Start + firstRow * p.StartStride + column;
        var c00 = TLanes.Load(start);
        var c01 = TLanes.Load(start + count);
        for (var t = 0; t < taps; t++)
        {
            var a = p.Rows[t] + firstRow * rowStride;
            var w = p.Weights[t] + column;
            for (var k = 0; k < inner; k++)
            {
                var b0 = TLanes.Load(w);
                var b1 = TLanes.Load(w + count);
                var a0 = TLanes.Broadcast(*a);
                c00 = TLanes.MultiplyAdd(a0, b0, c00);
                c01 = TLanes.MultiplyAdd(a0, b1, c01);
                a += innerStride;
                w += weightStride;
            }
        }
        var y = p.Result + firstRow * p.ResultStride + column;
        TLanes.Store(c00, y);
        TLanes.Store(c01, y + count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile1x1(in Gemm.Product p, int firstRow, int column)
    {
        int count = TLanes.Count, taps = p.Taps, inner = p.Inner;
        nint rowStride = p.RowStride, innerStride = p.InnerStride, weightStride = p.WeightStride;
        var start = p.Start + firstRow * p.StartStride + column;
        var c00 = TLanes.Load(start);
        for (var t = 0; t < taps; t++)
        {
            var a = p.Rows[t] + firstRow * rowStride;
            var w = p.Weights[t] + column;
            for (var k = 0; k < inner; k++)
            {
                var b0 = TLanes.Load(w);
                var a0 = TLanes.Broadcast(*a);
                c00 = TLanes.MultiplyAdd(a0, b0, c00);
                a += innerStride;
                w += weightStride;
            }
        }
        var y = p.Result + firstRow * p.ResultStride + column;
        TLanes.Store(c00, y);
    }
}
