using Likely.Tensors;
using Likely.Tests.Reference;

namespace Likely.Tests.Tensors;

/// <summary>Operations of networks of rows.</summary>
static class RowOpCases
{
    const float Scale = 0.25f;

    public static IEnumerable<OpCase> All()
    {
        foreach (var compact in new[] { false, true })
        {
            var some = new Shape(3, 2, 21);
            foreach (var (name, run, value) in new (string, OpCase.Operation, Func<double, double>)[] { ("Sigmoid/1", (_, t, _) => Ops.Sigmoid(t[0]), x => 1 / (1 + Math.Exp(-x))), ("Tanh/1", (_, t, _) => Ops.Tanh(t[0]), Math.Tanh) })
            {
                var bend = new OpCase(name, compact ? "of a compact tensor" : "", [some], [], run, (t, _) => Array.ConvertAll(t[0], x => value(x))) { Compact = compact };
                yield return bend;
                yield return bend.Twice();
            }
        }
        foreach (var (batch, channels) in new[] { (1, 1), (5, 16), (4, 37) })
        {
            var rows = new Shape(1, batch, channels);
            yield return new("AddBias/2", $"of {channels}", [rows], [new Shape(1, 1, channels)], (_, t, p) => Ops.AddBias(t[0], p[0]), (t, p) => [.. t[0].Select((x, i) => x + p[0][i % channels])]);
            foreach (var loss in Enum.GetValues<RowLoss>())
            {
                var targets = Targets(batch, channels, loss);
                var one = new OpCase("RowLogs/4", $"{loss} of {channels}", [rows], [], (_, t, _) => Ops.RowLogs(loss, t[0], targets, Scale), (t, _) => Logs(loss, t[0], targets)) { LossScale = Scale };
                yield return one;
                yield return one with { Variant = $"{loss} of {channels}, twice", Run = (_, t, _) => Twice(loss, t[0], targets), Twin = (t, _) => Logs(loss, t[0], targets), LossScale = 2 * Scale };
            }
            foreach (var (visible, hidden) in new[] { (false, false), (true, false), (false, true), (true, true) })
            {
                var seen = Targets(batch, 19, RowLoss.CrossEntropy);
                yield return new("FreeEnergies/6", $"of {channels} hidden units{(visible ? ", Gaussian visible" : "")}{(hidden ? ", Gaussian hidden" : "")}", [rows], [new Shape(1, 1, 19)],
                    (_, t, p) => Ops.FreeEnergies(t[0], seen, p[0], visible, hidden, Scale), (t, p) => Energies(t[0], p[0], seen, visible, hidden))
                { LossScale = Scale };
            }
        }
    }

    static Tensor Twice(RowLoss loss, Tensor x, Matrix targets)
    {
        Ops.RowLogs(loss, x, targets, Scale);
        return Ops.RowLogs(loss, x, targets, Scale);
    }

    // From 0 to 1, or counts.
    static Matrix Targets(int batch, int channels, RowLoss loss)
    {
        var (matrix, random) = (new Matrix(batch, channels), new Philox(3, RandomPurpose.Test));
        for (var i = 0; i < batch; i++)
            for (var d = 0; d < channels; d++) matrix[i][d] = loss == RowLoss.Counts ? random.Below((ulong)i, (ulong)d, 4) : random.Uniform((ulong)i, (ulong)d);
        return matrix;
    }

    static double[] Logs(RowLoss loss, double[] x, Matrix targets) => [.. Enumerable.Range(0, targets.Rows).Select(row =>
    {
        var (own, wanted) = (x.AsSpan(row * targets.Columns, targets.Columns).ToArray(), targets[row].ToArray());
        var log = DoubleOps.LogSumExp(own);
        return own.Zip(wanted).Sum(pair => loss switch
        {
            RowLoss.Squared => -Math.Pow(pair.First - pair.Second, 2),
            RowLoss.CrossEntropy => pair.Second * DoubleOps.LogSigmoid(pair.First) + (1 - pair.Second) * DoubleOps.LogSigmoid(-pair.First),
            _ => pair.Second * (pair.First - log),
        });
    })];

    static double[] Energies(double[] x, double[] bias, Matrix visible, bool isGaussian, bool hasGaussianHidden) => [.. Enumerable.Range(0, visible.Rows).Select(row =>
    {
        var (own, seen) = (x.Skip(row * (x.Length / visible.Rows)).Take(x.Length / visible.Rows), visible[row].ToArray());
        return own.Sum(value => hasGaussianHidden ? value * value / 2 : -DoubleOps.LogSigmoid(-value)) + seen.Zip(bias).Sum(pair => isGaussian ? -Math.Pow(pair.First - pair.Second, 2) / 2 : pair.First * pair.Second);
    })];
}
