using System.Runtime.CompilerServices;

namespace Likely.Tensors;

/// <summary>
/// Floats whose first is 64-byte aligned and whose address never changes. The memory is managed and pinned, so that a block that
/// nobody holds is collected like any object: whoever uses the pointer holds the block.
/// </summary>
sealed unsafe class FloatBlock
{
    /// <summary>Floats that may be read (never written) behind the end, so that kernels need no scalar tails.</summary>
    public const int Slack = 16;

    // To move the first float to a multiple of 64 bytes.
    const int Alignment = 16;

    /// <summary>Floats that one block can hold, about 2^31.</summary>
    public static readonly int MostLength = Array.MaxLength - Slack - Alignment;

    readonly float[]? _memory;
    readonly int _first;

    FloatBlock(long length, bool zeroed, bool outline)
    {
        Length = length;
        if (outline) return;
        if (length > MostLength) throw new InsufficientMemoryException($"{length} values would lie side by side, and no more than {MostLength} can; make the batch, the examples or the model smaller");
        var size = (int)length + Slack + Alignment;
        _memory = zeroed ? GC.AllocateArray<float>(size, pinned: true) : GC.AllocateUninitializedArray<float>(size, pinned: true);
        var address = (nint)Unsafe.AsPointer(ref _memory[0]);
        Pointer = (float*)(address + 63 & ~63);
        _first = (int)(((nint)Pointer - address) / sizeof(float));
        if (!zeroed) new Span<float>(Pointer + length, Slack).Clear();
    }

    /// <summary>Zeros.</summary>
    /// <exception cref="InsufficientMemoryException">More than <see cref="MostLength"/>.</exception>
    public FloatBlock(long length) : this(length, zeroed: true, outline: false) { }

    public long Length { get; }

    public float* Pointer { get; }

    /// <summary>Floats of unspecified content.</summary>
    /// <exception cref="InsufficientMemoryException">More than <see cref="MostLength"/>.</exception>
    public static FloatBlock Unspecified(long length) => new(length, zeroed: false, outline: false);

    /// <summary>A length without memory, for tapes that only measure.</summary>
    public static FloatBlock Outline(long length) => new(length, zeroed: false, outline: true);

    /// <summary>Some of its floats; the span keeps the block's memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They are not all within it.</exception>
    public Span<float> Span(long start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + count, Length);
        return _memory.AsSpan(_first + (int)start, count);
    }
}
