using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Likely.Tensors;

/// <summary>Symbols that do not move, from a place in a pinned array on; whoever has this has the array, so that it is not collected.</summary>
/// <param name="memory">A pinned array.</param>
/// <param name="start">The first symbol's place in it.</param>
readonly unsafe struct PinnedSymbols(int[] memory, long start = 0)
{
    readonly int[] _memory = memory;

    /// <summary>The first symbol; valid while somebody holds the array.</summary>
    public int* Pointer => (int*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory)) + start;

    /// <summary>The symbols from a later place on.</summary>
    public PinnedSymbols At(long offset) => new(_memory, start + offset);

    /// <summary>Holds the array up to here.</summary>
    public void KeepAlive() => GC.KeepAlive(_memory);
}
