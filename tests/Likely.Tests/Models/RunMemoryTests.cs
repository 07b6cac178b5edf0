using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Tensors;
using Xunit;

namespace Likely.Tests.Models;

public sealed unsafe class RunMemoryTests
{
    [Fact]
    public void A_copy_has_what_lies_in_the_padding_of_rows_whatever_its_memory_held()
    {
        Tape tape = new(), other = new();
        var from = tape.New(new Shape(2, 3, 5));
        new Span<float>(from.Data, (int)from.Length).Clear();
        for (var position = 0; position < 2; position++)
            for (var example = 0; example < 3; example++) from.Row(position, example).Fill(10 * position + example);
        var used = other.New(from.Shape with { Batch = 2 });
        new Span<float>(used.Data, (int)used.Length).Fill(float.NaN);
        other.Release(used);
        var copy = RunMemory.Copy(from, other, [2, 0]);
        for (var position = 0; position < 2; position++)
            for (var i = 0; i < 2; i++)
            {
                var source = new ReadOnlySpan<float>(from.Data + (position * 3 + (i == 0 ? 2 : 0)) * from.Stride, from.Stride).ToArray();
                Bits.AssertEqual(source, new ReadOnlySpan<float>(copy.Data + (position * 2 + i) * copy.Stride, copy.Stride), $"position {position}, example {i}");
            }
    }
}
