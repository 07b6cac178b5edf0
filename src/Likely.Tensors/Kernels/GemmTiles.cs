using System.Runtime.CompilerServices;

namespace Likely.Tensors.Kernels;

/// <summary>
/// The register tiles of <see cref="Gemm"/>: R rows by V vectors of outputs, accumulators in registers, inputs broadcast.
/// y[r, n] = chain over taps t, then k, of fma(a_t[r, k], w_t[k, n], sum), begun with start[r, n].
/// Legend: t tap, k inner index, r row, n output; strides in floats. The larger tiles keep enough independent chains in
/// flight to hide the latency of a fused multiply-add (6 x 4 and 12 x 2 are 24 of 32 registers); the small ones serve the rests.
/// </summary>
static unsafe partial class GemmTiles<TLanes, TVector> where TLanes : ILanes<TVector> where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile6x4(in Gemm.Product p, int firstRow, int column)
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
        var c20 = TLanes.Load(start + 2 * p.StartStride);
        var c21 = TLanes.Load(start + 2 * p.StartStride + count);
        var c22 = TLanes.Load(start + 2 * p.StartStride + 2 * count);
        var c23 = TLanes.Load(start + 2 * p.StartStride + 3 * count);
        var c30 = TLanes.Load(start + 3 * p.StartStride);
        var c31 = TLanes.Load(start + 3 * p.StartStride + count);
        var c32 = TLanes.Load(start + 3 * p.StartStride + 2 * count);
        var c33 = TLanes.Load(start + 3 * p.StartStride + 3 * count);
        var c40 = TLanes.Load(start + 4 * p.StartStride);
        var c41 = TLanes.Load(start + 4 * p.StartStride + count);
        var c42 = TLanes.Load(start + 4 * p.StartStride + 2 * count);
        var c43 = TLanes.Load(start + 4 * p.StartStride + 3 * count);
        var c50 = TLanes.Load(start + 5 * p.StartStride);
        var c51 = TLanes.Load(start + 5 * p.StartStride + count);
        var c52 = TLanes.Load(start + 5 * p.StartStride + 2 * count);
        var c53 = TLanes.Load(start + 5 * p.StartStride + 3 * count);
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
                var a2 = TLanes.Broadcast(a[2 * rowStride]);
                c20 = TLanes.MultiplyAdd(a2, b0, c20);
                c21 = TLanes.MultiplyAdd(a2, b1, c21);
                c22 = TLanes.MultiplyAdd(a2, b2, c22);
                c23 = TLanes.MultiplyAdd(a2, b3, c23);
                var a3 = TLanes.Broadcast(a[3 * rowStride]);
                c30 = TLanes.MultiplyAdd(a3, b0, c30);
                c31 = TLanes.MultiplyAdd(a3, b1, c31);
                c32 = TLanes.MultiplyAdd(a3, b2, c32);
                c33 = TLanes.MultiplyAdd(a3, b3, c33);
                var a4 = TLanes.Broadcast(a[4 * rowStride]);
                c40 = TLanes.MultiplyAdd(a4, b0, c40);
                c41 = TLanes.MultiplyAdd(a4, b1, c41);
                c42 = TLanes.MultiplyAdd(a4, b2, c42);
                c43 = TLanes.MultiplyAdd(a4, b3, c43);
                var a5 = TLanes.Broadcast(a[5 * rowStride]);
                c50 = TLanes.MultiplyAdd(a5, b0, c50);
                c51 = TLanes.MultiplyAdd(a5, b1, c51);
                c52 = TLanes.MultiplyAdd(a5, b2, c52);
                c53 = TLanes.MultiplyAdd(a5, b3, c53);
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
        TLanes.Store(c20, y + 2 * p.ResultStride);
        TLanes.Store(c21, y + 2 * p.ResultStride + count);
        TLanes.Store(c22, y + 2 * p.ResultStride + 2 * count);
        TLanes.Store(c23, y + 2 * p.ResultStride + 3 * count);
        TLanes.Store(c30, y + 3 * p.ResultStride);
        TLanes.Store(c31, y + 3 * p.ResultStride + count);
        TLanes.Store(c32, y + 3 * p.ResultStride + 2 * count);
        TLanes.Store(c33, y + 3 * p.ResultStride + 3 * count);
        TLanes.Store(c40, y + 4 * p.ResultStride);
        TLanes.Store(c41, y + 4 * p.ResultStride + count);
        TLanes.Store(c42, y + 4 * p.ResultStride + 2 * count);
        TLanes.Store(c43, y + 4 * p.ResultStride + 3 * count);
        TLanes.Store(c50, y + 5 * p.ResultStride);
        TLanes.Store(c51, y + 5 * p.ResultStride + count);
        TLanes.Store(c52, y + 5 * p.ResultStride + 2 * count);
        TLanes.Store(c53, y + 5 * p.ResultStride + 3 * count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile12x2(in Gemm.Product p, int firstRow, int column)
    {
        int count = TLanes.Count, taps = p.Taps, inner = p.Inner;
        nint rowStride = p.RowStride, innerStride = p.InnerStride, weightStride = p.WeightStride;
        var start = p.Start + firstRow * p.StartStride + column;
        var c0_0 = TLanes.Load(start);
        var c0_1 = TLanes.Load(start + count);
        var c1_0 = TLanes.Load(start + p.StartStride);
        var c1_1 = TLanes.Load(start + p.StartStride + count);
        var c2_0 = TLanes.Load(start + 2 * p.StartStride);
        var c2_1 = TLanes.Load(start + 2 * p.StartStride + count);
        var c3_0 = TLanes.Load(start + 3 * p.StartStride);
        var c3_1 = TLanes.Load(start + 3 * p.StartStride + count);
        var c4_0 = TLanes.Load(start + 4 * p.StartStride);
        var c4_1 = TLanes.Load(start + 4 * p.StartStride + count);
        var c5_0 = TLanes.Load(start + 5 * p.StartStride);
        var c5_1 = TLanes.Load(start + 5 * p.StartStride + count);
        var c6_0 = TLanes.Load(start + 6 * p.StartStride);
        var c6_1 = TLanes.Load(start + 6 * p.StartStride + count);
        var c7_0 = TLanes.Load(start + 7 * p.StartStride);
        var c7_1 = TLanes.Load(start + 7 * p.StartStride + count);
        var c8_0 = TLanes.Load(start + 8 * p.StartStride);
        var c8_1 = TLanes.Load(start + 8 * p.StartStride + count);
        var c9_0 = TLanes.Load(start + 9 * p.StartStride);
        var c9_1 = TLanes.Load(start + 9 * p.StartStride + count);
        var c10_0 = TLanes.Load(start + 10 * p.StartStride);
        var c10_1 = TLanes.Load(start + 10 * p.StartStride + count);
        var c11_0 = TLanes.Load(start + 11 * p.StartStride);
        var c11_1 = TLanes.Load(start + 11 * p.StartStride + count);
        for (var t = 0; t < taps; t++)
        {
            var a = p.Rows[t] + firstRow * rowStride;
            var w = p.Weights[t] + column;
            for (var k = 0; k < inner; k++)
            {
                var b0 = TLanes.Load(w);
                var b1 = TLanes.Load(w + count);
                var a0 = TLanes.Broadcast(*a);
                c0_0 = TLanes.MultiplyAdd(a0, b0, c0_0);
                c0_1 = TLanes.MultiplyAdd(a0, b1, c0_1);
                var a1 = TLanes.Broadcast(a[rowStride]);
                c1_0 = TLanes.MultiplyAdd(a1, b0, c1_0);
                c1_1 = TLanes.MultiplyAdd(a1, b1, c1_1);
                var a2 = TLanes.Broadcast(a[2 * rowStride]);
                c2_0 = TLanes.MultiplyAdd(a2, b0, c2_0);
                c2_1 = TLanes.MultiplyAdd(a2, b1, c2_1);
                var a3 = TLanes.Broadcast(a[3 * rowStride]);
                c3_0 = TLanes.MultiplyAdd(a3, b0, c3_0);
                c3_1 = TLanes.MultiplyAdd(a3, b1, c3_1);
                var a4 = TLanes.Broadcast(a[4 * rowStride]);
                c4_0 = TLanes.MultiplyAdd(a4, b0, c4_0);
                c4_1 = TLanes.MultiplyAdd(a4, b1, c4_1);
                var a5 = TLanes.Broadcast(a[5 * rowStride]);
                c5_0 = TLanes.MultiplyAdd(a5, b0, c5_0);
                c5_1 = TLanes.MultiplyAdd(a5, b1, c5_1);
                var a6 = TLanes.Broadcast(a[6 * rowStride]);
                c6_0 = TLanes.MultiplyAdd(a6, b0, c6_0);
                c6_1 = TLanes.MultiplyAdd(a6, b1, c6_1);
                var a7 = TLanes.Broadcast(a[7 * rowStride]);
                c7_0 = TLanes.MultiplyAdd(a7, b0, c7_0);
                c7_1 = TLanes.MultiplyAdd(a7, b1, c7_1);
                var a8 = TLanes.Broadcast(a[8 * rowStride]);
                c8_0 = TLanes.MultiplyAdd(a8, b0, c8_0);
                c8_1 = TLanes.MultiplyAdd(a8, b1, c8_1);
                var a9 = TLanes.Broadcast(a[9 * rowStride]);
                c9_0 = TLanes.MultiplyAdd(a9, b0, c9_0);
                c9_1 = TLanes.MultiplyAdd(a9, b1, c9_1);
                var a10 = TLanes.Broadcast(a[10 * rowStride]);
                c10_0 = TLanes.MultiplyAdd(a10, b0, c10_0);
                c10_1 = TLanes.MultiplyAdd(a10, b1, c10_1);
                var a11 = TLanes.Broadcast(a[11 * rowStride]);
                c11_0 = TLanes.MultiplyAdd(a11, b0, c11_0);
                c11_1 = TLanes.MultiplyAdd(a11, b1, c11_1);
                a += innerStride;
                w += weightStride;
            }
        }
        var y = p.Result + firstRow * p.ResultStride + column;
        TLanes.Store(c0_0, y);
        TLanes.Store(c0_1, y + count);
        TLanes.Store(c1_0, y + p.ResultStride);
        TLanes.Store(c1_1, y + p.ResultStride + count);
        TLanes.Store(c2_0, y + 2 * p.ResultStride);
        TLanes.Store(c2_1, y + 2 * p.ResultStride + count);
        TLanes.Store(c3_0, y + 3 * p.ResultStride);
        TLanes.Store(c3_1, y + 3 * p.ResultStride + count);
        TLanes.Store(c4_0, y + 4 * p.ResultStride);
        TLanes.Store(c4_1, y + 4 * p.ResultStride + count);
        TLanes.Store(c5_0, y + 5 * p.ResultStride);
        TLanes.Store(c5_1, y + 5 * p.ResultStride + count);
        TLanes.Store(c6_0, y + 6 * p.ResultStride);
        TLanes.Store(c6_1, y + 6 * p.ResultStride + count);
        TLanes.Store(c7_0, y + 7 * p.ResultStride);
        TLanes.Store(c7_1, y + 7 * p.ResultStride + count);
        TLanes.Store(c8_0, y + 8 * p.ResultStride);
        TLanes.Store(c8_1, y + 8 * p.ResultStride + count);
        TLanes.Store(c9_0, y + 9 * p.ResultStride);
        TLanes.Store(c9_1, y + 9 * p.ResultStride + count);
        TLanes.Store(c10_0, y + 10 * p.ResultStride);
        TLanes.Store(c10_1, y + 10 * p.ResultStride + count);
        TLanes.Store(c11_0, y + 11 * p.ResultStride);
        TLanes.Store(c11_1, y + 11 * p.ResultStride + count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile12x1(in Gemm.Product p, int firstRow, int column)
    {
        int count = TLanes.Count, taps = p.Taps, inner = p.Inner;
        nint rowStride = p.RowStride, innerStride = p.InnerStride, weightStride = p.WeightStride;
        var start = p.Start + firstRow * p.StartStride + column;
        var c0_0 = TLanes.Load(start);
        var c1_0 = TLanes.Load(start + p.StartStride);
        var c2_0 = TLanes.Load(start + 2 * p.StartStride);
        var c3_0 = TLanes.Load(start + 3 * p.StartStride);
        var c4_0 = TLanes.Load(start + 4 * p.StartStride);
        var c5_0 = TLanes.Load(start + 5 * p.StartStride);
        var c6_0 = TLanes.Load(start + 6 * p.StartStride);
        var c7_0 = TLanes.Load(start + 7 * p.StartStride);
        var c8_0 = TLanes.Load(start + 8 * p.StartStride);
        var c9_0 = TLanes.Load(start + 9 * p.StartStride);
        var c10_0 = TLanes.Load(start + 10 * p.StartStride);
        var c11_0 = TLanes.Load(start + 11 * p.StartStride);
        for (var t = 0; t < taps; t++)
        {
            var a = p.Rows[t] + firstRow * rowStride;
            var w = p.Weights[t] + column;
            for (var k = 0; k < inner; k++)
            {
                var b0 = TLanes.Load(w);
                var a0 = TLanes.Broadcast(*a);
                c0_0 = TLanes.MultiplyAdd(a0, b0, c0_0);
                var a1 = TLanes.Broadcast(a[rowStride]);
                c1_0 = TLanes.MultiplyAdd(a1, b0, c1_0);
                var a2 = TLanes.Broadcast(a[2 * rowStride]);
                c2_0 = TLanes.MultiplyAdd(a2, b0, c2_0);
                var a3 = TLanes.Broadcast(a[3 * rowStride]);
                c3_0 = TLanes.MultiplyAdd(a3, b0, c3_0);
                var a4 = TLanes.Broadcast(a[4 * rowStride]);
                c4_0 = TLanes.MultiplyAdd(a4, b0, c4_0);
                var a5 = TLanes.Broadcast(a[5 * rowStride]);
                c5_0 = TLanes.MultiplyAdd(a5, b0, c5_0);
                var a6 = TLanes.Broadcast(a[6 * rowStride]);
                c6_0 = TLanes.MultiplyAdd(a6, b0, c6_0);
                var a7 = TLanes.Broadcast(a[7 * rowStride]);
                c7_0 = TLanes.MultiplyAdd(a7, b0, c7_0);
                var a8 = TLanes.Broadcast(a[8 * rowStride]);
                c8_0 = TLanes.MultiplyAdd(a8, b0, c8_0);
                var a9 = TLanes.Broadcast(a[9 * rowStride]);
                c9_0 = TLanes.MultiplyAdd(a9, b0, c9_0);
                var a10 = TLanes.Broadcast(a[10 * rowStride]);
                c10_0 = TLanes.MultiplyAdd(a10, b0, c10_0);
                var a11 = TLanes.Broadcast(a[11 * rowStride]);
                c11_0 = TLanes.MultiplyAdd(a11, b0, c11_0);
                a += innerStride;
                w += weightStride;
            }
        }
        var y = p.Result + firstRow * p.ResultStride + column;
        TLanes.Store(c0_0, y);
        TLanes.Store(c1_0, y + p.ResultStride);
        TLanes.Store(c2_0, y + 2 * p.ResultStride);
        TLanes.Store(c3_0, y + 3 * p.ResultStride);
        TLanes.Store(c4_0, y + 4 * p.ResultStride);
        TLanes.Store(c5_0, y + 5 * p.ResultStride);
        TLanes.Store(c6_0, y + 6 * p.ResultStride);
        TLanes.Store(c7_0, y + 7 * p.ResultStride);
        TLanes.Store(c8_0, y + 8 * p.ResultStride);
        TLanes.Store(c9_0, y + 9 * p.ResultStride);
        TLanes.Store(c10_0, y + 10 * p.ResultStride);
        TLanes.Store(c11_0, y + 11 * p.ResultStride);
    }
}
