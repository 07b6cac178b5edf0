namespace Likely.Tensors.Kernels;

/// <summary>
/// Dilated causal convolution on position-major rows: y[p, b, :] = start + sum over taps t of x[p - (k - 1 - t) d, b, :] W[t], the farthest tap first. Each tap is the same
/// block of rows shifted, so that positions whose taps all lie side by side are one product without packing.
/// Legend: k taps, d dilation, p position, b example.
/// </summary>
static unsafe class CausalConvolution
{
    const int Piece = 240; // rows of a product, whose inputs stay in the cache

    /// <summary>Inputs of positions from 0 on, and if there is a past those before, in a ring whose position <paramref name="oldest"/> is the farthest back.</summary>
    public readonly struct Inputs(float* x, nint stride, int batch, float* past = null, int reach = 0, int oldest = 0)
    {
        public nint Stride => stride;

        public int Batch => batch;

        /// <summary>The rows of a position, and of how many from there on, at most <paramref name="count"/>, lie behind them; null: there are none.</summary>
        public float* From(int position, ref int count)
        {
            if (position >= 0) return x + (nint)position * batch * stride;
            count = Math.Min(count, -position);
            if (past is null) return null;
            var at = (int)(((long)oldest + reach + position) % reach);
            count = Math.Min(count, reach - at);
            return past + (nint)at * batch * stride;
        }
    }

    /// <summary>Without a bias, y's content begins the chains.</summary>
    public static void Forward(in Inputs x, int positions, int taps, int dilation, int inner, float* weights, nint weightStride, float* bias, float* y, nint yStride, int columns)
    {
        var rows = stackalloc float*[taps];
        var tapWeights = stackalloc float*[taps];
        var product = new Gemm.Product
        {
            Inner = inner,
            Rows = rows,
            Weights = tapWeights,
            RowStride = x.Stride,
            InnerStride = 1,
            WeightStride = weightStride,
            ResultStride = yStride,
            StartStride = bias is null ? yStride : 0,
        };
        var most = Math.Max(1, Piece / x.Batch);
        for (int p = 0, count; p < positions; p += count)
        {
            count = Math.Min(most, positions - p);
            product.Taps = 0;
            for (var t = 0; t < taps; t++)
            {
                var row = x.From(p - (taps - 1 - t) * dilation, ref count);
                if (row is null) continue;
                rows[product.Taps] = row;
                tapWeights[product.Taps++] = weights + (nint)t * inner * weightStride;
            }
            product.Result = y + (nint)p * x.Batch * yStride;
            product.Start = bias is null ? product.Result : bias;
            Gemm.Multiply(product, count * x.Batch, columns);
        }
    }

    /// <summary>
    /// dx[p, b, :] = start + sum over taps t of dy[p + (k - 1 - t) d, b, :] W[t]^T, the farthest tap first; what lies behind the last position is not there. Weights are
    /// turned, [k, outputs, inputs]. Without a start, dx's content begins the chains.
    /// </summary>
    public static void InputGradient(float* dy, nint dyStride, int positions, int batch, int taps, int dilation, int outputs, float* weights, nint weightStride, float* start, float* dx, nint dxStride)
    {
        var rows = stackalloc float*[taps];
        var tapWeights = stackalloc float*[taps];
        var product = new Gemm.Product
        {
            Inner = outputs,
            Rows = rows,
            Weights = tapWeights,
            RowStride = dyStride,
            InnerStride = 1,
            WeightStride = weightStride,
            ResultStride = dxStride,
            StartStride = start is null ? dxStride : 0,
        };
        var most = Math.Max(1, Piece / batch);
        for (int p = 0, count; p < positions; p += count)
        {
            count = Math.Min(most, positions - p);
            product.Taps = 0;
            for (var t = 0; t < taps; t++)
            {
                var target = p + (taps - 1 - t) * dilation;
                if (target >= positions) continue;
                count = Math.Min(count, positions - target);
                rows[product.Taps] = dy + (nint)target * batch * dyStride;
                tapWeights[product.Taps++] = weights + (nint)t * outputs * weightStride;
            }
            product.Result = dx + (nint)p * batch * dxStride;
            product.Start = start is null ? product.Result : start;
            Gemm.Multiply(product, count * batch, (int)dxStride);
        }
    }

    /// <summary>dW[t, i, n] += sum over positions, then examples, of x[p - (k - 1 - t) d, b, i] dy[p, b, n]: one chain per weight.</summary>
    public static void WeightGradient(in Inputs x, float* dy, nint dyStride, int positions, int taps, int dilation, int inputs, float* dWeights, nint weightStride)
    {
        float* row, gradient;
        var product = new Gemm.Product
        {
            Taps = 1,
            Rows = &row,
            Weights = &gradient,
            RowStride = 1,
            InnerStride = x.Stride,
            WeightStride = dyStride,
            StartStride = weightStride,
            ResultStride = weightStride,
        };
        // Positions are taken in blocks whose inputs and gradients stay in the second-level cache while all taps pass over them.
        var block = (int)Math.Clamp(384 * 1024 / ((x.Stride + dyStride) * sizeof(float) * x.Batch), 1, 1 << 20);
        for (var first = 0; first < positions; first += block)
            for (var t = 0; t < taps; t++)
            {
                var end = Math.Min(positions, first + block);
                product.Start = product.Result = dWeights + (nint)t * inputs * weightStride;
                for (int p = first, count; p < end; p += count)
                {
                    count = end - p;
                    row = x.From(p - (taps - 1 - t) * dilation, ref count);
                    if (row is null) continue;
                    gradient = dy + (nint)p * x.Batch * dyStride;
                    product.Inner = count * x.Batch;
                    Gemm.Multiply(product, inputs, (int)weightStride);
                }
            }
    }
}
