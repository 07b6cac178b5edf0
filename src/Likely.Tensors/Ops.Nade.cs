using System.Numerics;
using Likely.Tensors.Kernels;

namespace Likely.Tensors;

/// <summary>
/// What <see cref="Ops.Nade"/> needs: input weights W [1, D, H], output weights V [1, D, H], the visible bias [1, 1, D], the hidden
/// bias [1, 1, H], all by variable, and the order in which the variables are visited.
/// </summary>
/// <param name="input">W: what a variable adds to the hidden sums.</param>
/// <param name="output">V: how hidden units predict a variable.</param>
/// <param name="visibleBias">b.</param>
/// <param name="hiddenBias">c.</param>
/// <param name="order">The variable visited at each step, made when something is computed.</param>
/// <param name="subPositions">S: variables at one position; variable d is symbol d mod S of position d / S.</param>
sealed class NadeWeights(Parameter input, Parameter output, Parameter visibleBias, Parameter hiddenBias, Lazy<int[]> order, int subPositions)
{
    internal Parameter Input => input;
    internal Parameter Output => output;
    internal Parameter VisibleBias => visibleBias;
    internal Parameter HiddenBias => hiddenBias;
    internal int[] Order => order.Value;
    internal int Variables => input.Inputs;
    internal int SubPositions => subPositions;
    internal int Hidden => input.Outputs;
}

public static unsafe partial class Ops
{
    // Examples that walk together, so that a variable's weights are read once for all of them; and the hidden units that go back
    // together, so that everything these examples need for it stays in cache.
    const int NadeGroup = 32, NadeBlock = 64;

    /// <summary>
    /// Logits of NADE (Larochelle and Murray 2011, eq. 3 to 5) for binary symbols [T, B, S]: compact [T, B, S], in the order of the symbols.
    /// a = c; for d in order: h = sigmoid(a), logit_d = V_d . h + b_d, a += W_d x_d. Where x_d = 0 the sums stay, so h is computed
    /// once per one-valued variable: the same numbers at a fraction of the cost.
    /// </summary>
    internal static Tensor Nade(Tape tape, NadeWeights weights, PinnedSymbols symbols, int batch)
    {
        var logits = tape.New(new Shape(weights.Variables / weights.SubPositions, batch, weights.SubPositions), requiresGradient: true, compact: true);
        var scratch = tape.RentScratch(2L * NadeGroup * weights.Input.Stride);
        if (tape.Computes) Forward(weights, symbols.Pointer, logits, scratch.Pointer);
        tape.ReturnScratch(scratch);
        symbols.KeepAlive();
        if (!tape.Recording) return logits;
        var entry = tape.Record(logits, static (tape, e) => NadeBackward(tape, e));
        entry.State = weights;
        entry.Symbols = symbols;
        return logits;
    }

    static void Forward(NadeWeights weights, int* symbols, Tensor logits, float* sums)
    {
        var (order, hidden, padded, sub, batch) = (weights.Order, weights.Hidden, weights.Input.Stride, weights.SubPositions, logits.Batch);
        var units = sums + NadeGroup * padded;
        for (var first = 0; first < batch; first += NadeGroup)
        {
            var count = Math.Min(NadeGroup, batch - first);
            for (var b = 0; b < count; b++)
            {
                Layout.Copy(weights.HiddenBias.Data, sums + b * padded, padded);
                Kernels.Nade.Activate(sums + b * padded, units + b * padded, hidden);
            }
            for (var k = 0; k < order.Length; k++)
            {
                var d = order[k];
                var offset = SymbolOffset(d, batch, sub) + (long)first * sub;
                float* w = weights.Input.Data + (long)d * padded, v = weights.Output.Data + (long)d * padded;
                var bias = weights.VisibleBias.Data[d];
                for (var b = 0; b < count; b++)
                {
                    logits.Data[offset + b * sub] = Reductions.Dot(v, units + b * padded, padded) + bias;
                    if (symbols[offset + b * sub] != 0) Kernels.Nade.Absorb(w, sums + b * padded, units + b * padded, hidden);
                }
            }
        }
    }

    // Hidden units do not meet on the way back, so it goes block by block of them: first every distinct h of the block is computed
    // again, the same chain of sums as before, and kept; then the variables pass in reverse. Every weight's gradient is one chain
    // over the examples.
    static void NadeBackward(Tape tape, TapeEntry e)
    {
        var weights = (NadeWeights)e.State!;
        var scratch = tape.RentScratch((2L + weights.Variables) * NadeGroup * NadeBlock);
        var perVariable = tape.RentScratch((1L + NadeGroup) * weights.Variables);
        if (tape.Computes) NadeBackward(tape, e, scratch, perVariable);
        tape.ReturnScratch(perVariable);
        tape.ReturnScratch(scratch);
    }

    static void NadeBackward(Tape tape, TapeEntry e, FloatBlock scratch, FloatBlock perVariable)
    {
        var weights = (NadeWeights)e.State!;
        var (order, padded, batch) = (weights.Order, weights.Input.Stride, e.Output!.Batch);
        float* dh = scratch.Pointer, a = dh + NadeGroup * NadeBlock, kept = a + NadeGroup * NadeBlock, g = perVariable.Pointer;
        var ones = (uint*)(g + (long)order.Length * NadeGroup); // which examples of the group have a one
        var h = stackalloc float*[NadeGroup];
        for (var first = 0; first < batch; first += NadeGroup)
        {
            var count = Math.Min(NadeGroup, batch - first);
            GatherLogitGradients(tape, e, weights, first, count, g, ones);
            for (var n = 0; n < padded; n += NadeBlock)
            {
                var (width, hidden) = (Math.Min(NadeBlock, padded - n), Math.Min(NadeBlock, weights.Hidden - n));
                for (var b = 0; b < count; b++)
                {
                    h[b] = kept + (long)b * order.Length * NadeBlock;
                    Layout.Copy(weights.HiddenBias.Data + n, a + b * width, width);
                    Kernels.Nade.Activate(a + b * width, h[b], hidden);
                }
                for (var k = 0; k < order.Length; k++)
                    for (var rest = ones[k]; rest != 0; rest &= rest - 1)
                    {
                        var b = BitOperations.TrailingZeroCount(rest);
                        Kernels.Nade.Absorb(weights.Input.Data + (long)order[k] * padded + n, a + b * width, h[b] += NadeBlock, hidden);
                    }

                var da = a; // the sums are not needed any more
                new Span<float>(dh, 2 * NadeGroup * NadeBlock).Clear();
                float* dw = weights.Input.GradientIn(tape) + n, dv = weights.Output.GradientIn(tape) + n;
                for (var k = order.Length - 1; k >= 0; k--)
                {
                    var row = (long)order[k] * padded;
                    for (var rest = ones[k]; rest != 0; rest &= rest - 1)
                    {
                        var b = BitOperations.TrailingZeroCount(rest);
                        Kernels.Nade.AbsorbBackward(h[b], dh + b * width, da + b * width, dw + row, width);
                        h[b] -= NadeBlock;
                    }
                    Kernels.Nade.LogitBackward(weights.Output.Data + row + n, dv + row, h, dh, g + (long)k * NadeGroup, count, width);
                }
                for (var b = 0; b < count; b++)
                    Kernels.Nade.AbsorbBackward(h[b], dh + b * width, da + b * width, weights.HiddenBias.GradientIn(tape) + n, width);
            }
        }
    }

    // By step: the logits' gradients of a group of examples, and its ones; the last variable's value feeds nothing.
    static void GatherLogitGradients(Tape tape, TapeEntry e, NadeWeights weights, int first, int count, float* g, uint* ones)
    {
        var (logits, sub) = (e.Output!, weights.SubPositions);
        var symbols = e.Symbols.Pointer;
        for (var k = 0; k < weights.Order.Length; k++)
        {
            var offset = SymbolOffset(weights.Order[k], logits.Batch, sub) + (long)first * sub;
            var bias = weights.VisibleBias.GradientIn(tape) + weights.Order[k];
            ones[k] = 0;
            for (var b = 0; b < count; b++)
            {
                var gradient = g[(long)k * NadeGroup + b] = logits.Gradient[offset + b * sub];
                *bias += gradient;
                if (symbols[offset + b * sub] != 0 && k + 1 < weights.Order.Length) ones[k] |= 1u << b;
            }
        }
    }

    /// <summary>A walk's beginning: sums [1, B, H] = c and hidden = sigmoid(sums).</summary>
    internal static void NadeBegin(NadeWeights weights, Tensor sums, Tensor hidden)
    {
        for (var b = 0; b < sums.Batch; b++)
        {
            Layout.Copy(weights.HiddenBias.Data, sums.Data + (long)b * sums.Stride, sums.Stride);
            Kernels.Nade.Activate(sums.Data + (long)b * sums.Stride, hidden.Data + (long)b * sums.Stride, weights.Hidden);
        }
    }

    /// <summary>The logits of the variable visited at <paramref name="step"/>, one an example.</summary>
    internal static void NadeLogits(NadeWeights weights, Tensor hidden, int step, float* logits)
    {
        var d = weights.Order[step];
        var v = weights.Output.Data + (long)d * hidden.Stride;
        for (var b = 0; b < hidden.Batch; b++)
            logits[b] = Reductions.Dot(v, hidden.Data + (long)b * hidden.Stride, hidden.Stride) + weights.VisibleBias.Data[d];
    }

    /// <summary>Takes in the variable visited at <paramref name="step"/>.</summary>
    internal static void NadeObserve(NadeWeights weights, Tensor sums, Tensor hidden, int step, ReadOnlySpan<int> symbols)
    {
        var w = weights.Input.Data + (long)weights.Order[step] * sums.Stride;
        for (var b = 0; b < sums.Batch; b++)
            if (symbols[b] != 0) Kernels.Nade.Absorb(w, sums.Data + (long)b * sums.Stride, hidden.Data + (long)b * sums.Stride, weights.Hidden);
    }
}
