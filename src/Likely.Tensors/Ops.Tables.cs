namespace Likely.Tensors;

public static unsafe partial class Ops
{
    /// <summary>Symbols of rows of a table [D, B, 1] as the inputs that a layout says, [1, B, inputs], column after column as they are visited.</summary>
    internal static Tensor ColumnInputs(Tape tape, PinnedSymbols symbols, int batch, ColumnLayout layout)
    {
        var x = tape.New(new Shape(1, batch, layout.Inputs));
        for (var step = 0; step < layout.Count && tape.Computes; step++)
        {
            var from = symbols.Pointer + (long)layout.ColumnAt(step) * batch;
            for (var b = 0; b < batch; b++) layout.Write(step, from[b], x.Data + b * (long)x.Stride + layout.FirstInput[step]);
        }
        symbols.KeepAlive();
        return x;
    }

    /// <summary>
    /// Log-probabilities (nats) of the symbols of rows of a table: outputs [1, B, outputs], column after column as they are visited, and symbols [D, B, 1] give
    /// [D, B, 1], compact, as the columns come. A loss, as <see cref="LogProbabilities"/> is.
    /// </summary>
    internal static Tensor ColumnLogProbabilities(Tensor outputs, PinnedSymbols symbols, ColumnLayout layout, float scale)
    {
        if (outputs.Positions != 1 || outputs.Channels != layout.Outputs) throw new ArgumentException($"{outputs.Shape} are not the {layout.Outputs} outputs of {layout.Count} columns");
        var tape = outputs.Tape;
        var logs = tape.New(new Shape(layout.Count, outputs.Batch, 1), outputs.RequiresGradient, compact: true);
        if (tape.Computes) Columns(outputs, symbols, layout, logs.Data, null, 0);
        symbols.KeepAlive();
        if (!tape.Recording) return logs;
        var entry = tape.RecordLoss(logs, static (tape, e) =>
        {
            var outputs = e.A!;
            var gradient = BeginLossGradient(tape, outputs, out var target);
            if (tape.Computes) Columns(outputs, e.Symbols, (ColumnLayout)e.State!, null, target, e.Scale);
            FinishLossGradient(tape, outputs, gradient);
        });
        (entry.A, entry.State, entry.Scale) = (outputs, layout, scale);
        entry.Symbols = symbols;
        return logs;
    }

    static void Columns(Tensor outputs, PinnedSymbols symbols, ColumnLayout layout, float* logs, float* gradient, float scale)
    {
        for (var b = 0; b < outputs.Batch; b++)
        {
            var row = b * (long)outputs.Stride;
            for (var step = 0; step < layout.Count; step++)
            {
                var column = layout.ColumnAt(step);
                var (at, symbol) = (row + layout.FirstOutput[step], (long)column * outputs.Batch + b);
                layout.Likelihoods[column].LogProbabilities(outputs.Data + at, symbols.Pointer + symbol, logs is null ? null : logs + symbol, gradient is null ? null : gradient + at, scale);
            }
        }
    }
}
