using System.Runtime.CompilerServices;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Tensors;

/// <summary>
/// Rows of floats, each padded to whole vectors of 16, between zones of NaN that a kernel may read (results of such lanes are
/// thrown away) and must never write. Padding lanes begin as NaN, too, unless said otherwise.
/// </summary>
sealed unsafe class GuardedBlock
{
    const int Zone = 64;
    const uint Canary = 0x7FC0BEEF;
    readonly float[] _memory;
    readonly int _rows, _columns;

    public GuardedBlock(int rows, int columns, float[]? values = null, float padding = float.NaN)
    {
        (_rows, _columns, Stride) = (rows, columns, Shape.RoundUp(columns));
        _memory = GC.AllocateArray<float>(rows * Stride + 2 * Zone + 16, pinned: true);
        _memory.AsSpan().Fill(BitConverter.UInt32BitsToSingle(Canary));
        Pointer = (float*)((nint)Unsafe.AsPointer(ref _memory[Zone]) + 63 & ~63);
        new Span<float>(Pointer, rows * Stride).Fill(padding);
        for (var r = 0; r < rows; r++)
            if (values is null) new Span<float>(Pointer + r * Stride, columns).Clear();
            else values.AsSpan(r * columns, columns).CopyTo(new Span<float>(Pointer + r * Stride, columns));
    }

    public int Stride { get; }

    public float* Pointer { get; }

    /// <summary>The real values, rows in order.</summary>
    public float[] ToArray()
    {
        var values = new float[_rows * _columns];
        for (var r = 0; r < _rows; r++) new Span<float>(Pointer + r * Stride, _columns).CopyTo(values.AsSpan(r * _columns));
        return values;
    }

    /// <summary>Fails if anything was written outside the rows.</summary>
    public void AssertUntouched(string what)
    {
        var begin = (int)(Pointer - (float*)Unsafe.AsPointer(ref _memory[0]));
        for (var i = 0; i < _memory.Length; i++)
            if ((i < begin || i >= begin + _rows * Stride) && BitConverter.SingleToUInt32Bits(_memory[i]) != Canary)
                Assert.Fail($"{what}: wrote {_memory[i]} at float {i - begin} of a block of {_rows * Stride}");
    }
}
