namespace Likely.Tensors.Kernels;

/// <summary>
/// Convolution on position-major rows: y[p, b, :] = start + sum over taps inside the image of x[p + tap, b, :] W[tap].
/// A tap at an offset is the same block shifted, so a stretch of columns with the same valid taps is one product without
/// packing. Legend: p position, b example, i j image row and column; x may hold only positions from an origin on.
/// </summary>
static unsafe class Convolution
{
    /// <summary>Computes positions <paramref name="first"/> .. <paramref name="end"/>; y[0] is the first of them. Without bias, y's content begins the chains.</summary>
    public static void Forward(ConvolutionPlan plan, float* x, nint xStride, long xOrigin, int batch, int inner,
        float* weights, nint weightStride, float* bias, float* y, nint yStride, int first, int end, int columns)
    {
        var taps = plan.Taps.Length;
        var rows = stackalloc float*[taps];
        var tapWeights = stackalloc float*[taps];
        var product = new Gemm.Product
        {
            Inner = inner,
            Rows = rows,
            Weights = tapWeights,
            RowStride = xStride,
            InnerStride = 1,
            WeightStride = weightStride,
            ResultStride = yStride,
            StartStride = bias is null ? yStride : 0,
        };
        for (var i = first / plan.Width; (long)i * plan.Width < end; i++)
            foreach (var stretch in plan.Stretches)
            {
                var begin = Math.Max(first, i * plan.Width + stretch.Begin);
                var stop = Math.Min(end, i * plan.Width + stretch.End);
                if (begin >= stop) continue;
                product.Taps = 0;
                for (var t = 0; t < taps; t++)
                {
                    var (di, dj) = plan.Taps[t];
                    if (!stretch.Inside[t] || i + di < 0 || i + di >= plan.Height) continue;
                    rows[product.Taps] = x + (begin + (nint)di * plan.Width + dj - (nint)xOrigin) * batch * xStride;
                    tapWeights[product.Taps++] = weights + t * inner * weightStride;
                }
                product.Result = y + (nint)(begin - first) * batch * yStride;
                product.Start = bias is null ? product.Result : bias;
                Gemm.Multiply(product, (stop - begin) * batch, columns);
            }
    }

    /// <summary>dW[tap, k, n] += sum over positions, then examples, of x[p + tap, b, k] dy[p, b, n]: one chain per weight.</summary>
    public static void WeightGradient(ConvolutionPlan plan, float* x, nint xStride, float* dy, nint dyStride, int batch,
        int inputs, float* dWeights, nint weightStride, int columns)
    {
        // Image rows are taken in blocks whose inputs and gradients stay in the second-level cache while all taps pass over them.
        var rowBytes = (long)plan.Width * batch * (xStride + dyStride) * sizeof(float);
        var block = (int)Math.Clamp(384 * 1024 / rowBytes, 1, plan.Height);
        var rows = stackalloc float*[block];
        var gradients = stackalloc float*[block];
        var product = new Gemm.Product
        {
            Rows = rows,
            Weights = gradients,
            RowStride = 1,
            InnerStride = xStride,
            WeightStride = dyStride,
            StartStride = weightStride,
            ResultStride = weightStride,
        };
        for (var i0 = 0; i0 < plan.Height; i0 += block)
            for (var t = 0; t < plan.Taps.Length; t++)
            {
                var (di, dj) = plan.Taps[t];
                int j0 = Math.Max(0, -dj), j1 = Math.Min(plan.Width, plan.Width - dj);
                if (j0 >= j1) continue;
                product.Taps = 0;
                for (var i = Math.Max(i0, -di); i < Math.Min(i0 + block, Math.Min(plan.Height, plan.Height - di)); i++)
                {
                    rows[product.Taps] = x + (((nint)i + di) * plan.Width + j0 + dj) * batch * xStride;
                    gradients[product.Taps++] = dy + ((nint)i * plan.Width + j0) * batch * dyStride;
                }
                if (product.Taps == 0) continue;
                product.Inner = (j1 - j0) * batch;
                product.Start = product.Result = dWeights + t * inputs * weightStride;
                Gemm.Multiply(product, inputs, columns);
            }
    }

    /// <summary>y[r, :] = start + x[r, :] W for all rows, in pieces that stay in cache. Without bias, y's content begins the chains.</summary>
    public static void Pointwise(float* x, nint xStride, long rowCount, int inner, float* weights, nint weightStride,
        float* bias, float* y, nint yStride, int columns)
    {
        const int Piece = 240;
        float* row;
        var product = new Gemm.Product
        {
            Taps = 1,
            Inner = inner,
            Rows = &row,
            Weights = &weights,
            RowStride = xStride,
            InnerStride = 1,
            WeightStride = weightStride,
            ResultStride = yStride,
            StartStride = bias is null ? yStride : 0,
        };
        for (var r = 0L; r < rowCount; r += Piece)
        {
            row = x + r * xStride;
            product.Result = y + r * yStride;
            product.Start = bias is null ? product.Result : bias;
            Gemm.Multiply(product, (int)Math.Min(Piece, rowCount - r), columns);
        }
    }

    /// <summary>dW[k, n] += sum over rows of x[r, k] dy[r, n]: one chain per weight.</summary>
    public static void PointwiseGradient(float* x, nint xStride, float* dy, nint dyStride, long rowCount,
        int inputs, float* dWeights, nint weightStride, int columns)
    {
        var piece = (int)Math.Clamp(384 * 1024 / ((xStride + dyStride) * sizeof(float)), 16, 1 << 20);
        float* row, gradient;
        var product = new Gemm.Product
        {
            Taps = 1,
            Rows = &row,
            Weights = &gradient,
            RowStride = 1,
            InnerStride = xStride,
            WeightStride = dyStride,
            Start = dWeights,
            Result = dWeights,
            StartStride = weightStride,
            ResultStride = weightStride,
        };
        for (var r = 0L; r < rowCount; r += piece)
        {
            row = x + r * xStride;
            gradient = dy + r * dyStride;
            product.Inner = (int)Math.Min(piece, rowCount - r);
            Gemm.Multiply(product, inputs, columns);
        }
    }
}
