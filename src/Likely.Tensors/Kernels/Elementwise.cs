using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Likely.Tensors.Kernels;

/// <summary>
/// Value-by-value operations over whole buffers, padding included. Lengths are multiples of 16, or the buffers have the slack
/// of <see cref="FloatBlock.Slack"/> and compact tensors finish value by value in the same operations.
/// </summary>
static unsafe class Elementwise
{
    /// <summary>target += source.</summary>
    public static void Add(float* source, float* target, long length)
    {
        long i = 0;
        for (; i + 16 <= length; i += 16) (Vector512.Load(target + i) + Vector512.Load(source + i)).Store(target + i);
        for (; i < length; i++) target[i] += source[i];
    }

    /// <summary>table[indices[row]] += source[row], row after row, of <paramref name="stride"/> floats.</summary>
    public static void Scatter(float* source, nint stride, int* indices, float* table, long rows)
    {
        for (var row = 0L; row < rows; row++) Add(source + row * stride, table + indices[row] * stride, stride);
    }

    /// <summary>result = a + b.</summary>
    public static void Add(float* a, float* b, float* result, long length)
    {
        long i = 0;
        for (; i + 16 <= length; i += 16) (Vector512.Load(a + i) + Vector512.Load(b + i)).Store(result + i);
        for (; i < length; i++) result[i] = a[i] + b[i];
    }

    /// <summary>result = max(x, 0); a negative zero and NaN become 0.</summary>
    public static void Relu(float* x, float* result, long length)
    {
        long i = 0;
        for (; i + 16 <= length; i += 16)
        {
            var value = Vector512.Load(x + i);
            (value & Vector512.GreaterThan(value, Vector512<float>.Zero)).Store(result + i);
        }
        for (; i < length; i++) result[i] = x[i] > 0 ? x[i] : 0;
    }

    /// <summary>dx (+)= dy where y > 0.</summary>
    public static void ReluBackward(float* y, float* dy, float* dx, bool write, long length)
    {
        long i = 0;
        for (; i + 16 <= length; i += 16)
        {
            var d = Vector512.Load(dy + i) & Vector512.GreaterThan(Vector512.Load(y + i), Vector512<float>.Zero);
            (write ? d : Vector512.Load(dx + i) + d).Store(dx + i);
        }
        for (; i < length; i++) dx[i] = (write ? 0 : dx[i]) + (y[i] > 0 ? dy[i] : 0);
    }

    /// <summary>x *= factor.</summary>
    public static void Scale(float* x, float factor, long length)
    {
        long i = 0;
        for (; i + 16 <= length; i += 16) (Vector512.Load(x + i) * Vector512.Create(factor)).Store(x + i);
        for (; i < length; i++) x[i] *= factor;
    }

    /// <summary>
    /// The gate of van den Oord et al. 2016b, eq. 2: y = tanh(a + ca) * sigmoid(b + cb), where a and b are the halves of a row of
    /// 2C channels and ca, cb the condition's row of the example (null: none). Rows run over positions, then examples.
    /// </summary>
    public static void Gate(float* x, nint xStride, float* condition, nint conditionStride, float* y, nint yStride, long positions, int batch, int channels)
    {
        for (var p = 0L; p < positions; p++)
            for (var b = 0; b < batch; b++, x += xStride, y += yStride)
            {
                var c = condition is null ? null : condition + b * conditionStride;
                for (var n = 0; n < channels; n += 16)
                {
                    Activations(x, c, n, channels, out var t, out var s);
                    (t * s).Store(y + n);
                }
            }
    }

    /// <summary>
    /// dx (+)= gate's derivative times dy, recomputing both activations (cheaper than keeping them); dcondition += the same,
    /// one chain over positions for each example.
    /// </summary>
    public static void GateBackward(float* x, nint xStride, float* condition, nint conditionStride, float* dy, nint yStride,
        float* dx, bool write, float* dCondition, long positions, int batch, int channels)
    {
        var one = Vector512<float>.One;
        var last = channels % 16;
        for (var p = 0L; p < positions; p++)
            for (var b = 0; b < batch; b++, x += xStride, dx += xStride, dy += yStride)
            {
                var c = condition is null ? null : condition + b * conditionStride;
                var dc = dCondition is null ? null : dCondition + b * conditionStride;
                for (var n = 0; n < channels; n += 16)
                {
                    Activations(x, c, n, channels, out var t, out var s);
                    var d = Vector512.Load(dy + n);
                    var da = d * s * (one - t * t);
                    var db = d * t * (s * (one - s));
                    if (n + 16 <= channels)
                    {
                        Put(da, dx + n, write);
                        Put(db, dx + channels + n, write);
                        if (dc is null) continue;
                        Put(da, dc + n, false);
                        Put(db, dc + channels + n, false);
                    }
                    else
                        for (var i = 0; i < last; i++)
                        {
                            dx[n + i] = (write ? 0 : dx[n + i]) + da[i];
                            dx[channels + n + i] = (write ? 0 : dx[channels + n + i]) + db[i];
                            if (dc is null) continue;
                            dc[n + i] += da[i];
                            dc[channels + n + i] += db[i];
                        }
                }
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Activations(float* x, float* condition, int n, int channels, out Vector512<float> t, out Vector512<float> s)
    {
        var a = Vector512.Load(x + n);
        var b = Vector512.Load(x + channels + n);
        if (condition is not null)
        {
            a += Vector512.Load(condition + n);
            b += Vector512.Load(condition + channels + n);
        }
        t = Exponential.Tanh(a);
        s = Exponential.Sigmoid(b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Put(Vector512<float> value, float* target, bool write)
        => (write ? value : Vector512.Load(target) + value).Store(target);

    /// <summary>sum[n] += x[r, n] for every row, one chain in row order.</summary>
    public static void SumRows(float* x, nint stride, long rows, int columns, float* sum)
    {
        for (var n = 0; n < columns; n += 16)
        {
            var total = Vector512.Load(sum + n);
            var row = x + n;
            for (var r = 0L; r < rows; r++, row += stride) total += Vector512.Load(row);
            total.Store(sum + n);
        }
    }
}
