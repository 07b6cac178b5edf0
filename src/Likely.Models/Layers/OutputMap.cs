using Likely.Tensors;

namespace Likely.Models.Layers;

/// <summary>
/// The last map of a network, from what its head reads to the head's numbers, [T, B, inputs] -> [T, B, outputs]: weights and a bias of its own, or the rows that symbols enter as. Where
/// there are many symbols, log-probabilities are computed some rows at a time, and all outputs of a batch never lie in memory.
/// </summary>
public sealed class OutputMap
{
    readonly Parameter? _weight;
    readonly Parameter? _bias;
    readonly bool _isTurned;
    readonly int _outputs;

    /// <summary>A map of its own.</summary>
    /// <param name="scope">Where its weights are.</param>
    /// <param name="inputs">Numbers of a position.</param>
    /// <param name="outputs">Numbers of the head.</param>
    /// <param name="gain">Of its weights at the beginning.</param>
    /// <param name="start">Where each number begins; null: at 0.</param>
    public OutputMap(ParameterScope scope, int inputs, int outputs, double gain = 1, Func<int, double>? start = null)
        => (_weight, _bias, _outputs) = (scope.Weight("weight", 1, inputs, outputs, gain), scope.Bias("bias", outputs, start), outputs);

    /// <summary>A map whose weights are the first rows of a table [1, N, inputs], and that has no bias.</summary>
    /// <param name="table">The table.</param>
    /// <param name="rows">As many as the head has numbers.</param>
    public OutputMap(Parameter table, int rows) => (_weight, _isTurned, _outputs) = (table, true, rows);

    /// <summary>No map: the network gives the head's numbers, of which there are few.</summary>
    /// <param name="outputs">How many.</param>
    public OutputMap(int outputs) => _outputs = outputs;

    /// <summary>The head's numbers.</summary>
    public Tensor Forward(Tensor h) => _weight is null ? h : _isTurned ? Ops.Scores(h, _weight, _outputs) : Ops.Linear(h, _weight, _bias);

    /// <summary>Log-probabilities of symbols, as <see cref="Ops.LogProbabilities"/> of the head's numbers.</summary>
    internal Tensor LogProbabilities(Head head, Tensor h, PinnedSymbols symbols, float scale, ReadOnlySpan<int> lengths)
        => _weight is not null && Ops.IsLargeOutput(h.Rows, _outputs) ? Ops.OutputLogProbabilities(head, h, _weight, _bias, _isTurned, _outputs, symbols, scale, lengths)
            : Ops.LogProbabilities(head, Forward(h), symbols, scale, lengths);

    /// <summary>The head's numbers of some positions at a time, no more of them than suits memory; what reads them may not keep them.</summary>
    internal void EachStretch(Tensor h, Action<int, Tensor> read)
    {
        var tape = h.Tape;
        if (_weight is null || !Ops.IsLargeOutput(h.Rows, _outputs))
        {
            read(0, Forward(h));
            return;
        }
        var count = 1;
        while (!Ops.IsLargeOutput((long)(count + 1) * h.Batch, _outputs)) count++;
        for (var first = 0; first < h.Positions; first += count)
        {
            var rows = Ops.Stretch(h, first, Math.Min(count, h.Positions - first));
            var outputs = Forward(rows);
            read(first, outputs);
            tape.Release(rows);
            tape.Release(outputs);
        }
    }
}
