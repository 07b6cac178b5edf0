using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Likely.Tensors.Kernels;

/// <summary>
/// The cell of Hochreiter and Schmidhuber 1997 with forget gates (Gers et al. 2000), from sums [i, f, o, g] of 4H:
/// i = sigmoid, f = sigmoid, o = sigmoid, g = tanh; c' = fma(f, c, i g); h' = o tanh(c'). Legend: n unit, rows are examples.
/// Lanes behind the last unit hold no meaning and are never stored into another gate.
/// </summary>
static unsafe class Lstm
{
    /// <summary>
    /// One position. Sums, of which nothing is left, have gates <paramref name="stride"/> apart, as cell and hidden rows are long: padded to 16. The activated
    /// gates go to rows [i, f, o, g] of 4H if they are asked for; <paramref name="before"/> may be <paramref name="cell"/>.
    /// </summary>
    public static void Activate(float* sums, float* before, float* cell, float* hidden, int stride, float* gates, nint gateStride, int batch, int units)
    {
        for (var b = 0; b < batch; b++, sums += 4 * stride, before += stride, cell += stride, hidden += stride)
        {
            // Without padding the gates need no copy.
            var activated = gates is not null && stride == units ? gates : sums;
            Sigmoids(sums, activated, 3 * stride);
            Tanhs(sums + 3 * stride, activated + 3 * stride, stride);
            Advance(activated, before, cell, hidden, stride);
            if (gates is null) continue;
            for (var gate = 0; gate < 4 && activated != gates; gate++) Layout.Copy(sums + gate * stride, gates + gate * units, units);
            gates += gateStride;
        }
    }

    // One elementary function a loop: where sixteen lanes are two vectors, the compiler expands few of them in a method.
    static void Sigmoids(float* x, float* y, int count)
    {
        for (var n = 0; n < count; n += 16) Exponential.Sigmoid(Vector512.Load(x + n)).Store(y + n);
    }

    static void Tanhs(float* x, float* y, int count)
    {
        for (var n = 0; n < count; n += 16) Exponential.Tanh(Vector512.Load(x + n)).Store(y + n);
    }

    static void Advance(float* gates, float* before, float* cell, float* hidden, int stride)
    {
        for (var n = 0; n < stride; n += 16)
        {
            var c = Vector512.FusedMultiplyAdd(Vector512.Load(gates + stride + n), Vector512.Load(before + n), Vector512.Load(gates + n) * Vector512.Load(gates + 3 * stride + n));
            c.Store(cell + n);
            (Vector512.Load(gates + 2 * stride + n) * Exponential.Tanh(c)).Store(hidden + n);
        }
    }

    /// <summary>After <see cref="Activate"/> of a position whose gates are not asked for, a unit's cell is set, and its output with it: c' = v, h' = o tanh(v).</summary>
    public static void Hold(float* activated, float* cell, float* hidden, int stride, int batch, int unit, float value)
    {
        var bent = Exponential.Tanh(Vector512.Create(value))[0];
        for (var b = 0; b < batch; b++)
        {
            cell[b * stride + unit] = value;
            hidden[b * stride + unit] = activated[(4 * b + 2) * stride + unit] * bent;
        }
    }

    /// <summary>
    /// One position back: activated gates become the gradients of their sums, in place; <paramref name="dCell"/>, what comes from the later positions, becomes what goes to
    /// the earlier ones. Given are dh, all of it, c before the position and c after it.
    /// </summary>
    public static void Backward(float* gates, nint gateStride, float* before, float* cell, nint stride, float* dHidden, nint dHiddenStride, float* dCell, int batch, int units)
    {
        var one = Vector512<float>.One;
        for (var b = 0; b < batch; b++, gates += gateStride, before += stride, cell += stride, dHidden += dHiddenStride, dCell += stride)
            for (var n = 0; n < units; n += 16)
            {
                var real = units - n;
                float* i0 = gates + n, f0 = i0 + units, o0 = f0 + units, g0 = o0 + units;
                Vector512<float> i = Vector512.Load(i0), f = Vector512.Load(f0), o = Vector512.Load(o0), g = Vector512.Load(g0);
                var dh = Vector512.Load(dHidden + n);
                var t = Exponential.Tanh(Vector512.Load(cell + n));
                var dc = Vector512.FusedMultiplyAdd(dh * o, one - t * t, Vector512.Load(dCell + n));
                (dc * f).Store(dCell + n);
                Put(dc * g * (i * (one - i)), i0, real);
                Put(dc * Vector512.Load(before + n) * (f * (one - f)), f0, real);
                Put(dh * t * (o * (one - o)), o0, real);
                Put(dc * i * (one - g * g), g0, real);
            }
    }

    /// <summary>m = a p, of multiplicative cells; a multiple of 16 values.</summary>
    public static void Multiply(float* a, float* p, float* m, nint count)
    {
        for (nint i = 0; i < count; i += 16) (Vector512.Load(a + i) * Vector512.Load(p + i)).Store(m + i);
    }

    /// <summary>da (+)= dm p, unless nobody asks for it, then p becomes dp = dm a.</summary>
    public static void MultiplyBackward(float* dm, float* a, float* p, float* da, bool write, int count)
    {
        for (var i = 0; i < count; i += 16)
        {
            var d = Vector512.Load(dm + i);
            if (da is not null)
            {
                var value = d * Vector512.Load(p + i);
                (write ? value : Vector512.Load(da + i) + value).Store(da + i);
            }
            (d * Vector512.Load(a + i)).Store(p + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Put(Vector512<float> value, float* target, int real)
    {
        if (real >= 16) value.Store(target);
        else PutSome(value, target, real);
    }

    static void PutSome(Vector512<float> value, float* target, int real)
    {
        for (var lane = 0; lane < real; lane++) target[lane] = value[lane];
    }
}
