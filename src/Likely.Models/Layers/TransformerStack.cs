using Likely.Tensors;

namespace Likely.Models.Layers;

/// <summary>Which learned rows tell positions: none; one that is added to what enters; or one of each block's own, added to what it reads.</summary>
enum PositionRows { None, Entry, Blocks }

/// <summary>
/// What Transformers share: symbols enter as learned rows [T, B, channels], blocks add to them one after the other, and what is left is normalised. Learned rows of positions count from a window's beginning.
/// </summary>
sealed class TransformerStack
{
    readonly Parameter _symbols;
    readonly Parameter? _entry;
    readonly Parameter[] _each;
    readonly TransformerBlock[] _blocks;
    readonly Normalization _norm;
    readonly float _dropout;
    readonly ulong _path = Philox.Hash("input");

    /// <param name="scope">The model's.</param>
    /// <param name="levels">Symbols; the row behind theirs is that of the beginning.</param>
    /// <param name="options">What blocks are like.</param>
    /// <param name="context">Positions of a window.</param>
    /// <param name="rows">Which learned rows tell positions.</param>
    /// <param name="patterns">What a position sees in each block; null: all before it.</param>
    public TransformerStack(ParameterScope scope, int levels, TransformerBlockOptions options, int context, PositionRows rows, IReadOnlyList<AttentionPattern>? patterns = null)
    {
        var channels = options.Channels;
        _symbols = scope.Weight("symbols", 1, levels + 1, channels, TransformerBlock.Deviation * Math.Sqrt(levels + 1));
        if (rows == PositionRows.Entry) _entry = Rows(scope);
        (_each, _blocks) = (new Parameter[rows == PositionRows.Blocks ? options.Layers : 0], new TransformerBlock[options.Layers]);
        for (var i = 0; i < _blocks.Length; i++)
        {
            var block = scope.At("blocks").At(i);
            if (_each.Length > 0) _each[i] = Rows(block);
            _blocks[i] = new TransformerBlock(block, patterns is null ? options : options with { Pattern = patterns[i] });
        }
        _norm = new Normalization(scope.At("norm"), channels, options.Centres);
        _dropout = (float)options.Dropout;
        States = [.. Enumerable.Range(0, _blocks.Length).Select(i => new InnerState($"blocks.{i}", channels)), new InnerState("norm", channels)];

        Parameter Rows(ParameterScope own) => own.Weight("positions", 1, context, channels, TransformerBlock.Deviation * Math.Sqrt(context));
    }

    /// <summary>The stream behind each block, and what is left of it normalised.</summary>
    public IReadOnlyList<InnerState> States { get; }

    /// <summary>The map to the numbers of symbols: by the rows that they enter as, or by weights of its own.</summary>
    public OutputMap Output(ParameterScope scope, int levels, bool isTied)
        => isTied ? new OutputMap(_symbols, levels) : new OutputMap(scope.At("output"), _symbols.Outputs, levels, TransformerBlock.Deviation * Math.Sqrt(_symbols.Outputs));

    /// <summary>Makes what a run remembers, if it is not there: a state is written and read in the order in which this was first done.</summary>
    public void Begin(Run run)
    {
        foreach (var block in _blocks) block.Begin(run);
    }

    /// <summary>See <see cref="Attention.Keep"/>.</summary>
    public void Keep(Run run, int example, int positions)
    {
        foreach (var block in _blocks) block.Keep(run, example, positions);
    }

    /// <summary>The network up to its last map.</summary>
    public Tensor Forward(SymbolInput x, Pass pass)
    {
        var h = Normalized(Blocks(x, pass));
        pass.Show(_blocks.Length, h);
        return h;
    }

    /// <summary>What an output reads of a stream.</summary>
    public Tensor Normalized(Tensor h) => _norm.Forward(h);

    /// <summary>What leaves the last block; what leaves those before is shown on the way, with how many there were.</summary>
    public Tensor Blocks(SymbolInput x, Pass pass, Action<int, Tensor>? show = null)
    {
        var before = (int[]?)_blocks[0].Before(pass.Run)?.Clone();
        var places = _each.Length > 0 ? Places(x, before) : null;
        var h = Ops.Lookup(pass.Tape, x.Positions, x.Batch, x.Symbols, _symbols);
        if (_entry is not null) h = Ops.AddPositions(h, _entry, before);
        h = Ops.Dropout(h, _dropout, _path);
        for (var i = 0; i < _blocks.Length; i++)
        {
            if (i > 0) show?.Invoke(i, h);
            h = _blocks[i].Forward(places is null ? h : Ops.Add(h, Ops.Lookup(pass.Tape, x.Positions, x.Batch, new PinnedSymbols(places), _each[i])), before, pass);
            pass.Show(i, h);
        }
        return h;
    }

    static int[] Places(SymbolInput x, int[]? before)
    {
        var places = GC.AllocateArray<int>(x.Positions * x.Batch, pinned: true);
        for (var i = 0; i < places.Length; i++) places[i] = i / x.Batch + (before?[i % x.Batch] ?? 0);
        return places;
    }
}
