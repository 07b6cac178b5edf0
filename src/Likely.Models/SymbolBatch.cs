using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Symbols of a batch in the order of tensors: position, example, symbol within the position; and labels if there are any. Of sequences it may hold windows,
/// each with the symbol before it, of which some end before the others. Pinned and reused from step to step.
/// </summary>
public sealed class SymbolBatch
{
    readonly int[] _symbols;
    readonly int[] _labels, _lengths, _before;
    int[] _item = [], _inputs = [];
    readonly Space _whole;
    bool _hasWindows, _isRagged;

    /// <exception cref="ArgumentOutOfRangeException">The space is impossible, or the capacity is below 1 or too large for one array.</exception>
    public SymbolBatch(Space space, int capacity) : this(space, capacity, hasMemory: true) { }

    SymbolBatch(Space space, int capacity, bool hasMemory)
    {
        if (!space.IsPossible) throw new ArgumentOutOfRangeException(nameof(space), $"no model is of {space}");
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        var length = (long)space.Dimensions * capacity;
        if (length > Array.MaxLength) throw new ArgumentOutOfRangeException(nameof(capacity), $"{capacity} examples of {space} are more than {Array.MaxLength} symbols");
        _symbols = hasMemory ? GC.AllocateArray<int>((int)length, pinned: true) : [];
        (_labels, _lengths, _before) = (new int[capacity], new int[capacity], new int[capacity]);
        Space = _whole = space;
        if (space.Source > 0) Sources = hasMemory ? new SourceSymbols() : SourceSymbols.Outline(capacity, space.Source);
    }

    /// <summary>A batch without symbols, for tapes that only measure; its labels are 0.</summary>
    internal static SymbolBatch Outline(Space space, int count) => new(space, count, hasMemory: false) { Count = count };

    /// <summary>Of the examples; of windows of sequences, as long as the longest now in it.</summary>
    public Space Space { get; private set; }

    /// <summary>Number of examples now in it.</summary>
    public int Count { get; private set; }

    /// <summary>The symbols from the first one on, every one below the space's levels.</summary>
    internal PinnedSymbols Symbols => new(_symbols);

    /// <summary>One label per example; -1 where there is none.</summary>
    public ReadOnlySpan<int> Labels => _labels.AsSpan(0, Count);

    /// <summary>The same, to be kept.</summary>
    internal ReadOnlyMemory<int> LabelMemory => _labels.AsMemory(0, Count);

    /// <summary>Positions of each example; empty if all are as long as the space's.</summary>
    internal ReadOnlySpan<int> Lengths => _isRagged ? _lengths.AsSpan(0, Count) : [];

    /// <summary>What the examples are given, if they are of a space that has sources.</summary>
    internal SourceSymbols? Sources { get; }

    /// <summary>Symbols that count.</summary>
    public long Total
    {
        get
        {
            var total = 0L;
            for (var i = 0; i < Count; i++) total += _lengths[i];
            return total * Space.Symbols;
        }
    }

    /// <summary>Begins a batch of <paramref name="count"/> examples.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1 or more than the capacity.</exception>
    public void Begin(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _labels.Length);
        Space = _whole;
        (Count, _hasWindows, _isRagged) = (count, false, false);
        Sources?.Begin(count);
    }

    /// <summary>Begins a batch of <paramref name="count"/> sequences or windows of them, or of grids row by row: each has at most so many positions, and may have fewer, or none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 1, or more than the capacity holds.</exception>
    public void BeginWindows(int count, int positions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(positions, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _labels.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)positions * count * Space.Symbols, _symbols.Length, nameof(positions));
        Space = _whole with { Extent = new Extent(1, 1, positions) };
        (Count, _hasWindows, _isRagged) = (count, true, false);
        Sources?.Begin(count);
    }

    /// <summary>Sets what an example is given, which is nothing otherwise; of windows, with each of them.</summary>
    /// <param name="example">Which.</param>
    /// <param name="symbols">What it is given.</param>
    /// <param name="first">Of a window, its first position in the example; -1: it goes on where the run is, or begins.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such example in the batch.</exception>
    /// <exception cref="ArgumentException">The space has no sources, it is longer than any may be, or a symbol is not below the source's levels.</exception>
    public void SetSource(int example, ReadOnlySpan<int> symbols, int first = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)example, (uint)Count, nameof(example));
        RequireSource(Space, symbols);
        Sources!.Set(example, symbols, first);
    }

    /// <summary>Refuses what is no source of examples of a space.</summary>
    /// <exception cref="ArgumentException">As above.</exception>
    internal static void RequireSource(Space space, ReadOnlySpan<int> symbols)
    {
        if (space.Source == 0) throw new ArgumentException($"examples of {space} are given nothing", nameof(symbols));
        if (symbols.Length > Space.LongestSource) throw new ArgumentException($"what an example is given has at most {Space.LongestSource} symbols, not {symbols.Length}", nameof(symbols));
        RequireLevels(symbols, space.SourceLevels);
    }

    /// <summary>Sets one example from its symbols in item order (position, then symbol).</summary>
    /// <param name="example">Which.</param>
    /// <param name="symbols">All of them; or of a window.</param>
    /// <param name="label">Its class; -1: none.</param>
    /// <param name="before">The symbol before a window; -1: it is the beginning.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such example in the batch.</exception>
    /// <exception cref="ArgumentException">There are more or fewer symbols than that, or one is not below the space's levels.</exception>
    public void Set(int example, ReadOnlySpan<int> symbols, int label = -1, int before = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)example, (uint)Count, nameof(example));
        var sub = Space.Symbols;
        if (_hasWindows ? symbols.Length > Space.Dimensions || symbols.Length % sub != 0 : symbols.Length != Space.Dimensions) throw new ArgumentException($"an example of {Space} has {Space.Dimensions} symbols, not {symbols.Length}", nameof(symbols));
        RequireLevels(symbols, Space);
        if (before >= 0) RequireLevels([before], Space.Levels);
        var length = symbols.Length / sub;
        for (var p = 0; p < length; p++)
            symbols.Slice(p * sub, sub).CopyTo(_symbols.AsSpan((p * Count + example) * sub));
        for (var p = length; p < Space.Positions; p++) _symbols.AsSpan((p * Count + example) * sub, sub).Clear();
        (_labels[example], _lengths[example], _before[example]) = (label, length, before);
        _isRagged |= length < Space.Positions;
    }

    /// <summary>
    /// What a network may know that sees only what came before: at every position the symbol of the one before it, of the first the one before the window, or one
    /// more than the largest symbol where there is none. [positions, examples], of spaces with one symbol a position.
    /// </summary>
    internal PinnedSymbols Inputs()
    {
        if (Space.Symbols != 1) throw new InvalidOperationException($"{Space} has more than one symbol at a position");
        if (_symbols.Length == 0) return new([]); // an outline
        if (_inputs.Length == 0) _inputs = GC.AllocateArray<int>(_symbols.Length, pinned: true);
        for (var i = 0; i < Count; i++) _inputs[i] = _before[i] < 0 ? Space.Levels : _before[i];
        _symbols.AsSpan(0, (Space.Positions - 1) * Count).CopyTo(_inputs.AsSpan(Count));
        return new PinnedSymbols(_inputs);
    }

    /// <summary>The same from bytes, as they are stored.</summary>
    /// <exception cref="ArgumentOutOfRangeException">As above.</exception>
    /// <exception cref="ArgumentException">As above.</exception>
    public void Set(int example, ReadOnlySpan<byte> symbols, int label = -1)
    {
        if (_item.Length < symbols.Length) _item = new int[symbols.Length];
        for (var i = 0; i < symbols.Length; i++) _item[i] = symbols[i];
        Set(example, _item.AsSpan(0, symbols.Length), label);
    }

    /// <summary>Refuses an item with a symbol that its alphabet has not.</summary>
    /// <exception cref="ArgumentException">There is one.</exception>
    internal static void RequireLevels(ReadOnlySpan<int> symbols, Space space)
    {
        if (space.Columns is not { } columns)
        {
            RequireLevels(symbols, space.Levels);
            return;
        }
        for (var d = 0; d < symbols.Length; d++)
            if ((uint)symbols[d] >= (uint)columns[d].Size) throw new ArgumentException($"symbol {symbols[d]} of column {d} is not one of {columns[d].Size} levels, 0 to {columns[d].Size - 1}", nameof(symbols));
    }

    /// <summary>Refuses symbols that no level has: networks look up rows by them.</summary>
    /// <exception cref="ArgumentException">One is not below <paramref name="levels"/>.</exception>
    internal static void RequireLevels(ReadOnlySpan<int> symbols, int levels)
    {
        if (symbols.IndexOfAnyExceptInRange(0, levels - 1) is var at and >= 0)
            throw new ArgumentException($"symbol {symbols[at]} at {at} is not one of {levels} levels, 0 to {levels - 1}", nameof(symbols));
    }
}
