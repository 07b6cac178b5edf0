using System.Runtime.CompilerServices;

namespace Likely.Tensors;

/// <summary>
/// Aligned float buffers, reused by exact size: shapes recur at every step, so after the first step nothing is allocated.
/// The memory is pinned managed memory, so a pool that is dropped is collected like any object.
/// </summary>
public sealed unsafe class BufferPool
{
    /// <summary>Floats that may be read (never written) behind a buffer's end, so that kernels need no scalar tails.</summary>
    public const int Slack = 16;

    readonly Dictionary<long, Stack<Buffer>> _free = [];

    /// <summary>Number of buffers this pool has ever allocated.</summary>
    public long Allocations { get; private set; }

    internal Buffer Rent(long length)
    {
        if (_free.TryGetValue(length, out var stack) && stack.TryPop(out var buffer)) return buffer;
        Allocations++;
        return new Buffer(length);
    }

    internal void Return(Buffer buffer)
    {
        buffer.Poison();
        if (!_free.TryGetValue(buffer.Length, out var stack)) _free[buffer.Length] = stack = new Stack<Buffer>();
        stack.Push(buffer);
    }

    /// <summary>One aligned block of floats; its address never changes.</summary>
    internal sealed class Buffer
    {
        readonly float[] _memory;

        public Buffer(long length)
        {
            Length = length;
            _memory = GC.AllocateUninitializedArray<float>(checked((int)(length + Slack + 16)), pinned: true);
            var address = (nint)Unsafe.AsPointer(ref _memory[0]);
            Pointer = (float*)(address + 63 & ~63);
            new Span<float>(Pointer + length, Slack).Clear();
            Poison();
        }

        public long Length { get; }
        public float* Pointer { get; }

        [System.Diagnostics.Conditional("DEBUG")]
        public void Poison() => new Span<float>(Pointer, (int)Length).Fill(float.NaN);
    }
}
