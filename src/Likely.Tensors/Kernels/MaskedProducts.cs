using System.Runtime.Intrinsics;

namespace Likely.Tensors.Kernels;

/// <summary>
/// Products under a staircase mask (<see cref="DegreeMask"/>), inputs and outputs sorted by degree. Blocks of 64 outputs are
/// multiplied only with the inputs that reach them; inside a block masked weights are zeros, and a fused multiply-add of zero
/// changes nothing, so the bits are those of the chain over the allowed inputs alone. Strides in floats.
/// </summary>
static unsafe class MaskedProducts
{
    // Rows that stay in cache while the weights pass, and inner indices whose weights stay in cache while the rows pass.
    const int RowPiece = 240, InnerPiece = 1024, Columns = 64;

    /// <summary>y[r, :] = start + x[r, :] W; <paramref name="start"/> is one row for all.</summary>
    public static void Forward(DegreeMask mask, float* x, nint xStride, long rowCount, float* weights, nint weightStride, float* start, float* y, nint yStride)
    {
        for (var r = 0L; r < rowCount; r += RowPiece)
            for (var n = 0; n < weightStride; n += Columns)
            {
                var end = (int)Math.Min(n + Columns, weightStride);
                var inner = mask.Feeding[Math.Min(end, mask.Feeding.Length) - 1];
                Block(x + r * xStride, xStride, weights, weightStride, inner, start, 0, y + r * yStride, yStride, (int)Math.Min(RowPiece, rowCount - r), n, end);
            }
    }

    /// <summary>dx[r, :] = start + dy[r, :] W^T, W^T given as [outputs, padded inputs]. Start: one row (stride 0) or dx itself.</summary>
    public static void InputGradient(DegreeMask mask, float* dy, nint dyStride, long rowCount, float* transposed, nint transposedStride, float* start, nint startStride, float* dx, nint dxStride)
    {
        var outputs = mask.Feeding.Length;
        for (var r = 0L; r < rowCount; r += RowPiece)
            for (var k = 0; k < transposedStride; k += Columns)
            {
                var first = mask.FirstFed[k];
                Block(dy + r * dyStride + first, dyStride, transposed + first * transposedStride, transposedStride, outputs - first,
                    start + r * startStride, startStride, dx + r * dxStride, dxStride, (int)Math.Min(RowPiece, rowCount - r),
                    k, (int)Math.Min(k + Columns, transposedStride));
            }
    }

    /// <summary>
    /// dW[k, n] = start + sum over rows of x[r, k] dy[r, n] for a mask sorted as it is; start is one row for all, null: dW itself.
    /// Masked entries of a block receive values, too; those of other blocks are left alone.
    /// </summary>
    public static void WeightGradient(DegreeMask mask, float* x, nint xStride, float* dy, nint dyStride, long rowCount, float* start, float* dWeights, nint weightStride)
    {
        for (var k = 0; k < mask.FirstFed.Length; k += Columns)
        {
            var first = mask.FirstFed[k] & ~15;
            if (first >= weightStride) continue;
            var product = GradientProduct(rowCount, xStride, dyStride);
            float* row = x + k, gradient = dy;
            product.Rows = &row;
            product.Weights = &gradient;
            product.Result = dWeights + k * weightStride;
            product.Start = start is null ? product.Result : start;
            product.StartStride = start is null ? weightStride : 0;
            product.ResultStride = weightStride;
            Gemm.Multiply(product, Math.Min(Columns, mask.FirstFed.Length - k), (int)weightStride, first);
        }
    }

    /// <summary>
    /// dW[k, n] += sum over rows of x[r, k] dy[r, n] where the mask allows it, x, dy and dW in natural order; a new dW is written
    /// whole. <paramref name="block"/> has room for 16 rows of weights.
    /// </summary>
    public static void ScatteredWeightGradient(DegreeMask mask, float* x, nint xStride, float* dy, nint dyStride, long rowCount, bool isNew, float* dWeights, nint weightStride, float* block, float* zeros)
    {
        const int Rows = 16;
        for (var k = 0; k < mask.InputDegrees.Length; k += Rows)
        {
            var count = Math.Min(Rows, mask.InputDegrees.Length - k);
            var product = GradientProduct(rowCount, xStride, dyStride);
            float* row = x + k, gradient = dy;
            product.Rows = &row;
            product.Weights = &gradient;
            product.Start = zeros;
            product.Result = block;
            product.ResultStride = weightStride;
            Gemm.Multiply(product, count, (int)weightStride);
            fixed (int* degrees = mask.PaddedOutputDegrees)
                for (var i = 0; i < count; i++) PassAllowed(block + i * weightStride, degrees, mask.InputDegrees[k + i], isNew, dWeights + (k + i) * weightStride, weightStride);
        }
    }

    /// <summary>sums[b, :] += values[b, first .. first + count] W, for the outputs that these inputs feed: a chain carried on.</summary>
    public static void Accumulate(DegreeMask mask, float* values, nint valueStride, int first, int count, int batch, float* weights, nint weightStride, float* sums, nint sumStride)
    {
        var column = mask.FirstFed[first] & ~15;
        if (column >= weightStride) return;
        if (count == 1)
        {
            // Most variables and many rectified units are zero, and zero adds nothing.
            for (var b = 0; b < batch; b++)
                if (values[b * valueStride + first] != 0)
                    Block(values + b * valueStride + first, valueStride, weights + first * weightStride, weightStride, 1, sums + b * sumStride, sumStride, sums + b * sumStride, sumStride, 1, column, (int)weightStride);
            return;
        }
        Block(values + first, valueStride, weights + first * weightStride, weightStride, count, sums, sumStride, sums, sumStride, batch, column, (int)weightStride);
    }

    static void Block(float* x, nint xStride, float* weights, nint weightStride, int inner, float* start, nint startStride, float* y, nint yStride, int rows, int column, int end)
    {
        var product = new Gemm.Product { Taps = 1, RowStride = xStride, InnerStride = 1, WeightStride = weightStride, Result = y, ResultStride = yStride, Start = start, StartStride = startStride };
        for (var k = 0; k == 0 || k < inner; k += InnerPiece)
        {
            float* row = x + k, weight = weights + k * weightStride;
            product.Rows = &row;
            product.Weights = &weight;
            product.Inner = Math.Min(InnerPiece, inner - k);
            Gemm.Multiply(product, rows, end, column);
            product.Start = y;
            product.StartStride = yStride;
        }
    }

    static Gemm.Product GradientProduct(long rowCount, nint xStride, nint dyStride)
        => new() { Taps = 1, Inner = checked((int)rowCount), RowStride = 1, InnerStride = xStride, WeightStride = dyStride };

    static void PassAllowed(float* from, int* degrees, int degree, bool isNew, float* to, nint count)
    {
        var least = Vector512.Create(degree);
        for (nint n = 0; n < count; n += 16)
        {
            var allowed = Vector512.GreaterThanOrEqual(Vector512.Load(degrees + n), least).AsSingle();
            var passed = Vector512.Load(from + n) & allowed;
            (isNew ? passed : Vector512.Load(to + n) + passed).Store(to + n);
        }
    }
}
