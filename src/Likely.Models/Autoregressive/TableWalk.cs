using Likely.Tensors;

namespace Likely.Models;

/// <summary>Walks through the columns of rows of a table: the outputs of the next column are read from the sums of those before it, and its symbols' inputs added to them.</summary>
sealed unsafe class TableWalk : Predictor
{
    readonly ColumnLayout _layout;
    readonly Head[] _heads;
    readonly MaskedSums _sums;
    readonly FloatBlock _outputs;
    readonly int _stride;
    int _answered = -1;

    /// <param name="space">The columns.</param>
    /// <param name="batch">Rows.</param>
    /// <param name="layout">Where columns lie, and their order.</param>
    /// <param name="heads">What each column's outputs mean.</param>
    /// <param name="sums">The sums of the network's layers, to be begun.</param>
    public TableWalk(Space space, int batch, ColumnLayout layout, Head[] heads, MaskedSums sums) : base(space, batch, layout.Order)
    {
        (_layout, _heads, _sums, _stride) = (layout, heads, sums, Shape.RoundUp(heads.Max(head => head.Outputs)));
        _outputs = new FloatBlock((long)batch * _stride);
    }

    TableWalk(TableWalk from, ReadOnlySpan<int> examples) : base(from, examples.Length)
    {
        (_layout, _heads, _sums, _stride) = (from._layout, from._heads, from._sums.Fork(examples), from._stride);
        _outputs = new FloatBlock((long)examples.Length * _stride);
    }

    public override IPredictor Fork(ReadOnlySpan<int> examples) => new TableWalk(this, Checked(examples));

    protected override SymbolDistributions Tell() => new(HeadNow, Source, Outputs(), _stride, null, 0, Batch);

    protected override void Take(ReadOnlySpan<int> symbols, Span<float> logProbabilities)
    {
        if (!logProbabilities.IsEmpty)
        {
            var outputs = Outputs();
            fixed (int* symbol = symbols)
                for (var b = 0; b < Batch; b++) logProbabilities[b] = HeadNow.LogProbability(outputs + (long)b * _stride, symbol + b, 0);
        }
        if (Position + 1 == Count) return;
        var (first, end) = (_layout.FirstInput[Position], _layout.FirstInput[Position + 1]);
        for (var b = 0; b < Batch; b++) _layout.Write(Position, symbols[b], _sums.Input(b) + first);
        _sums.Observe(Position, first, end - first);
    }

    Head HeadNow => _heads[_layout.ColumnAt(Position)];

    float* Outputs()
    {
        if (_answered == Position) return _outputs.Pointer;
        var first = _layout.FirstOutput[Position];
        for (var b = 0; b < Batch; b++) _sums.Read(b, first, HeadNow.Outputs, _outputs.Pointer + (long)b * _stride);
        _answered = Position;
        return _outputs.Pointer;
    }
}
