using System.Runtime.Intrinsics;

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
                {
                    var r = r0;
                    var column = from + r * fromStride + c;
                    for (; r + 4 <= r1; r += 4, column += 4 * fromStride)
                        Vector128.Create(column[0], column[fromStride], column[2 * fromStride], column[3 * fromStride]).Store(to + c * toStride + r);
                    for (; r < r1; r++, column += fromStride) to[c * toStride + r] = *column;
                }
            }
    }

    /// <summary>to[row] = table[indices[row]], rows of <paramref name="stride"/> floats.</summary>
    public static void Gather(float* table, nint stride, int* indices, float* to, long rows)
    {
        for (var row = 0L; row < rows; row++) Copy(table + indices[row] * stride, to + row * stride, stride);
    }

    public static void Copy(float* from, float* to, long count)
        => Buffer.MemoryCopy(from, to, count * sizeof(float), count * sizeof(float));
}
