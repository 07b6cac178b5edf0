using Likely.Tensors;

namespace Likely.Models.Layers;

/// <summary>
/// What a first layer makes of symbols, [T, B] -> [T, B, outputs]: a learned row each (a product with one-hot vectors), or with an embedding the product of a
/// learned shorter row. Of few symbols, or in a run, that product is computed once a symbol and looked up, which gives the same numbers.
/// </summary>
public sealed class SymbolTable
{
    // More symbols than this are rarely all met in a step.
    const int Few = 128;

    readonly Parameter _rows;
    readonly Pointwise? _product;
    readonly PinnedSymbols _alphabet;
    readonly int _symbols;

    /// <param name="scope">Where its weights are.</param>
    /// <param name="symbols">Rows: every symbol, and the beginning.</param>
    /// <param name="embedding">Learned numbers of a symbol; 0: its row is the output.</param>
    /// <param name="outputs">Numbers it becomes.</param>
    /// <param name="start">Where each output begins.</param>
    public SymbolTable(ParameterScope scope, int symbols, int embedding, int outputs, Func<int, double>? start)
    {
        const double Deviation = 0.5;
        _symbols = symbols;
        if (embedding == 0)
        {
            _rows = scope.Weight("table", 1, symbols, outputs, Deviation * Math.Sqrt(symbols), start: start is null ? null : (_, _, output) => start(output));
            return;
        }
        _rows = scope.Weight("embedding", 1, symbols, embedding, Math.Sqrt(symbols));
        _product = new Pointwise(scope.At("product"), embedding, outputs, start: start);
        var alphabet = GC.AllocateArray<int>(symbols, pinned: true);
        for (var i = 0; i < symbols; i++) alphabet[i] = i;
        _alphabet = new PinnedSymbols(alphabet);
    }

    /// <summary>Multiply-adds at one position, if every one is computed.</summary>
    public double MultiplyAdds => _product is null ? 0 : (double)_product.Inputs * _product.Outputs;

    public Tensor Forward(SymbolInput x, Pass pass)
    {
        var tape = pass.Tape;
        if (_product is null) return Ops.Lookup(tape, x.Positions, x.Batch, x.Symbols, _rows);
        if (pass.Run is { } run && !tape.Recording) return Ops.Lookup(run.Slot(this, () => new Made()).Table(this, run.Memory), x.Positions, x.Batch, x.Symbols, tape);
        return _symbols <= Few ? Ops.Lookup(Table(tape), x.Positions, x.Batch, x.Symbols) : _product.Forward(Ops.Lookup(tape, x.Positions, x.Batch, x.Symbols, _rows));
    }

    Tensor Table(Tape tape) => _product!.Forward(Ops.Lookup(tape, 1, _symbols, _alphabet, _rows));

    // Made anew when the weights have changed.
    sealed class Made
    {
        Tensor? _table;
        long _version;

        public Tensor Table(SymbolTable owner, Tape memory)
        {
            var version = owner._rows.Set!.Version;
            if (_table is not null && _version == version) return _table;
            if (_table is not null) memory.Release(_table);
            (_table, _version) = (owner.Table(memory), version);
            return _table;
        }
    }
}
