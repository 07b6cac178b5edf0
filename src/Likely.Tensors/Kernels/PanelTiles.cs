using System.Runtime.CompilerServices;

namespace Likely.Tensors.Kernels;

/// <summary>
/// The register tiles of <see cref="Panels"/>: R rows by the four vectors of a panel (or one row by two panels), accumulators in registers, inputs broadcast.
/// Legend: k inner index, a inputs, w packed weights, c sums, y result. Three rows are 12 sums, three inputs and one weight: all of 16 registers.
/// </summary>
static unsafe class PanelTiles<TLanes, TVector> where TLanes : ILanes<TVector> where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile3x4(in Panels.Product p, int panel, int row, float* w)
    {
        int count = TLanes.Count, inner = p.Inner;
        var start = p.Start + row * p.StartStride + panel * p.StartPanelStep;
        var y = p.Result + row * p.ResultStride + panel * p.ResultPanelStep;
        var a = p.Rows + row * p.RowStride;
        nint startStep = p.StartVectorStep, step = p.ResultVectorStep;
        nint stride = p.RowStride, startStride = p.StartStride, resultStride = p.ResultStride;
        var c00 = TLanes.Load(start);
        var c01 = TLanes.Load(start + startStep);
        var c02 = TLanes.Load(start + 2 * startStep);
        var c03 = TLanes.Load(start + 3 * startStep);
        var c10 = TLanes.Load(start + startStride);
        var c11 = TLanes.Load(start + startStride + startStep);
        var c12 = TLanes.Load(start + startStride + 2 * startStep);
        var c13 = TLanes.Load(start + startStride + 3 * startStep);
        var c20 = TLanes.Load(start + 2 * startStride);
        var c21 = TLanes.Load(start + 2 * startStride + startStep);
        var c22 = TLanes.Load(start + 2 * startStride + 2 * startStep);
        var c23 = TLanes.Load(start + 2 * startStride + 3 * startStep);
        for (var k = 0; k < inner; k++)
        {
            var a0 = TLanes.Broadcast(*a);
            var a1 = TLanes.Broadcast(a[stride]);
            var a2 = TLanes.Broadcast(a[2 * stride]);
            var b0 = TLanes.Load(w);
            c00 = TLanes.MultiplyAdd(a0, b0, c00);
            c10 = TLanes.MultiplyAdd(a1, b0, c10);
            c20 = TLanes.MultiplyAdd(a2, b0, c20);
            var b1 = TLanes.Load(w + count);
            c01 = TLanes.MultiplyAdd(a0, b1, c01);
            c11 = TLanes.MultiplyAdd(a1, b1, c11);
            c21 = TLanes.MultiplyAdd(a2, b1, c21);
            var b2 = TLanes.Load(w + 2 * count);
            c02 = TLanes.MultiplyAdd(a0, b2, c02);
            c12 = TLanes.MultiplyAdd(a1, b2, c12);
            c22 = TLanes.MultiplyAdd(a2, b2, c22);
            var b3 = TLanes.Load(w + 3 * count);
            c03 = TLanes.MultiplyAdd(a0, b3, c03);
            c13 = TLanes.MultiplyAdd(a1, b3, c13);
            c23 = TLanes.MultiplyAdd(a2, b3, c23);
            a++;
            w += Panels.Vectors * count;
        }
        TLanes.Store(c00, y);
        TLanes.Store(c01, y + step);
        TLanes.Store(c02, y + 2 * step);
        TLanes.Store(c03, y + 3 * step);
        TLanes.Store(c10, y + resultStride);
        TLanes.Store(c11, y + resultStride + step);
        TLanes.Store(c12, y + resultStride + 2 * step);
        TLanes.Store(c13, y + resultStride + 3 * step);
        TLanes.Store(c20, y + 2 * resultStride);
        TLanes.Store(c21, y + 2 * resultStride + step);
        TLanes.Store(c22, y + 2 * resultStride + 2 * step);
        TLanes.Store(c23, y + 2 * resultStride + 3 * step);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile2x4(in Panels.Product p, int panel, int row, float* w)
    {
        int count = TLanes.Count, inner = p.Inner;
        var start = p.Start + row * p.StartStride + panel * p.StartPanelStep;
        var y = p.Result + row * p.ResultStride + panel * p.ResultPanelStep;
        var a = p.Rows + row * p.RowStride;
        nint startStep = p.StartVectorStep, step = p.ResultVectorStep;
        nint stride = p.RowStride, startStride = p.StartStride, resultStride = p.ResultStride;
        var c00 = TLanes.Load(start);
        var c01 = TLanes.Load(start + startStep);
        var c02 = TLanes.Load(start + 2 * startStep);
        var c03 = TLanes.Load(start + 3 * startStep);
        var c10 = TLanes.Load(start + startStride);
        var c11 = TLanes.Load(start + startStride + startStep);
        var c12 = TLanes.Load(start + startStride + 2 * startStep);
        var c13 = TLanes.Load(start + startStride + 3 * startStep);
        for (var k = 0; k < inner; k++)
        {
            var a0 = TLanes.Broadcast(*a);
            var a1 = TLanes.Broadcast(a[stride]);
            var b0 = TLanes.Load(w);
            c00 = TLanes.MultiplyAdd(a0, b0, c00);
            c10 = TLanes.MultiplyAdd(a1, b0, c10);
            var b1 = TLanes.Load(w + count);
            c01 = TLanes.MultiplyAdd(a0, b1, c01);
            c11 = TLanes.MultiplyAdd(a1, b1, c11);
            var b2 = TLanes.Load(w + 2 * count);
            c02 = TLanes.MultiplyAdd(a0, b2, c02);
            c12 = TLanes.MultiplyAdd(a1, b2, c12);
            var b3 = TLanes.Load(w + 3 * count);
            c03 = TLanes.MultiplyAdd(a0, b3, c03);
            c13 = TLanes.MultiplyAdd(a1, b3, c13);
            a++;
            w += Panels.Vectors * count;
        }
        TLanes.Store(c00, y);
        TLanes.Store(c01, y + step);
        TLanes.Store(c02, y + 2 * step);
        TLanes.Store(c03, y + 3 * step);
        TLanes.Store(c10, y + resultStride);
        TLanes.Store(c11, y + resultStride + step);
        TLanes.Store(c12, y + resultStride + 2 * step);
        TLanes.Store(c13, y + resultStride + 3 * step);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile1x4(in Panels.Product p, int panel, float* w)
    {
        int count = TLanes.Count, inner = p.Inner;
        var start = p.Start + panel * p.StartPanelStep;
        var y = p.Result + panel * p.ResultPanelStep;
        var a = p.Rows;
        nint startStep = p.StartVectorStep, step = p.ResultVectorStep;
        var c00 = TLanes.Load(start);
        var c01 = TLanes.Load(start + startStep);
        var c02 = TLanes.Load(start + 2 * startStep);
        var c03 = TLanes.Load(start + 3 * startStep);
        for (var k = 0; k < inner; k++)
        {
            var a0 = TLanes.Broadcast(*a);
            var b0 = TLanes.Load(w);
            c00 = TLanes.MultiplyAdd(a0, b0, c00);
            var b1 = TLanes.Load(w + count);
            c01 = TLanes.MultiplyAdd(a0, b1, c01);
            var b2 = TLanes.Load(w + 2 * count);
            c02 = TLanes.MultiplyAdd(a0, b2, c02);
            var b3 = TLanes.Load(w + 3 * count);
            c03 = TLanes.MultiplyAdd(a0, b3, c03);
            a++;
            w += Panels.Vectors * count;
        }
        TLanes.Store(c00, y);
        TLanes.Store(c01, y + step);
        TLanes.Store(c02, y + 2 * step);
        TLanes.Store(c03, y + 3 * step);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile1x8(in Panels.Product p, int panel, float* w)
    {
        int count = TLanes.Count, inner = p.Inner;
        var start = p.Start + panel * p.StartPanelStep;
        var y = p.Result + panel * p.ResultPanelStep;
        var a = p.Rows;
        nint startStep = p.StartVectorStep, step = p.ResultVectorStep;
        float* next = start + p.StartPanelStep, nextY = y + p.ResultPanelStep, nextW = w + (nint)inner * Panels.Vectors * count;
        var c00 = TLanes.Load(start);
        var c01 = TLanes.Load(start + startStep);
        var c02 = TLanes.Load(start + 2 * startStep);
        var c03 = TLanes.Load(start + 3 * startStep);
        var c04 = TLanes.Load(next);
        var c05 = TLanes.Load(next + startStep);
        var c06 = TLanes.Load(next + 2 * startStep);
        var c07 = TLanes.Load(next + 3 * startStep);
        for (var k = 0; k < inner; k++)
        {
            var a0 = TLanes.Broadcast(*a);
            var b0 = TLanes.Load(w);
            c00 = TLanes.MultiplyAdd(a0, b0, c00);
            var b1 = TLanes.Load(w + count);
            c01 = TLanes.MultiplyAdd(a0, b1, c01);
            var b2 = TLanes.Load(w + 2 * count);
            c02 = TLanes.MultiplyAdd(a0, b2, c02);
            var b3 = TLanes.Load(w + 3 * count);
            c03 = TLanes.MultiplyAdd(a0, b3, c03);
            var b4 = TLanes.Load(nextW);
            c04 = TLanes.MultiplyAdd(a0, b4, c04);
            var b5 = TLanes.Load(nextW + count);
            c05 = TLanes.MultiplyAdd(a0, b5, c05);
            var b6 = TLanes.Load(nextW + 2 * count);
            c06 = TLanes.MultiplyAdd(a0, b6, c06);
            var b7 = TLanes.Load(nextW + 3 * count);
            c07 = TLanes.MultiplyAdd(a0, b7, c07);
            a++;
            w += Panels.Vectors * count;
            nextW += Panels.Vectors * count;
        }
        TLanes.Store(c00, y);
        TLanes.Store(c01, y + step);
        TLanes.Store(c02, y + 2 * step);
        TLanes.Store(c03, y + 3 * step);
        TLanes.Store(c04, nextY);
        TLanes.Store(c05, nextY + step);
        TLanes.Store(c06, nextY + 2 * step);
        TLanes.Store(c07, nextY + 3 * step);
    }
}
