using Likely.Tensors;

namespace Likely.Models.Layers;

/// <summary>
/// A layer of LSTM cells (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000): the gates' sums of the layer below, [T, B, 4H], become
/// h [T, B, H]; see <see cref="Ops.Lstm"/>. In a run, h and c of the last position are where the next pass begins. Multiplicative cells (Krause et al. 2016) see
/// products of h and of factors that the input gives, [T, B, H]; see <see cref="Ops.MultiplicativeLstm"/>.
/// </summary>
/// <param name="scope">Its weights.</param>
/// <param name="hidden">H.</param>
/// <param name="state">Where the model names c among its inner states, and h behind it; below 0: nowhere.</param>
/// <param name="isMultiplicative">Whether its cells are.</param>
public sealed class LstmLayer(ParameterScope scope, int hidden, int state = -1, bool isMultiplicative = false)
{
    const double InnerGain = 0.5; // products of two maps would grow from position to position

    readonly Parameter _recurrent = scope.Weight("recurrent", 1, hidden, 4 * hidden);
    readonly Parameter? _inner = isMultiplicative ? scope.Weight("inner", 1, hidden, hidden, InnerGain) : null;

    /// <summary>Where the forget gates' biases begin: cells remember until they learn otherwise (Jozefowicz et al. 2015).</summary>
    public static double GateBias(int output, int hidden) => output / hidden == 1 ? 1 : 0;

    /// <summary>Takes over the buffer of the sums, which nothing else may read. Factors are given to multiplicative cells, and to no others.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit, or the factors are missing or one too many.</exception>
    public Tensor Forward(Tensor sums, Pass pass, Tensor? factors = null)
    {
        if (factors is null != _inner is null) throw new ArgumentException(_inner is null ? "plain cells take no factors" : "multiplicative cells need factors", nameof(factors));
        var past = pass.Run is { } run ? run.Slot(this, () => new State(run, hidden)) : null;
        ReadOnlySpan<UnitValue> heldCells = state < 0 ? [] : pass.Held(state), heldHidden = state < 0 ? [] : pass.Held(state + 1);
        var h = factors is null ? Ops.Lstm(sums, _recurrent, past?.Hidden, past?.Cell, out var cells, heldCells, heldHidden)
            : Ops.MultiplicativeLstm(sums, factors, _inner!, _recurrent, past?.Hidden, past?.Cell, out cells, heldCells, heldHidden);
        if (state >= 0)
        {
            pass.Show(state, cells);
            pass.Show(state + 1, h);
        }
        if (past is null) return h;
        Ops.KeepLast(h, past.Hidden);
        Ops.KeepLast(cells, past.Cell);
        return h;
    }

    sealed class State(Tensor hidden, Tensor cell) : RunMemory
    {
        public State(Run run, int units) : this(run.Memory.New(new Shape(1, run.Batch, units)), run.Memory.New(new Shape(1, run.Batch, units)))
        {
            for (var example = 0; example < run.Batch && run.Memory.Computes; example++) Cut(example);
        }

        public Tensor Hidden => hidden;

        public Tensor Cell => cell;

        public override IReadOnlyList<Tensor> Values => [hidden, cell];

        public override RunMemory Fork(Run run, ReadOnlySpan<int> examples) => new State(Copy(hidden, run.Memory, examples), Copy(cell, run.Memory, examples));

        public override void Cut(int example)
        {
            hidden.Row(0, example).Clear();
            cell.Row(0, example).Clear();
        }
    }
}
