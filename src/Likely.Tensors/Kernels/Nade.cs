using System.Runtime.Intrinsics;

namespace Likely.Tensors.Kernels;

/// <summary>
/// The inner loops of NADE (Larochelle and Murray 2011, alg. 1). Rows hold H hidden units, padded to whole vectors of 16 by
/// zeros: a the sums, h = sigmoid(a) (zero in the padding), w and v a variable's input and output weights, and the gradients
/// dh, da, dw, dv of the same names. Logits are <see cref="Reductions.Dot"/> of v and h, plus the variable's bias.
/// </summary>
static unsafe class Nade
{
    /// <summary>h = sigmoid(a).</summary>
    public static void Activate(float* a, float* h, int hidden)
    {
        for (var n = 0; n < hidden; n += 16) Put(Exponential.Sigmoid(Vector512.Load(a + n)), h, n, hidden);
    }

    /// <summary>a += w; h = sigmoid(a).</summary>
    public static void Absorb(float* w, float* a, float* h, int hidden)
    {
        for (var n = 0; n < hidden; n += 16)
        {
            var sum = Vector512.Load(a + n) + Vector512.Load(w + n);
            sum.Store(a + n);
            Put(Exponential.Sigmoid(sum), h, n, hidden);
        }
    }

    /// <summary>
    /// The way back through one variable's logits: dv += g[b] h[b], one chain over the examples, and dh[b] += g[b] v.
    /// All rows hold the same <paramref name="width"/> units, a multiple of 16.
    /// </summary>
    public static void LogitBackward(float* v, float* dv, float** h, float* dh, float* g, int batch, int width)
    {
        var n = 0;
        for (; n + 64 <= width; n += 64)
        {
            Vector512<float> v0 = Vector512.Load(v + n), v1 = Vector512.Load(v + n + 16), v2 = Vector512.Load(v + n + 32), v3 = Vector512.Load(v + n + 48);
            Vector512<float> s0 = Vector512.Load(dv + n), s1 = Vector512.Load(dv + n + 16), s2 = Vector512.Load(dv + n + 32), s3 = Vector512.Load(dv + n + 48);
            var row = dh + n;
            for (var b = 0; b < batch; b++, row += width)
            {
                var factor = Vector512.Create(g[b]);
                var unit = h[b] + n;
                s0 = Vector512.FusedMultiplyAdd(factor, Vector512.Load(unit), s0);
                s1 = Vector512.FusedMultiplyAdd(factor, Vector512.Load(unit + 16), s1);
                s2 = Vector512.FusedMultiplyAdd(factor, Vector512.Load(unit + 32), s2);
                s3 = Vector512.FusedMultiplyAdd(factor, Vector512.Load(unit + 48), s3);
                Vector512.FusedMultiplyAdd(factor, v0, Vector512.Load(row)).Store(row);
                Vector512.FusedMultiplyAdd(factor, v1, Vector512.Load(row + 16)).Store(row + 16);
                Vector512.FusedMultiplyAdd(factor, v2, Vector512.Load(row + 32)).Store(row + 32);
                Vector512.FusedMultiplyAdd(factor, v3, Vector512.Load(row + 48)).Store(row + 48);
            }
            s0.Store(dv + n);
            s1.Store(dv + n + 16);
            s2.Store(dv + n + 32);
            s3.Store(dv + n + 48);
        }
        for (; n < width; n += 16)
        {
            Vector512<float> v0 = Vector512.Load(v + n), s0 = Vector512.Load(dv + n);
            var row = dh + n;
            for (var b = 0; b < batch; b++, row += width)
            {
                var factor = Vector512.Create(g[b]);
                s0 = Vector512.FusedMultiplyAdd(factor, Vector512.Load(h[b] + n), s0);
                Vector512.FusedMultiplyAdd(factor, v0, Vector512.Load(row)).Store(row);
            }
            s0.Store(dv + n);
        }
    }

    /// <summary>The way back to where h began: da += dh h (1 - h); dw += da; dh = 0.</summary>
    public static void AbsorbBackward(float* h, float* dh, float* da, float* dw, int width)
    {
        for (var n = 0; n < width; n += 16)
        {
            var unit = Vector512.Load(h + n);
            var sum = Vector512.FusedMultiplyAdd(Vector512.Load(dh + n), unit * (Vector512<float>.One - unit), Vector512.Load(da + n));
            sum.Store(da + n);
            (Vector512.Load(dw + n) + sum).Store(dw + n);
            Vector512<float>.Zero.Store(dh + n);
        }
    }

    static void Put(Vector512<float> value, float* h, int n, int hidden)
        => (n + 16 <= hidden ? value : value & Reductions.Below(hidden - n)).Store(h + n);
}
