using Likely.Models;
using System.Runtime.CompilerServices;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Tensors;

/// <summary>The tape reuses its memory, and a convolution asked for some positions gives the bits of the whole.</summary>
public sealed unsafe class TapeTests
{
    readonly Head _head = new SoftmaxHead(1, 4);
    readonly ParameterSet _set = new();
    readonly ConvolutionPlan _plan = new(5, 4, ConvolutionTaps.Masked(3, withCentre: true));
    readonly Parameter _convolution, _bias, _output;

    public TapeTests()
    {
        _convolution = _set.Add(new Parameter("convolution", new Shape(_plan.Taps.Length, 3, 20), (normal, _) => normal));
        _bias = _set.Add(new Parameter("bias", new Shape(1, 1, 20), (normal, _) => normal));
        _output = _set.Add(new Parameter("output", new Shape(1, 10, 4), (normal, _) => normal));
        _set.Allocate(1);
    }

    [Fact]
    public void A_repeated_training_step_allocates_no_buffer_and_little_else()
    {
        var tape = new Tape(recording: true) { Training = true, ParameterGradients = new FloatBlock(_set.Length) };
        var symbols = GC.AllocateArray<int>(20 * 3, pinned: true);
        void Step()
        {
            var x = tape.New(new Shape(20, 3, 3), compact: true);
            new Span<float>(x.Data, (int)x.Length).Fill(0.5f);
            var h = Ops.Dropout(Ops.Gate(Ops.Convolution(_plan, x, _convolution, _bias)), 0.5f, 1);
            Ops.LogProbabilities(_head, Ops.Linear(Ops.Relu(h), _output, null), new PinnedSymbols(symbols), 1);
            tape.Backward();
            tape.Reset();
            _set.Changed();
        }
        Step();
        Step();
        var (buffers, managed) = (tape.Allocations, GC.GetAllocatedBytesForCurrentThread());
        Step();
        Assert.Equal(buffers, tape.Allocations);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - managed, 0, 100_000);
    }

    [Fact]
    public void A_convolution_of_some_positions_gives_the_bits_of_the_whole()
    {
        var tape = new Tape();
        for (var batch = 1; batch <= 3; batch++)
        {
            var x = tape.New(new Shape(20, batch, 3));
            Bits.Normal((int)x.Length, 1).CopyTo(new Span<float>(x.Data, (int)x.Length));
            var whole = Ops.Convolution(_plan, x, _convolution, _bias);
            foreach (var count in new[] { 1, 2, 3, 4, 7, 20 })
                for (var first = 0; first + count <= 20; first += count)
                {
                    // The window begins where the farthest tap reads.
                    var origin = Math.Max(0, first - _plan.Reach);
                    var window = tape.New(x.Shape with { Positions = first + count - origin });
                    new Span<float>(x.Data + (nint)origin * batch * x.Stride, (int)window.Length).CopyTo(new Span<float>(window.Data, (int)window.Length));
                    var part = Ops.Convolution(tape, _plan, window, origin, first, count, _convolution, _bias);
                    for (var p = 0; p < count; p++)
                        for (var b = 0; b < batch; b++) Bits.AssertEqual(whole.Row(first + p, b), part.Row(p, b), $"batch {batch}, {count} positions from {first}");
                }
        }
    }

    [Fact]
    public void Parameters_keep_their_values_and_have_zeros_in_the_padding()
    {
        var values = Bits.Normal((int)_output.Shape.Count, 2);
        _output.Assign(values);
        Bits.AssertEqual(values, _output.ToArray(), "parameter");
        for (var row = 0; row < _output.Inputs; row++)
            for (var n = _output.Outputs; n < _output.Stride; n++) Assert.Equal(0, _output.Data[row * _output.Stride + n]);
        var tape = new Tape();
        var transposed = _output.Transposed(tape);
        for (var k = 0; k < 10; k++)
            for (var n = 0; n < 4; n++) Assert.Equal(values[k * 4 + n], transposed[n * 16 + k]);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_with_both_shapes()
    {
        var tape = new Tape();
        var x = tape.New(new Shape(20, 1, 4));
        Assert.Contains("[1 x 10 x 4]", Assert.Throws<ArgumentException>(() => Ops.Linear(x, _output, null)).Message);
        Assert.Contains("[20 x 1 x 4]", Assert.Throws<ArgumentException>(() => Ops.Convolution(_plan, x, _convolution, _bias)).Message);
        Assert.Throws<ArgumentException>(() => Ops.Add(x, tape.New(new Shape(20, 1, 5))));
        Assert.Throws<ArgumentException>(() => Ops.Gate(tape.New(new Shape(20, 1, 5))));
        Assert.Throws<ArgumentOutOfRangeException>(() => Ops.Lookup(tape, _output, [10]));
    }

    [Fact]
    public void Memory_of_shapes_that_do_not_come_again_is_let_go_where_shapes_vary()
    {
        var tape = new Tape();
        for (var size = 1; size <= 40; size++)
        {
            tape.New(new Shape(size, 1, 1 << 18));
            tape.ResetAndTrim();
        }
        Assert.InRange(tape.Bytes, 0, 3 * 40L << 20);
        var before = tape.Allocations;
        for (var i = 0; i < 5; i++)
        {
            tape.New(new Shape(40, 1, 1 << 18));
            tape.ResetAndTrim();
        }
        Assert.InRange(tape.Allocations - before, 0, 1);
    }

    [Fact]
    public void Where_shapes_vary_smaller_ones_take_the_memory_of_larger_ones_with_the_same_bits()
    {
        var tape = new Tape(recording: true) { Varies = true };
        Tensor Work(Tape tape, int positions)
        {
            var x = tape.New(new Shape(positions, 1, 64), requiresGradient: true);
            for (var i = 0; i < x.Length; i++) x.Data[i] = i % 7 - 3;
            return Ops.Gate(x);
        }
        Work(tape, 2000);
        var peak = tape.Bytes;
        for (var step = 0; step < 50; step++)
        {
            tape.ResetAndTrim();
            var positions = 2000 - step * 37;
            var (y, other) = (Work(tape, positions), Work(new Tape(recording: true), positions));
            Bits.AssertEqual(new Span<float>(other.Data, (int)other.Length), new Span<float>(y.Data, (int)y.Length), $"{positions} positions");
            for (var i = 0; i < FloatBlock.Slack; i++) Assert.Equal(0, y.Data[y.Length + i]);
            Assert.InRange(tape.Bytes, peak, 2 * peak);
        }
    }
}
