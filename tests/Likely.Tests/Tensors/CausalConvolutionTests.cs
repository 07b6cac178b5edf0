using Likely.Tensors;
using Likely.Tests.Reference;
using Xunit;

namespace Likely.Tests.Tensors;

/// <summary>Causal convolutions have the bits of plain chains, whatever the windows and the batch, forward and back.</summary>
public sealed unsafe class CausalConvolutionTests
{
    [Theory]
    [InlineData(1, 1, 1, 1, 2, 1), InlineData(9, 2, 3, 20, 2, 3), InlineData(14, 3, 17, 70, 3, 2), InlineData(5, 1, 16, 32, 3, 4), InlineData(300, 2, 5, 6, 2, 100), InlineData(3, 300, 2, 2, 2, 2)]
    public void Values_and_gradients_are_the_bits_of_plain_chains(int positions, int batch, int inputs, int outputs, int kernel, int dilation)
    {
        var (weight, bias) = Weights(kernel, inputs, outputs, out var set);
        var reach = (kernel - 1) * dilation;
        float[] past = Bits.Normal(reach * batch * inputs, 1), x = Bits.Normal(positions * batch * inputs, 2), dy = Bits.Normal(positions * batch * outputs, 3);
        foreach (var before in new[] { null, past })
        {
            // With a past: the same of the longer sequence, whose first gradients are zeros.
            var skipped = before is null ? 0 : reach;
            var shape = Shape(positions + skipped, batch, inputs, outputs, kernel, dilation);
            float[] all = before is null ? x : [.. before, .. x], dAll = [.. new float[skipped * batch * outputs], .. dy];
            float[] y = [.. Enumerable.Repeat(bias.ToArray(), shape.Positions * batch).SelectMany(row => row)], dx = new float[all.Length], dw = new float[weight.Shape.Count];
            NaiveProducts.Convolution(shape, all, weight.ToArray(), y);
            NaiveProducts.InputGradient(shape, weight.ToArray(), dAll, dx);
            NaiveProducts.WeightGradient(shape, all, dAll, dw);

            var tape = new Tape(recording: true) { ParameterGradients = new FloatBlock(set.Length) };
            var memory = before is null ? null : Past(new Tape(), batch, inputs, reach, before);
            var input = PaddedTensors.Filled(tape, positions, batch, x);
            var result = Ops.CausalConvolution(input, dilation, weight, bias, memory);
            Bits.AssertEqual(y.AsSpan(skipped * batch * outputs), PaddedTensors.Values(result, result.Data), "y");
            memory?.Append(PaddedTensors.Filled(new Tape(), positions, batch, x)); // it goes on before the way back
            PaddedTensors.Fill(result, tape.GradientOf(result, out _), dy);
            tape.Backward();
            Bits.AssertEqual(dx.AsSpan(skipped * batch * inputs), PaddedTensors.Values(input, input.Gradient), "dx");
            for (var row = 0; row < kernel * inputs; row++)
                Bits.AssertEqual(dw.AsSpan(row * outputs, outputs), tape.ParameterGradients.Span(weight.Offset + row * weight.Stride, outputs), $"dW, row {row}");
        }
    }

    [Fact]
    public void Windows_of_any_size_and_batches_of_any_size_have_the_same_bits()
    {
        const int Positions = 23, Most = 17, Inputs = 5, Outputs = 20;
        foreach (var (kernel, dilation) in new[] { (2, 1), (2, 4), (3, 2), (3, 20) })
        {
            var (weight, bias) = Weights(kernel, Inputs, Outputs, out _);
            var x = Bits.Normal(Positions * Most * Inputs, 1);
            var whole = Ops.CausalConvolution(PaddedTensors.Filled(new Tape(), Positions, Most, x), dilation, weight, bias);
            foreach (var batch in new[] { 1, 2, 3, Most })
                foreach (var window in new[] { 1, 2, 3, 7, Positions })
                {
                    var (past, tape) = (new PastInputs(new Tape(), batch, Inputs, (kernel - 1) * dilation), new Tape(recording: window == 2));
                    for (var first = 0; first < Positions; first += window)
                    {
                        var count = Math.Min(window, Positions - first);
                        var part = new List<float>();
                        for (var p = first; p < first + count; p++) part.AddRange(x.AsSpan(p * Most * Inputs, batch * Inputs));
                        var y = Ops.CausalConvolution(PaddedTensors.Filled(tape, count, batch, [.. part]), dilation, weight, bias, past);
                        for (var p = 0; p < count; p++)
                            for (var b = 0; b < batch; b++) Bits.AssertEqual(whole.Row(first + p, b), y.Row(p, b), $"{kernel} taps dilated by {dilation}, batch {batch}, windows of {window}, position {first + p}");
                        tape.Reset();
                        // What is written down and read again is the same past.
                        var (written, again) = (new List<float>(), new List<float>());
                        past.Write(written);
                        if (first % 2 == 0) past.Read([.. written]);
                        past.Write(again);
                        Assert.Equal(written, again);
                    }
                }
        }
    }

    [Fact]
    public void A_repeated_step_allocates_no_buffer_and_shapes_that_do_not_fit_are_refused()
    {
        var (weight, bias) = Weights(2, 5, 20, out var set);
        var tape = new Tape(recording: true) { ParameterGradients = new FloatBlock(set.Length) };
        var past = new PastInputs(new Tape(), 2, 5, 3);
        var x = Bits.Normal(4 * 2 * 5, 1);
        void Step()
        {
            var y = Ops.CausalConvolution(PaddedTensors.Filled(tape, 4, 2, x), 3, weight, bias, past);
            PaddedTensors.Fill(y, tape.GradientOf(y, out _), new float[4 * 2 * 20]);
            tape.Backward();
            tape.Reset();
            set.Changed();
        }
        Step();
        Step();
        var (buffers, managed) = (tape.Allocations, GC.GetAllocatedBytesForCurrentThread());
        Step();
        Assert.Equal(buffers, tape.Allocations);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - managed, 0, 20_000);

        Assert.Contains("[4 x 2 x 6]", Assert.Throws<ArgumentException>(() => Ops.CausalConvolution(tape.New(new Shape(4, 2, 6)), 3, weight, bias)).Message);
        Assert.Contains("dilated by 0", Assert.Throws<ArgumentException>(() => Ops.CausalConvolution(tape.New(new Shape(4, 2, 5)), 0, weight, bias)).Message);
        Assert.Contains("a past [3 x 2 x 5]", Assert.Throws<ArgumentException>(() => Ops.CausalConvolution(tape.New(new Shape(4, 2, 5)), 2, weight, bias, past)).Message);
        Assert.Contains("a past [3 x 2 x 5]", Assert.Throws<ArgumentException>(() => Ops.CausalConvolution(tape.New(new Shape(4, 3, 5)), 3, weight, bias, past)).Message);
    }

    static ConvolutionShape Shape(int positions, int batch, int inputs, int outputs, int kernel, int dilation)
        => new("causal", 1, positions, batch, inputs, outputs, [.. Enumerable.Range(0, kernel).Select(t => (0, (t + 1 - kernel) * dilation))]);

    static (Parameter Weight, Parameter Bias) Weights(int kernel, int inputs, int outputs, out ParameterSet set)
    {
        set = new ParameterSet();
        var weight = set.Add(new Parameter("weight", new Shape(kernel, inputs, outputs), (normal, _) => 0.3 * normal));
        var bias = set.Add(new Parameter("bias", new Shape(1, 1, outputs), (normal, _) => normal));
        set.Allocate(1);
        return (weight, bias);
    }

    static PastInputs Past(Tape memory, int batch, int channels, int reach, float[] values)
    {
        var past = new PastInputs(memory, batch, channels, reach);
        Assert.Equal(values.Length, past.Read(values));
        return past;
    }
}
