using System.Runtime.Intrinsics;

namespace Likely.Tensors.Kernels;

/// <summary>
/// Steps towards z = argmin 1/2 z'Gz - b'z + penalty |z|_1. q are the correlations b - Gz, kept up to date while z changes. Buffers are whole vectors of 16, with zeros behind their ends.
/// </summary>
static unsafe class SparseCodes
{
    /// <summary>What of a value is left beyond a threshold: on both sides of zero, or above it alone.</summary>
    public static float Shrink(float value, float threshold, bool positive)
        => value > threshold ? value - threshold : value < -threshold && !positive ? value + threshold : 0;

    /// <summary>x becomes what of it is beyond a threshold of each column's own, which is not below zero.</summary>
    public static void Shrink(float* x, float* thresholds, int length)
    {
        for (var i = 0; i < length; i += 16)
        {
            Vector512<float> value = Vector512.Load(x + i), threshold = Vector512.Load(thresholds + i);
            (Vector512.Max(value - threshold, Vector512<float>.Zero) + Vector512.Min(value + threshold, Vector512<float>.Zero)).Store(x + i);
        }
    }

    /// <summary>Minimises over one z after the other, in their order (coordinate descent); returns by how much the largest change moved its correlation.</summary>
    /// <param name="gram">G, [count, stride].</param>
    /// <param name="stride">Floats from row to row, of which a row's are whole vectors.</param>
    /// <param name="codes">z.</param>
    /// <param name="correlations">q.</param>
    /// <param name="count">Coordinates.</param>
    /// <param name="penalty">The penalty.</param>
    /// <param name="positive">Whether z may not be below zero.</param>
    public static float Sweep(float* gram, int stride, float* codes, float* correlations, int count, float penalty, bool positive)
    {
        var most = 0f;
        for (var k = 0; k < count; k++)
        {
            var row = gram + (nint)k * stride;
            var own = row[k];
            if (own <= 0) continue;
            var next = Shrink(MathF.FusedMultiplyAdd(own, codes[k], correlations[k]), penalty, positive) / own;
            var change = next - codes[k];
            if (change == 0) continue;
            codes[k] = next;
            AddScaled(row, -change, correlations, stride);
            most = MathF.Max(most, MathF.Abs(change) * own);
        }
        return most;
    }

    /// <summary>t = tanh(x), y = gain t; t may lie where x does.</summary>
    public static void Predict(float* x, float* gain, float* t, float* y, int length)
    {
        for (var i = 0; i < length; i += 16)
        {
            var tangent = Exponential.Tanh(Vector512.Load(x + i));
            tangent.Store(t + i);
            (Vector512.Load(gain + i) * tangent).Store(y + i);
        }
    }

    /// <summary>target += factor source.</summary>
    public static void AddScaled(float* source, float factor, float* target, int length)
    {
        var times = Vector512.Create(factor);
        for (var i = 0; i < length; i += 16) Vector512.FusedMultiplyAdd(times, Vector512.Load(source + i), Vector512.Load(target + i)).Store(target + i);
    }

    /// <summary>
    /// One step of a row of FISTA: next = shrink(y + (b - Gy) / L, penalty / L), y = next + momentum (next - z), z = next. Returns (y - next) (next - z), which is above zero where the step turned back.
    /// </summary>
    /// <param name="products">Gy.</param>
    /// <param name="start">b.</param>
    /// <param name="ahead">y.</param>
    /// <param name="codes">z.</param>
    /// <param name="step">1 / L.</param>
    /// <param name="threshold">penalty / L.</param>
    /// <param name="momentum">How far y goes beyond.</param>
    /// <param name="positive">Whether z may not be below zero.</param>
    /// <param name="length">Floats, padding included.</param>
    public static float Accelerate(float* products, float* start, float* ahead, float* codes, float step, float threshold, float momentum, bool positive, int length)
    {
        Vector512<float> by = Vector512.Create(step), limit = Vector512.Create(threshold), further = Vector512.Create(momentum), turned = Vector512<float>.Zero;
        for (var i = 0; i < length; i += 16)
        {
            Vector512<float> y = Vector512.Load(ahead + i), z = Vector512.Load(codes + i);
            var value = Vector512.FusedMultiplyAdd(by, Vector512.Load(start + i) - Vector512.Load(products + i), y);
            var beyond = Vector512.Max(value - limit, Vector512<float>.Zero);
            var next = positive ? beyond : beyond + Vector512.Min(value + limit, Vector512<float>.Zero);
            var change = next - z;
            turned = Vector512.FusedMultiplyAdd(y - next, change, turned);
            next.Store(codes + i);
            Vector512.FusedMultiplyAdd(further, change, next).Store(ahead + i);
        }
        return Reductions.Sum(turned);
    }
}
