using System.Buffers;
using System.Runtime.InteropServices;

namespace Likely;

/// <summary>An array of floats seen as its bytes, so that a snapshot is written without a copy. Little-endian machines only.</summary>
sealed class BlockBytes(float[] values) : MemoryManager<byte>
{
    public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(values.AsSpan());

    public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

    public override void Unpin() => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
    }
}
