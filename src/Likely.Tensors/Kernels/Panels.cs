using System.Runtime.Intrinsics;

namespace Likely.Tensors.Kernels;

/// <summary>
/// Products of a few rows with a weight that serves again and again: the same chains as <see cref="Gemm"/>'s, y[r, n] = start[r, n],
/// then inner index k ascending: y[r, n] = fma(a[r, k], w[k, n], y[r, n]). The weight is packed in panels of four vectors,
/// [panel][k][4][lanes], so that it streams through the cache in one line and three rows already keep the multipliers busy. A panel's
/// vectors need not be neighbours: they lie a step apart, as the gates of a recurrent cell do.
/// </summary>
static unsafe class Panels
{
    /// <summary>Vectors of a panel.</summary>
    public const int Vectors = 4;

    // Floats of a panel that pass over all rows at once: half of a first-level cache of 32 KB.
    const int Block = 4096;

    /// <summary>A product's operands; strides in floats. Vector v of panel p is columns p * PanelStep + v * VectorStep on, of start and result alike.</summary>
    public struct Product
    {
        public int Inner, Count;
        public float* Rows, Weights, Start, Result;
        public nint RowStride, StartStride, StartPanelStep, StartVectorStep, ResultStride, ResultPanelStep, ResultVectorStep;
    }

    /// <summary>Floats of a vector on this machine: the packed layout depends on it, the bits of a product do not.</summary>
    public static int Lanes => Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4;

    /// <summary>
    /// Packs a weight [inner, 4 width] whose vectors of a panel are <paramref name="width"/> columns apart, as gates are: [panel][k][4][lanes],
    /// lanes behind the width are zeros.
    /// </summary>
    public static void PackApart(float* weight, int inner, int width, nint stride, int lanes, int panels, float* packed)
    {
        for (var p = 0; p < panels; p++)
            for (var k = 0; k < inner; k++)
                for (var v = 0; v < Vectors; v++, packed += lanes)
                {
                    var column = p * lanes + v * width;
                    var from = weight + k * stride + column;
                    var real = Math.Clamp(width - p * lanes, 0, lanes);
                    if (real == lanes)
                        for (var lane = 0; lane < lanes; lane += 4) Vector128.Store(Vector128.Load(from + lane), packed + lane);
                    else
                        for (var lane = 0; lane < lanes; lane++) packed[lane] = lane < real ? from[lane] : 0;
                }
    }

    /// <summary>Packs the transpose of a weight [columns, inner] whose vectors of a panel are neighbours: [panel][k][4 lanes]. Lanes behind the last column keep their zeros.</summary>
    public static void PackTurned(float* weight, int columns, int inner, nint stride, int lanes, float* packed)
    {
        var width = Vectors * lanes;
        for (var first = 0; first < columns; first += width, packed += (nint)inner * width)
            Layout.Transpose(weight + first * stride, Math.Min(width, columns - first), inner, stride, packed, width);
    }

    /// <summary>Computes all panels of <paramref name="rows"/> rows.</summary>
    public static void Multiply(in Product product, int rows)
    {
        if (Vector512.IsHardwareAccelerated) Multiply<Lanes512, Vector512<float>>(product, rows);
        else if (Vector256.IsHardwareAccelerated) Multiply<Lanes256, Vector256<float>>(product, rows);
        else Multiply<Lanes128, Vector128<float>>(product, rows);
    }

    public static void Multiply<TLanes, TVector>(in Product product, int rows) where TLanes : ILanes<TVector> where TVector : struct
    {
        var width = Vectors * TLanes.Count;
        nint panel = (nint)product.Inner * width;
        if (rows == 1) // one row has too few chains in a panel
        {
            var p = 0;
            for (; p + 2 <= product.Count; p += 2) PanelTiles<TLanes, TVector>.Tile1x8(product, p, product.Weights + p * panel);
            if (p < product.Count) PanelTiles<TLanes, TVector>.Tile1x4(product, p, product.Weights + p * panel);
            return;
        }
        for (var p = 0; p < product.Count; p++)
            for (var k = 0; k < product.Inner; k += Block / width)
            {
                var part = product;
                part.Inner = Math.Min(Block / width, product.Inner - k);
                part.Rows += k;
                if (k > 0) // the chains go on
                {
                    part.Start = part.Result;
                    (part.StartStride, part.StartPanelStep, part.StartVectorStep) = (part.ResultStride, part.ResultPanelStep, part.ResultVectorStep);
                }
                var weights = product.Weights + p * panel + k * width;
                var r = 0;
                // A rest of 4 is two pairs, so that a single row remains only if there is no other.
                while (rows - r is 3 or > 4)
                {
                    PanelTiles<TLanes, TVector>.Tile3x4(part, p, r, weights);
                    r += 3;
                }
                for (; r + 2 <= rows; r += 2) PanelTiles<TLanes, TVector>.Tile2x4(part, p, r, weights);
            }
    }
}
