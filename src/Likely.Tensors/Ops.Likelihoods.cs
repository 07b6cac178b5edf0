using Likely.Tensors.Kernels;

namespace Likely.Tensors;

public static unsafe partial class Ops
{
    /// <summary>
    /// Log-probabilities (nats) of observed symbols: parameters [T, B, outputs] and symbols [T, B, S] give [T, B, S], compact. On a
    /// recording tape it is a loss: going back it behaves as if the loss were -scale times the sum of its values.
    /// </summary>
    /// <param name="likelihood">What a row of parameters means.</param>
    /// <param name="parameters">What the network gave.</param>
    /// <param name="symbols">Pinned symbols in the order position, example, symbol; they must keep their values until the way back.</param>
    /// <param name="scale">Weight of the loss.</param>
    /// <param name="lengths">Positions that count, one number an example; what is behind them has 0 nats and no gradient. Empty: all count.</param>
    internal static Tensor LogProbabilities(ILikelihood likelihood, Tensor parameters, PinnedSymbols symbols, float scale, ReadOnlySpan<int> lengths = default)
    {
        var tape = parameters.Tape;
        var logs = tape.New(parameters.Shape with { Channels = likelihood.Symbols }, parameters.RequiresGradient, compact: true);
        for (var r = 0L; r < parameters.Rows && tape.Computes; r++)
            if (Counts(r, parameters.Batch, lengths)) likelihood.LogProbabilities(parameters.Data + r * parameters.Stride, symbols.Pointer + r * logs.Channels, logs.Data + r * logs.Channels, null, 0);
            else new Span<float>(logs.Data + r * logs.Channels, logs.Channels).Clear();
        symbols.KeepAlive();
        if (!tape.Recording) return logs;
        var entry = tape.RecordLoss(logs, static (tape, e) =>
        {
            var (parameters, likelihood, count) = (e.A!, (ILikelihood)e.State!, e.Output!.Channels);
            var gradient = BeginLossGradient(tape, parameters, out var target);
            var lengths = e.Indices.AsSpan(0, (int)e.Number);
            for (var r = 0L; r < parameters.Rows && tape.Computes; r++)
                if (Counts(r, parameters.Batch, lengths)) likelihood.LogProbabilities(parameters.Data + r * parameters.Stride, e.Symbols.Pointer + r * count, null, target + r * parameters.Stride, e.Scale);
                else new Span<float>(target + r * parameters.Stride, parameters.Channels).Clear();
            FinishLossGradient(tape, parameters, gradient);
        });
        (entry.A, entry.State, entry.Scale, entry.Symbols, entry.Number) = (parameters, likelihood, scale, symbols, (ulong)lengths.Length);
        if (entry.Indices.Length < lengths.Length) entry.Indices = new int[lengths.Length];
        lengths.CopyTo(entry.Indices);
        return logs;
    }

    static bool Counts(long row, int batch, ReadOnlySpan<int> lengths) => lengths.IsEmpty || row / batch < lengths[(int)(row % batch)];

    // Kernels of losses write; where a gradient has begun, they write elsewhere and it is added.
    static FloatBlock? BeginLossGradient(Tape tape, Tensor parameters, out float* target)
    {
        target = tape.GradientOf(parameters, out var isNew);
        if (isNew) return null;
        var scratch = tape.RentScratch(parameters.Length);
        target = scratch.Pointer;
        return scratch;
    }

    static void FinishLossGradient(Tape tape, Tensor parameters, FloatBlock? scratch)
    {
        if (scratch is null) return;
        if (tape.Computes) Elementwise.Add(scratch.Pointer, parameters.Gradient, parameters.Length);
        tape.ReturnScratch(scratch);
    }
}
