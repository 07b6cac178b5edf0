using System.Runtime.Intrinsics;
using Likely.Tensors.Kernels;
using Xunit;

namespace Likely.Tests.Tensors;

/// <summary>Every register tile at every vector width gives the bits of the plain chain, whichever width this machine would choose.</summary>
public sealed unsafe class GemmTilesTests
{
    const int Columns = 128;

    delegate void Tile(in Gemm.Product product, int firstRow, int column);

    [Theory]
    [InlineData(1, 1), InlineData(3, 5), InlineData(2, 16), InlineData(6, 33)]
    public void Tiles_of_all_widths_give_the_same_bits(int taps, int inner)
    {
        Check<Lanes128, Vector128<float>>(taps, inner, "128");
        Check<Lanes256, Vector256<float>>(taps, inner, "256");
        Check<Lanes512, Vector512<float>>(taps, inner, "512");
    }

    [Fact]
    public void Multiply_gives_the_same_bits_for_every_number_of_rows_and_columns()
    {
        for (var rows = 1; rows <= 21; rows++)
            foreach (var columns in new[] { 16, 32, 48, 64, 80, 96, 112, 128, 192 })
                Compare(2, 7, rows, columns, $"{rows} x {columns}", product => Gemm.Multiply(product, rows, columns));
        Compare(3, 4, 26 * 8, 96, "208 x 96", product => Gemm.Multiply(product, 26 * 8, 96));
        // Many rows whose weights lie far apart: copied in blocks of the inner index.
        Compare(2, 200, 31, 192, "31 x 192 of 2 x 200", product => Gemm.Multiply(product, 31, 192));
        Compare(1, 400, 24, 128, "24 x 128 of 400", product => Gemm.Multiply(product, 24, 128));
        // Columns may be taken from any vector on.
        Compare(2, 7, 11, 96, "from column 16", product =>
        {
            Gemm.Multiply(product, 11, 16);
            Gemm.Multiply(product, 11, 96, firstColumn: 16);
        });
        Compare(2, 7, 30, 144, "30 rows from column 48", product =>
        {
            Gemm.Multiply(product, 30, 48);
            Gemm.Multiply(product, 30, 144, firstColumn: 48);
        });
    }

    static void Check<TLanes, TVector>(int taps, int inner, string width) where TLanes : ILanes<TVector> where TVector : struct
    {
        (int Rows, int Vectors, Tile Run)[] tiles =
        [
            (12, 2, GemmTiles<TLanes, TVector>.Tile12x2), (12, 1, GemmTiles<TLanes, TVector>.Tile12x1),
            (6, 4, GemmTiles<TLanes, TVector>.Tile6x4), (6, 2, GemmTiles<TLanes, TVector>.Tile6x2), (6, 1, GemmTiles<TLanes, TVector>.Tile6x1),
            (2, 4, GemmTiles<TLanes, TVector>.Tile2x4), (2, 2, GemmTiles<TLanes, TVector>.Tile2x2), (2, 1, GemmTiles<TLanes, TVector>.Tile2x1),
            (1, 8, GemmTiles<TLanes, TVector>.Tile1x8), (1, 4, GemmTiles<TLanes, TVector>.Tile1x4), (1, 2, GemmTiles<TLanes, TVector>.Tile1x2), (1, 1, GemmTiles<TLanes, TVector>.Tile1x1),
        ];
        foreach (var (rows, vectors, run) in tiles)
            Compare(taps, inner, 2 * rows, Columns, $"tile {rows}x{vectors} of {width} bits, {taps} taps, inner {inner}", product =>
            {
                for (var row = 0; row < 2 * rows; row += rows)
                    for (var column = 0; column < Columns; column += vectors * TLanes.Count) run(product, row, column);
            });
    }

    delegate void Compute(Gemm.Product product);

    static void Compare(int taps, int inner, int rows, int columns, string what, Compute compute)
    {
        float[] a = Bits.Normal(taps * rows * inner, 1), w = Bits.Normal(taps * inner * columns, 2), start = Bits.Normal(rows * columns, 3);
        var (inputs, weights, result) = (new GuardedBlock(taps * rows, inner, a), new GuardedBlock(taps * inner, columns, w), new GuardedBlock(rows, columns, start));
        var inputRows = stackalloc float*[taps];
        var weightRows = stackalloc float*[taps];
        for (var t = 0; t < taps; t++)
        {
            inputRows[t] = inputs.Pointer + t * rows * inputs.Stride;
            weightRows[t] = weights.Pointer + t * inner * weights.Stride;
        }
        compute(new Gemm.Product
        {
            Taps = taps,
            Inner = inner,
            Rows = inputRows,
            Weights = weightRows,
            RowStride = inputs.Stride,
            InnerStride = 1,
            WeightStride = weights.Stride,
            Start = result.Pointer,
            Result = result.Pointer,
            StartStride = result.Stride,
            ResultStride = result.Stride,
        });
        for (var r = 0; r < rows; r++)
            for (var n = 0; n < columns; n++)
                for (var t = 0; t < taps; t++)
                    for (var k = 0; k < inner; k++)
                        start[r * columns + n] = MathF.FusedMultiplyAdd(a[(t * rows + r) * inner + k], w[(t * inner + k) * columns + n], start[r * columns + n]);
        Bits.AssertEqual(start, result.ToArray(), what);
        result.AssertUntouched(what);
    }
}
