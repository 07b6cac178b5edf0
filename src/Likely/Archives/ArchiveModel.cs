using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>A trained model as archives use it: its identity, and for every size of items a density with its visiting order. Safe to use from many threads.</summary>
sealed class ArchiveModel(Checkpoint checkpoint)
{
    const int MostSizes = 8, BytesOfSymbol = 9, BytesOfPixel = 4; // as pixels, as symbols, in the batch as whole numbers, in the file; and all but the batch

    readonly List<SizedModel> _sized = [];
    readonly short[]?[] _symbols = new short[2][];

    public Checkpoint Checkpoint => checkpoint;
    public byte[] Identity { get; } = Convert.FromHexString(checkpoint.Identity());
    /// <summary>Bytes of a symbol of an item.</summary>
    public int SymbolBytes => Levels > 256 ? 2 : 1;

    public int Levels => checkpoint.Density.Space.Levels;
    public int Classes => checkpoint.Density.Classes;

    /// <summary>What the symbols of a model of sequences are as bytes; null: the model is one of items, or of a table's rows.</summary>
    public Tokens? Tokens { get; } = TokensOf(checkpoint);

    /// <summary>What the symbols of a model of a table's rows are; null: it is one of others.</summary>
    public TableTokens? Table { get; } = TableOf(checkpoint);

    /// <summary>What the bytes of files are to it.</summary>
    public BytesCode Code => Tokens is not null ? BytesCode.Sequences : Table is not null ? BytesCode.Rows : BytesCode.None;

    /// <summary>What the model says of arrays: their axes, and the size that rows make.</summary>
    public DataOptions Arrays { get; } = OptionsOf(checkpoint);

    /// <summary>True if the model can take items of this size.</summary>
    public bool Takes(int height, int width, int channels) => Refusal(height, width, channels) is null;

    /// <summary>Why the model cannot take items of this size; null if it can.</summary>
    public string? Refusal(int height, int width, int channels)
    {
        var own = checkpoint.Density.Space;
        var size = $"it is {height} x {width} x {channels}";
        if (channels != own.Symbols) return $"{size}, and the model is one of {(own.Symbols == 1 ? "1 channel" : $"{own.Symbols} channels")}";
        if (!checkpoint.Density.AnyExtent && (height, width) != (own.Height, own.Width)) return $"{size}, and the model takes {own.Height} x {own.Width} alone";
        if ((long)height * width > ArchiveDirectory.MostPixels) return $"{size}, more than the {ArchiveDirectory.MostPixels} pixels that a model takes";
        return SymbolBytes > 1 && !(checkpoint.Density.AnyExtent && LaneDecoder.Takes(For(height, width))) ? $"the model has {Levels} levels, and takes one size alone, is an ensemble, or visits positions in an order of its own" : null;
    }

    /// <summary>Bytes of memory that coding an item of this size takes, in stripes of so many rows or whole; 0 for all that are small.</summary>
    public long BytesFor(int height, int width, int stripeRows = 0)
    {
        var symbols = (long)height * width * checkpoint.Density.Space.Symbols;
        if (stripeRows > 0) return BytesOfPixel * symbols + BytesFor(stripeRows, width);
        return symbols <= SizedModel.Small ? 0 : BytesOfSymbol * symbols + For(height, width).PassBytes;
    }

    /// <summary>The density of items of this size; the last few are kept.</summary>
    public SizedModel For(int height, int width)
    {
        lock (_sized)
        {
            var at = _sized.FindIndex(sized => (sized.Space.Height, sized.Space.Width) == (height, width));
            var found = at >= 0 ? _sized[at] : new SizedModel(checkpoint.Density, checkpoint.Density.Space with { Height = height, Width = width });
            if (at >= 0) _sized.RemoveAt(at);
            else if (_sized.Count == MostSizes) _sized.RemoveAt(0);
            _sized.Add(found);
            return found;
        }
    }

    static Tokens? TokensOf(Checkpoint checkpoint)
    {
        if (!checkpoint.Density.Space.IsSequence || Continuation.TokensOf(checkpoint) is not { } tokens) return null;
        if (checkpoint.Density.Space.Source > 0) throw new UsageException($"the model tells how likely an item is given its source, and codes no files; train one {(tokens is SampleTokens ? "without beside=" : "of text")} for that");
        if (tokens is SampleTokens) return null; // sound is items of samples
        if (checkpoint.Density.Classes > 0 || checkpoint.Density.Members > 1) throw new ModelException("a model of sequences that needs labels, or an ensemble, cannot code files");
        return tokens;
    }

    static TableTokens? TableOf(Checkpoint checkpoint)
    {
        if (checkpoint.Density.Space.IsSequence || Continuation.TokensOf(checkpoint) is not TableTokens table) return null;
        return checkpoint.Density.Classes == 0 ? table : throw new ModelException("a model of a table's rows that needs labels cannot code files");
    }

    static DataOptions OptionsOf(Checkpoint checkpoint)
    {
        var size = (checkpoint.Density.Space.Height, checkpoint.Density.Space.Width);
        try
        {
            return DataOptions.FromCanonical(checkpoint.Preprocessing) with { Size = size };
        }
        catch (DataException)
        {
            return DataOptions.Default with { Size = size }; // keys of a later version say nothing here
        }
    }

    /// <summary>Byte by symbol: spread over 0..255, or the symbol itself.</summary>
    public byte[] ToBytes(bool spread)
    {
        var image = Space.Image(1, 1, 1, Levels);
        var bytes = new byte[Levels];
        for (var symbol = 0; symbol < Levels; symbol++) bytes[symbol] = spread ? image.ToDisplay(symbol) : (byte)symbol;
        return bytes;
    }

    /// <summary>Symbol by byte, -1 where there is none.</summary>
    public short[] ToSymbols(bool spread)
    {
        if (_symbols[spread ? 1 : 0] is { } made) return made;
        var symbols = new short[256];
        Array.Fill(symbols, (short)-1);
        var bytes = ToBytes(spread);
        for (var symbol = 0; symbol < bytes.Length; symbol++) symbols[bytes[symbol]] = (short)symbol;
        return _symbols[spread ? 1 : 0] = symbols;
    }
}

/// <summary>A density of items of one size, and the step at which it visits each dimension.</summary>
sealed class SizedModel(AutoregressiveModel model, Space space)
{
    readonly int[]?[] _steps = new int[model.Members][];
    readonly bool[] _known = new bool[model.Members];
    readonly Lazy<long> _passBytes = new(() =>
    {
        var meter = new MemoryMeter();
        model.LogProbabilities(new Tape(false, meter), SymbolBatch.Outline(space, 1));
        return meter.Bytes + meter.SharedBytes - sizeof(float) * (long)space.Dimensions; // all log-probabilities are not kept
    });

    public AutoregressiveModel Model => model;

    /// <summary>What its items are here.</summary>
    public Space Space => space;

    /// <summary>Bytes of a symbol.</summary>
    public int SymbolBytes => space.Levels > 256 ? 2 : 1;

    /// <summary>True if every symbol is one bit of known probability.</summary>
    public bool IsBinary { get; } = model.Head.IsBit;

    /// <summary>Items of no more symbols take little memory.</summary>
    public const int Small = 1 << 18;

    /// <summary>Bytes that a pass over one item takes besides its symbols, by rows; found without computing.</summary>
    public long PassBytes => _passBytes.Value;

    /// <summary>The step at which a member visits each dimension; null: as they come.</summary>
    public int[]? Steps(int member)
    {
        lock (_known)
        {
            if (_known[member]) return _steps[member];
            var order = model.Predict(1, model.Classes > 0 ? [0] : [], member, space.Extent);
            int[]? steps = null;
            for (var step = 0; step < order.Count; step++)
            {
                if (steps is null && order.DimensionAt(step) == step) continue;
                steps ??= [.. Enumerable.Range(0, order.Count)];
                steps[order.DimensionAt(step)] = step;
            }
            _known[member] = true;
            return _steps[member] = steps;
        }
    }
}
