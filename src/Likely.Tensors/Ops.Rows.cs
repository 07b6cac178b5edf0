using Likely.Tensors.Kernels;

namespace Likely.Tensors;

/// <summary>What outputs say of a row of targets.</summary>
enum RowLoss
{
    /// <summary>-sum of (y - t)^2.</summary>
    Squared,

    /// <summary>Logits of targets from 0 to 1: sum of t log sigmoid(x) + (1 - t) log(1 - sigmoid(x)).</summary>
    CrossEntropy,

    /// <summary>Logits of counts: sum of t log softmax(x).</summary>
    Counts,
}

public static unsafe partial class Ops
{
    /// <summary>Rows of a matrix as channels of one position, [1, rows, columns]: where a network of rows begins. They have no gradient.</summary>
    internal static Tensor Given(Tape tape, Matrix rows)
    {
        var x = tape.New(new Shape(1, rows.Rows, rows.Columns));
        if (tape.Computes) Layout.Copy(rows.Data, x.Data, x.Length);
        GC.KeepAlive(rows);
        return x;
    }

    /// <summary>x [T, B, C] plus a bias [1, 1, C] in every row. Takes over the buffer of x, which nothing else may read.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor AddBias(Tensor x, Parameter bias)
    {
        if (bias.Shape != new Shape(1, 1, x.Channels) || x.Stride != bias.Stride) throw new ArgumentException($"a bias {bias.Shape} cannot be added to {x.Shape}");
        var tape = x.Tape;
        var y = tape.TakeOver(x, requiresGradient: true);
        for (var row = 0L; row < y.Rows && tape.Computes; row++) Elementwise.Add(bias.Data, y.Data + row * y.Stride, y.Stride);
        if (!tape.Recording) return y;
        var entry = tape.Record(y, static (tape, e) =>
        {
            AddBiasGradient(tape, e.Output!, e.Bias);
            tape.PassGradient(e.Output!, e.A!);
        });
        (entry.A, entry.Bias) = (x, bias);
        return y;
    }

    /// <summary>
    /// What each row of outputs [1, B, C] says of the same row of a matrix (see <see cref="RowLoss"/>), [1, B, 1], compact. On a recording tape it is a loss: going back it behaves as if the loss were -scale times the sum of
    /// its values.
    /// </summary>
    /// <param name="loss">What is told.</param>
    /// <param name="outputs">The network's.</param>
    /// <param name="targets">[B, C]; they must keep their values until the way back.</param>
    /// <param name="scale">Weight of the loss.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    internal static Tensor RowLogs(RowLoss loss, Tensor outputs, Matrix targets, float scale)
    {
        if (outputs.Positions != 1 || outputs.Batch != targets.Rows || outputs.Channels != targets.Columns || outputs.Stride != targets.Stride) throw new ArgumentException($"{targets.Rows} rows of {targets.Columns} cannot be compared with {outputs.Shape}");
        var tape = outputs.Tape;
        var logs = tape.New(outputs.Shape with { Channels = 1 }, outputs.RequiresGradient, compact: true);
        for (var row = 0; row < targets.Rows && tape.Computes; row++) logs.Data[row] = -Error(loss, outputs, targets, row, null, 0);
        GC.KeepAlive(targets);
        if (!tape.Recording) return logs;
        var entry = tape.RecordLoss(logs, static (tape, e) =>
        {
            var (outputs, targets) = (e.A!, (Matrix)e.State!);
            var gradient = BeginLossGradient(tape, outputs, out var target);
            for (var row = 0; row < targets.Rows && tape.Computes; row++) Error((RowLoss)e.Number, outputs, targets, row, target + (long)row * outputs.Stride, e.Scale);
            GC.KeepAlive(targets);
            FinishLossGradient(tape, outputs, gradient);
        });
        (entry.A, entry.State, entry.Number, entry.Scale) = (outputs, targets, (ulong)loss, scale);
        return logs;
    }

    static float Error(RowLoss loss, Tensor outputs, Matrix targets, int row, float* gradient, float scale)
    {
        float* x = outputs.Data + (long)row * outputs.Stride, t = targets.Row(row);
        var count = outputs.Channels;
        return loss switch
        {
            RowLoss.Squared => RowErrors.Squared(x, t, count, gradient, scale),
            RowLoss.CrossEntropy => RowErrors.CrossEntropy(x, t, count, gradient, scale),
            _ => RowErrors.Counts(x, t, count, gradient, scale),
        };
    }

    /// <summary>
    /// -F(v) of each row v of a restricted Boltzmann machine, [1, B, 1], compact: with x = c + v W, sum softplus(x) for binary hidden units or sum x^2 / 2 for Gaussian ones, plus b v for binary visible units or
    /// -|v - b|^2 / 2 for Gaussian ones (Freund and Haussler 1994; Hinton 2012). A loss as <see cref="RowLogs"/>; the rows have no gradient.
    /// </summary>
    /// <param name="inputs">x of the hidden units, [1, B, H].</param>
    /// <param name="visible">v, [B, D]; they must keep their values until the way back.</param>
    /// <param name="bias">b, [1, 1, D].</param>
    /// <param name="isGaussian">Which visible units.</param>
    /// <param name="hasGaussianHidden">Which hidden units.</param>
    /// <param name="scale">Weight of the loss; below 0 for rows that shall become less likely.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    internal static Tensor FreeEnergies(Tensor inputs, Matrix visible, Parameter bias, bool isGaussian, bool hasGaussianHidden, float scale)
    {
        if (inputs.Positions != 1 || inputs.Batch != visible.Rows || bias.Shape != new Shape(1, 1, visible.Columns)) throw new ArgumentException($"{visible.Rows} rows of {visible.Columns} with a bias {bias.Shape} have no hidden units {inputs.Shape}");
        var tape = inputs.Tape;
        var logs = tape.New(inputs.Shape with { Channels = 1 }, requiresGradient: true, compact: true);
        for (var row = 0; row < visible.Rows && tape.Computes; row++)
        {
            var hidden = RowErrors.HiddenUnits(inputs.Data + (long)row * inputs.Stride, inputs.Channels, hasGaussianHidden, null, 0);
            logs.Data[row] = hidden + (isGaussian ? -0.5f * Reductions.SquaredDistance(visible.Row(row), bias.Data, visible.Columns) : Reductions.Dot(visible.Row(row), bias.Data, visible.Columns));
        }
        GC.KeepAlive(visible);
        if (!tape.Recording) return logs;
        var entry = tape.RecordLoss(logs, static (tape, e) =>
        {
            var (inputs, visible, bias) = (e.A!, (Matrix)e.State!, e.Bias!);
            var gradient = BeginLossGradient(tape, inputs, out var target);
            var own = bias.GradientIn(tape);
            for (var row = 0; row < visible.Rows && tape.Computes; row++)
            {
                RowErrors.HiddenUnits(inputs.Data + (long)row * inputs.Stride, inputs.Channels, (e.Number & 2) != 0, target + (long)row * inputs.Stride, e.Scale);
                RowErrors.AddBiasGradient(visible.Row(row), (e.Number & 1) != 0 ? bias.Data : null, visible.Columns, own, e.Scale);
            }
            GC.KeepAlive(visible);
            FinishLossGradient(tape, inputs, gradient);
        });
        (entry.A, entry.State, entry.Bias, entry.Number, entry.Scale) = (inputs, visible, bias, (isGaussian ? 1UL : 0) | (hasGaussianHidden ? 2UL : 0), scale);
        return logs;
    }
}
