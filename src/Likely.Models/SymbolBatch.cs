using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Symbols of a batch in the order of tensors: position, example, symbol within the position; and labels if there are any.
/// Pinned and reused from step to step.
/// </summary>
public sealed class SymbolBatch
{
    readonly int[] _symbols;
    readonly int[] _labels;
    int[] _item = [];

    /// <exception cref="ArgumentOutOfRangeException">The space is impossible, or the capacity is below 1 or too large for one array.</exception>
    public SymbolBatch(Space space, int capacity) : this(space, capacity, hasMemory: true) { }

    SymbolBatch(Space space, int capacity, bool hasMemory)
    {
        if (!space.IsPossible) throw new ArgumentOutOfRangeException(nameof(space), $"no model is of {space}");
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        var length = (long)space.Dimensions * capacity;
        if (length > Array.MaxLength) throw new ArgumentOutOfRangeException(nameof(capacity), $"{capacity} examples of {space} are more than {Array.MaxLength} symbols");
        _symbols = hasMemory ? GC.AllocateArray<int>((int)length, pinned: true) : [];
        _labels = new int[capacity];
        Space = space;
    }

    /// <summary>A batch without symbols, for tapes that only measure; its labels are 0.</summary>
    internal static SymbolBatch Outline(Space space, int count) => new(space, count, hasMemory: false) { Count = count };

    public Space Space { get; }

    /// <summary>Number of examples now in it.</summary>
    public int Count { get; private set; }

    /// <summary>The symbols from the first one on, every one below the space's levels.</summary>
    internal PinnedSymbols Symbols => new(_symbols);

    /// <summary>One label per example; -1 where there is none.</summary>
    public ReadOnlySpan<int> Labels => _labels.AsSpan(0, Count);

    /// <summary>The same, to be kept.</summary>
    internal ReadOnlyMemory<int> LabelMemory => _labels.AsMemory(0, Count);

    /// <summary>Begins a batch of <paramref name="count"/> examples.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1 or more than the capacity.</exception>
    public void Begin(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _labels.Length);
        Count = count;
    }

    /// <summary>Sets one example from its symbols in item order (position, then symbol).</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such example in the batch.</exception>
    /// <exception cref="ArgumentException">There are more or fewer symbols than the space's dimensions, or one is not below its levels.</exception>
    public void Set(int example, ReadOnlySpan<int> symbols, int label = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)example, (uint)Count, nameof(example));
        if (symbols.Length != Space.Dimensions) throw new ArgumentException($"an example of {Space} has {Space.Dimensions} symbols, not {symbols.Length}", nameof(symbols));
        RequireLevels(symbols, Space.Levels);
        var sub = Space.Symbols;
        for (var p = 0; p < Space.Positions; p++)
            symbols.Slice(p * sub, sub).CopyTo(_symbols.AsSpan((p * Count + example) * sub));
        _labels[example] = label;
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

    /// <summary>Refuses symbols that no level has: networks look up rows by them.</summary>
    /// <exception cref="ArgumentException">One is not below <paramref name="levels"/>.</exception>
    internal static void RequireLevels(ReadOnlySpan<int> symbols, int levels)
    {
        if (symbols.IndexOfAnyExceptInRange(0, levels - 1) is var at and >= 0)
            throw new ArgumentException($"symbol {symbols[at]} at {at} is not one of {levels} levels, 0 to {levels - 1}", nameof(symbols));
    }
}
