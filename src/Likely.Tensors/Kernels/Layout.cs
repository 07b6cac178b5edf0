namespace Likely.Tensors.Kernels;

/// <summary>Moves values between layouts; no arithmetic.</summary>
static unsafe class Layout
{
    /// <summary>to[c, r] = from[r, c]; strides in floats, in blocks of 16 x 16 so that both sides stay in cache lines.</summary>
    public static void Transpose(float* from, int rows, int columns, nint fromStride, float* to, nint toStride)
    {
        for (var r0 = 0; r0 < rows; r0 += 16)
            for (var c0 = 0; c0 < columns; c0 += 16)
            {
                int r1 = Math.Min(r0 + 16, rows), c1 = Math.Min(c0 + 16, columns);
                for (var c = c0; c < c1; c++)
                    for (var r = r0; r < r1; r++) to[c * toStride + r] = from[r * fromStride + c];
            }
    }

    public static void Copy(float* from, float* to, long count)
        => Buffer.MemoryCopy(from, to, count * sizeof(float), count * sizeof(float));
}
