using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Likely.Tensors;

/// <summary>Bytes that do not move, from a place in a pinned array on; whoever has this has the array, so that it is not collected.</summary>
/// <param name="memory">A pinned array.</param>
/// <param name="start">The first byte's place in it.</param>
readonly unsafe struct PinnedBytes(byte[] memory, long start = 0)
{
    readonly byte[] _memory = memory;

    /// <summary>The first byte; valid while somebody holds the array.</summary>
    public byte* Pointer => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory)) + start;

    /// <summary>The bytes from a later place on.</summary>
    public PinnedBytes At(long offset) => new(_memory, start + offset);

    /// <summary>Holds the array up to here.</summary>
    public void KeepAlive() => GC.KeepAlive(_memory);
}
