using Likely.Tensors;
using Likely.Tensors.Kernels;
using Likely.Tests.Reference;
using Xunit;

namespace Likely.Tests.Tensors;

/// <summary>Every product kernel equals its naive twin bit for bit and writes nothing outside its result.</summary>
public sealed unsafe class ConvolutionKernelTests
{
    public static TheoryData<string> Kernels => [.. KernelCases.Kernels];

    [Theory, MemberData(nameof(Kernels))]
    public void Forward_equals_its_naive_twin(string kernel)
    {
        foreach (var s in KernelCases.Convolutions(kernel))
        {
            float[] x = Bits.Normal(s.Positions * s.Batch * s.Inputs, 1), weights = Weights(s), bias = Bits.Normal(s.Outputs, 3);
            var blocks = new[] { Rows(s, s.Inputs, x), Weights(s, weights), new GuardedBlock(1, s.Outputs, bias, padding: 0), Rows(s, s.Outputs) };
            var plan = new ConvolutionPlan(s.Height, s.Width, s.Taps);
            Convolution.Forward(plan, blocks[0].Pointer, blocks[0].Stride, 0, s.Batch, s.Inputs, blocks[1].Pointer, blocks[1].Stride,
                blocks[2].Pointer, blocks[3].Pointer, blocks[3].Stride, 0, s.Positions, blocks[3].Stride);
            var expected = Repeat(bias, s.Positions * s.Batch);
            NaiveProducts.Convolution(s, x, weights, expected);
            Check(expected, blocks, $"forward {s}");

            // Without a bias the chains begin with the result's content; positions may be cut anywhere.
            var start = Bits.Normal(expected.Length, 4);
            blocks[3] = Rows(s, s.Outputs, start);
            var cut = s.Positions / 3;
            foreach (var (first, end) in new[] { (0, cut), (cut, s.Positions) })
                Convolution.Forward(plan, blocks[0].Pointer, blocks[0].Stride, 0, s.Batch, s.Inputs, blocks[1].Pointer, blocks[1].Stride,
                    null, blocks[3].Pointer + (nint)first * s.Batch * blocks[3].Stride, blocks[3].Stride, first, end, blocks[3].Stride);
            NaiveProducts.Convolution(s, x, weights, start);
            Check(start, blocks, $"forward in two pieces {s}");
        }
    }

    [Theory, MemberData(nameof(Kernels))]
    public void Input_gradient_equals_its_naive_twin(string kernel)
    {
        foreach (var s in KernelCases.Convolutions(kernel))
        {
            float[] dy = Bits.Normal(s.Positions * s.Batch * s.Outputs, 5), weights = Weights(s), dx = Bits.Normal(s.Positions * s.Batch * s.Inputs, 6);
            var plan = new ConvolutionPlan(s.Height, s.Width, s.Taps);
            var blocks = new[] { Rows(s, s.Outputs, dy), Weights(s, weights), new GuardedBlock(s.Taps.Length * s.Outputs, s.Inputs, padding: 0), Rows(s, s.Inputs, dx) };
            for (var t = 0; t < s.Taps.Length; t++)
                Layout.Transpose(blocks[1].Pointer + t * s.Inputs * blocks[1].Stride, s.Inputs, s.Outputs, blocks[1].Stride,
                    blocks[2].Pointer + t * s.Outputs * blocks[2].Stride, blocks[2].Stride);
            Convolution.Forward(plan.Mirror, blocks[0].Pointer, blocks[0].Stride, 0, s.Batch, s.Outputs, blocks[2].Pointer, blocks[2].Stride,
                null, blocks[3].Pointer, blocks[3].Stride, 0, s.Positions, blocks[3].Stride);
            NaiveProducts.InputGradient(s, weights, dy, dx);
            Check(dx, blocks, $"input gradient {s}");
        }
    }

    [Theory, MemberData(nameof(Kernels))]
    public void Weight_gradient_equals_its_naive_twin(string kernel)
    {
        foreach (var s in KernelCases.Convolutions(kernel))
        {
            float[] x = Bits.Normal(s.Positions * s.Batch * s.Inputs, 7), dy = Bits.Normal(s.Positions * s.Batch * s.Outputs, 8), start = Weights(s);
            var blocks = new[] { Rows(s, s.Inputs, x), Rows(s, s.Outputs, dy), Weights(s, start) };
            var plan = new ConvolutionPlan(s.Height, s.Width, s.Taps);
            Convolution.WeightGradient(plan, blocks[0].Pointer, blocks[0].Stride, blocks[1].Pointer, blocks[1].Stride, s.Batch,
                s.Inputs, blocks[2].Pointer, blocks[2].Stride, blocks[2].Stride);
            NaiveProducts.WeightGradient(s, x, dy, start);
            Check(start, blocks, $"weight gradient {s}");
        }
    }

    [Fact]
    public void Linear_map_and_its_gradients_equal_their_naive_twins()
    {
        foreach (var s in KernelCases.Convolutions("1x1"))
        {
            var rows = s.Positions * s.Batch;
            float[] x = Bits.Normal(rows * s.Inputs, 9), weights = Weights(s), bias = Bits.Normal(s.Outputs, 10), start = Bits.Normal(rows * s.Outputs, 11);
            var blocks = new[] { Rows(s, s.Inputs, x), Weights(s, weights), new GuardedBlock(1, s.Outputs, bias, padding: 0), Rows(s, s.Outputs) };
            Convolution.Pointwise(blocks[0].Pointer, blocks[0].Stride, rows, s.Inputs, blocks[1].Pointer, blocks[1].Stride,
                blocks[2].Pointer, blocks[3].Pointer, blocks[3].Stride, blocks[3].Stride);
            var expected = Repeat(bias, rows);
            NaiveProducts.Convolution(s, x, weights, expected);
            Check(expected, blocks, $"linear {s}");

            blocks[3] = Rows(s, s.Outputs, start);
            Convolution.PointwiseGradient(blocks[0].Pointer, blocks[0].Stride, blocks[3].Pointer, blocks[3].Stride, rows, s.Inputs,
                blocks[1].Pointer, blocks[1].Stride, blocks[1].Stride);
            NaiveProducts.WeightGradient(s, x, start, weights);
            Check(weights, [blocks[0], blocks[3], blocks[1]], $"weight gradient of linear {s}");

            Elementwise.SumRows(blocks[3].Pointer, blocks[3].Stride, rows, blocks[2].Stride, blocks[2].Pointer);
            NaiveProducts.SumRows(start, s.Outputs, bias);
            Check(bias, [blocks[3], blocks[2]], $"bias gradient of linear {s}");
        }
    }

    static float[] Weights(ConvolutionShape s) => Bits.Normal(s.Taps.Length * s.Inputs * s.Outputs, 2, 0.3);

    static GuardedBlock Weights(ConvolutionShape s, float[] values) => new(s.Taps.Length * s.Inputs, s.Outputs, values, padding: 0);

    static GuardedBlock Rows(ConvolutionShape s, int channels, float[]? values = null) => new(s.Positions * s.Batch, channels, values);

    static float[] Repeat(float[] row, int count)
    {
        var all = new float[row.Length * count];
        for (var i = 0; i < count; i++) row.CopyTo(all, i * row.Length);
        return all;
    }

    // The last block is the result.
    static void Check(float[] expected, GuardedBlock[] blocks, string what)
    {
        Bits.AssertEqual(expected, blocks[^1].ToArray(), what);
        foreach (var block in blocks) block.AssertUntouched(what);
    }
}
