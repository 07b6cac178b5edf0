using Likely.Tensors.Kernels;

namespace Likely.Tensors;

public static unsafe partial class Ops
{
    /// <summary>
    /// Bernoulli log-probabilities (nats) of compact logits [T, B, S] whose order is that of the symbols: the same numbers as
    /// <see cref="LogProbabilities"/>, sixteen symbols at a time whatever S is. A loss, as there.
    /// </summary>
    internal static Tensor BernoulliLogProbabilities(Tensor logits, PinnedSymbols symbols, float scale)
    {
        if (logits.Stride != logits.Channels) throw new ArgumentException($"logits {logits.Shape} must be compact");
        var tape = logits.Tape;
        var logs = tape.New(logits.Shape, logits.RequiresGradient, compact: true);
        if (tape.Computes) Likelihood.Bernoulli(logits.Data, symbols.Pointer, (int)logits.Length, logs.Data, null, 0);
        symbols.KeepAlive();
        if (!tape.Recording) return logs;
        var entry = tape.RecordLoss(logs, static (tape, e) =>
        {
            var logits = e.A!;
            var gradient = BeginLossGradient(tape, logits, out var target);
            if (tape.Computes) Likelihood.Bernoulli(logits.Data, e.Symbols.Pointer, (int)logits.Length, null, target, e.Scale);
            FinishLossGradient(tape, logits, gradient);
        });
        (entry.A, entry.Scale) = (logits, scale);
        entry.Symbols = symbols;
        return logs;
    }

    /// <summary>The same of some logits, one symbol each; 16 logits more must be readable.</summary>
    internal static void BernoulliLogProbabilities(float* logits, int* symbols, int count, float* logs) => Likelihood.Bernoulli(logits, symbols, count, logs, null, 0);

    /// <summary>Both probabilities of each of some binary variables, [count, 2], sixteen at a time; 16 logits more must be readable.</summary>
    internal static void BinaryProbabilities(float* logits, int count, float temperature, Span<float> probabilities)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(probabilities.Length, 2 * count);
        fixed (float* p = probabilities) Kernels.BinaryProbabilities.Compute(logits, count, 1 / temperature, p);
    }

    /// <summary>Sixteen logits become sixteen probabilities.</summary>
    internal static void Sigmoids(float* logits) => Kernels.BinaryProbabilities.OfOne(logits);

    /// <summary>Binary symbols [T, B, S] as channels of one position, [1, B, T S], in visiting order (null: as they come).</summary>
    internal static Tensor Variables(Tape tape, PinnedSymbols symbols, int positions, int batch, int subPositions, int[]? order)
    {
        var x = tape.New(new Shape(1, batch, positions * subPositions));
        for (var c = 0; c < x.Channels && tape.Computes; c++)
        {
            var from = symbols.Pointer + SymbolOffset(order is null ? c : order[c], batch, subPositions);
            for (var b = 0; b < batch; b++) x.Data[b * (long)x.Stride + c] = from[b * subPositions];
        }
        symbols.KeepAlive();
        return x;
    }

    /// <summary>Channels of one position, [1, B, T S] in visiting order (null: as they come), as compact [T, B, S].</summary>
    internal static Tensor ToPositions(Tensor x, int subPositions, int[]? order)
    {
        if (x.Positions != 1 || x.Channels % subPositions != 0) throw new ArgumentException($"{x.Shape} cannot become positions of {subPositions} symbols");
        var tape = x.Tape;
        var y = tape.New(new Shape(x.Channels / subPositions, x.Batch, subPositions), x.RequiresGradient, compact: true);
        for (var c = 0; c < x.Channels && tape.Computes; c++)
        {
            var to = y.Data + SymbolOffset(order is null ? c : order[c], x.Batch, subPositions);
            for (var b = 0; b < x.Batch; b++) to[b * subPositions] = x.Data[b * (long)x.Stride + c];
        }
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            Tensor x = e.A!, y = e.Output!;
            var order = (int[]?)e.State;
            var dx = tape.GradientOf(x, out var isNew);
            for (var c = 0; c < x.Channels && tape.Computes; c++)
            {
                var from = y.Gradient + SymbolOffset(order is null ? c : order[c], x.Batch, y.Channels);
                for (var b = 0; b < x.Batch; b++)
                    dx[b * (long)x.Stride + c] = (isNew ? 0 : dx[b * (long)x.Stride + c]) + from[b * y.Channels];
            }
        });
        (entry.A, entry.State) = (x, order);
        return y;
    }

    // Where variable d of example 0 lies among symbols [T, B, S]; examples follow S apart.
    static long SymbolOffset(int variable, int batch, int subPositions)
        => (long)(variable / subPositions) * batch * subPositions + variable % subPositions;
}
