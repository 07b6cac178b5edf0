using Likely.Tensors.Kernels;

namespace Likely.Tensors;

public static unsafe partial class Ops
{
    // Examples that walk together, so that a variable's weights are read once for all of them and their sums stay in cache.
    const int NadeGroup = 32;

    /// <summary>
    /// Logits of NADE (Larochelle and Murray 2011, eq. 3 to 5) for binary symbols [T, B, S]: compact [T, B, S], in the order of the symbols.
    /// a = c; for d in order: h = sigmoid(a), logit_d = V_d . h + b_d, a += W_d x_d. Where x_d = 0 the sums stay, so h is computed
    /// once per one-valued variable: the same numbers at a fraction of the cost. Every distinct h is kept for the way back.
    /// </summary>
    public static Tensor Nade(Tape tape, NadeWeights weights, byte* symbols, int batch)
    {
        var (order, hidden, padded) = (weights.Order, weights.Hidden, weights.Input.Stride);
        var sub = weights.SubPositions;
        var logits = tape.New(new Shape(order.Length / sub, batch, sub), requiresGradient: true, compact: true);
        // At most one h a variable; memory that no example needs is never touched.
        var rowsKept = tape.Recording ? order.Length : 1;
        var history = tape.New(new Shape(batch, rowsKept, hidden));
        var sums = tape.RentScratch((long)NadeGroup * padded);
        var entry = tape.Recording ? tape.Record(logits, static (tape, e) => NadeBackward(tape, e)) : null;
        if (entry is not null)
        {
            if (entry.Indices.Length < batch) entry.Indices = new int[batch];
            (entry.A, entry.State) = (history, weights);
            entry.Symbols = symbols;
        }
        var h = stackalloc float*[NadeGroup];
        for (var first = 0; first < batch; first += NadeGroup)
        {
            var count = Math.Min(NadeGroup, batch - first);
            for (var b = 0; b < count; b++)
            {
                h[b] = history.Data + (long)(first + b) * rowsKept * padded;
                Layout.Copy(weights.HiddenBias.Data, sums.Pointer + b * padded, padded);
                Kernels.Nade.Activate(sums.Pointer + b * padded, h[b], hidden);
            }
            for (var k = 0; k < order.Length; k++)
            {
                var d = order[k];
                var offset = SymbolOffset(d, batch, sub) + (long)first * sub;
                float* w = weights.Input.Data + (long)d * padded, v = weights.Output.Data + (long)d * padded;
                var bias = weights.VisibleBias.Data[d];
                for (var b = 0; b < count; b++)
                {
                    logits.Data[offset + b * sub] = Reductions.Dot(v, h[b], padded) + bias;
                    if (symbols[offset + b * sub] == 0 || k + 1 == order.Length) continue;
                    if (entry is not null) h[b] += padded;
                    Kernels.Nade.Absorb(w, sums.Pointer + b * padded, h[b], hidden);
                }
            }
            if (entry is null) continue;
            for (var b = 0; b < count; b++)
                entry.Indices[first + b] = (int)((h[b] - (history.Data + (long)(first + b) * rowsKept * padded)) / padded);
        }
        tape.ReturnScratch(sums);
        if (entry is null) tape.Release(history);
        return logits;
    }

    static void NadeBackward(Tape tape, TapeEntry e)
    {
        var weights = (NadeWeights)e.State!;
        var (logits, history) = (e.Output!, e.A!);
        var (order, padded, sub, batch) = (weights.Order, weights.Input.Stride, weights.SubPositions, logits.Batch);
        var hiddenGradients = tape.RentScratch((long)NadeGroup * padded);
        var sumGradients = tape.RentScratch((long)NadeGroup * padded);
        float* dh = hiddenGradients.Pointer, da = sumGradients.Pointer;
        float* dw = weights.Input.GradientIn(tape), dv = weights.Output.GradientIn(tape);
        var visible = weights.VisibleBias.GradientIn(tape);
        var h = stackalloc float*[NadeGroup];
        var g = stackalloc float[NadeGroup];
        for (var first = 0; first < batch; first += NadeGroup)
        {
            var count = Math.Min(NadeGroup, batch - first);
            new Span<float>(dh, count * padded).Clear();
            new Span<float>(da, count * padded).Clear();
            for (var b = 0; b < count; b++) h[b] = history.Data + ((long)(first + b) * order.Length + e.Indices[first + b]) * padded;
            for (var k = order.Length - 1; k >= 0; k--)
            {
                var d = order[k];
                var offset = SymbolOffset(d, batch, sub) + (long)first * sub;
                for (var b = 0; b < count; b++)
                {
                    g[b] = logits.Gradient[offset + b * sub];
                    visible[d] += g[b];
                    if (e.Symbols[offset + b * sub] == 0 || k + 1 == order.Length) continue;
                    Kernels.Nade.AbsorbBackward(h[b], dh + b * padded, da + b * padded, dw + (long)d * padded, padded);
                    h[b] -= padded;
                }
                Kernels.Nade.LogitBackward(weights.Output.Data + (long)d * padded, dv + (long)d * padded, h, dh, g, count, padded);
            }
            for (var b = 0; b < count; b++)
                Kernels.Nade.AbsorbBackward(h[b], dh + b * padded, da + b * padded, weights.HiddenBias.GradientIn(tape), padded);
        }
        tape.ReturnScratch(hiddenGradients);
        tape.ReturnScratch(sumGradients);
        tape.Release(history);
    }

    /// <summary>A walk's beginning: sums [1, B, H] = c and hidden = sigmoid(sums).</summary>
    public static void NadeBegin(NadeWeights weights, Tensor sums, Tensor hidden)
    {
        for (var b = 0; b < sums.Batch; b++)
        {
            Layout.Copy(weights.HiddenBias.Data, sums.Data + (long)b * sums.Stride, sums.Stride);
            Kernels.Nade.Activate(sums.Data + (long)b * sums.Stride, hidden.Data + (long)b * sums.Stride, weights.Hidden);
        }
    }

    /// <summary>The logits of the variable visited at <paramref name="step"/>, one an example.</summary>
    public static void NadeLogits(NadeWeights weights, Tensor hidden, int step, float* logits)
    {
        var d = weights.Order[step];
        var v = weights.Output.Data + (long)d * hidden.Stride;
        for (var b = 0; b < hidden.Batch; b++)
            logits[b] = Reductions.Dot(v, hidden.Data + (long)b * hidden.Stride, hidden.Stride) + weights.VisibleBias.Data[d];
    }

    /// <summary>Takes in the variable visited at <paramref name="step"/>.</summary>
    public static void NadeObserve(NadeWeights weights, Tensor sums, Tensor hidden, int step, ReadOnlySpan<byte> symbols)
    {
        var w = weights.Input.Data + (long)weights.Order[step] * sums.Stride;
        for (var b = 0; b < sums.Batch; b++)
            if (symbols[b] != 0) Kernels.Nade.Absorb(w, sums.Data + (long)b * sums.Stride, hidden.Data + (long)b * sums.Stride, weights.Hidden);
    }
}
