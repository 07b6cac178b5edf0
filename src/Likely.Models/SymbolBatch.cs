namespace Likely.Models;

/// <summary>
/// Symbols of a batch in the order of tensors: position, example, symbol within the position; and labels if there are any.
/// Pinned and reused from step to step.
/// </summary>
public sealed unsafe class SymbolBatch(Geometry geometry, int capacity)
{
    readonly byte[] _symbols = GC.AllocateArray<byte>(checked(geometry.Dimensions * capacity), pinned: true);
    readonly int[] _labels = new int[capacity];

    public Geometry Geometry { get; } = geometry;

    /// <summary>Number of examples now in it.</summary>
    public int Count { get; private set; }

    /// <summary>The first symbol; pinned.</summary>
    public byte* Data => (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _symbols[0]);

    /// <summary>One label per example; -1 where there is none.</summary>
    public ReadOnlySpan<int> Labels => _labels.AsSpan(0, Count);

    /// <summary>Begins a batch of <paramref name="count"/> examples.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than the capacity.</exception>
    public void Begin(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _labels.Length);
        Count = count;
    }

    /// <summary>Sets one example from its symbols in item order (position, then symbol).</summary>
    public void Set(int example, ReadOnlySpan<byte> symbols, int label = -1)
    {
        var sub = Geometry.SubPositions;
        for (var p = 0; p < Geometry.Positions; p++)
            symbols.Slice(p * sub, sub).CopyTo(_symbols.AsSpan((p * Count + example) * sub));
        _labels[example] = label;
    }
}
