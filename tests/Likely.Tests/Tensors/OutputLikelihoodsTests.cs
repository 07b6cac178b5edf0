using Likely.Models;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Tensors;

/// <summary>The last map and its loss in one have the bits of the two apart, forward and back, whatever the stretches and the lengths.</summary>
public sealed unsafe class OutputLikelihoodsTests
{
    [Theory]
    [InlineData(true, 1), InlineData(true, 150), InlineData(true, 1 << 20), InlineData(false, 1), InlineData(false, 150), InlineData(false, 1 << 20)]
    public void Stretches_of_rows_have_the_bits_of_all_at_once(bool isTurned, long stretch)
    {
        const int Positions = 7, Batch = 3, Inputs = 19, Levels = 37;
        var set = new ParameterSet();
        var weight = set.Add(new Parameter("weight", isTurned ? new Shape(1, Levels + 1, Inputs) : new Shape(1, Inputs, Levels), (normal, _) => normal));
        var bias = isTurned ? null : set.Add(new Parameter("bias", new Shape(1, 1, Levels), (normal, _) => normal));
        set.Allocate(1);
        var head = new SoftmaxHead(1, Levels);
        var symbols = GC.AllocateArray<int>(Positions * Batch, pinned: true);
        for (var i = 0; i < symbols.Length; i++) symbols[i] = i * i % Levels;
        int[] lengths = [7, 0, 4];
        var (expected, actual) = (Pass(false), Pass(true));
        Bits.AssertEqual(expected.Logs, actual.Logs, "logs");
        Bits.AssertEqual(expected.Inputs, actual.Inputs, "gradient of the inputs");
        for (var i = 0; i < expected.Parameters.Length; i++) Bits.AssertEqual(expected.Parameters[i], actual.Parameters[i], $"gradient of parameter {i}");

        (float[] Logs, float[] Inputs, float[][] Parameters) Pass(bool isFused)
        {
            var tape = new Tape(recording: true) { ParameterGradients = new FloatBlock(set.Length) };
            var x = PaddedTensors.Filled(tape, Positions, Batch, Bits.Normal(Positions * Batch * Inputs, 5));
            var given = new PinnedSymbols(symbols);
            var logs = isFused ? Ops.OutputLogProbabilities(head, x, weight, bias, isTurned, Levels, given, 0.3f, lengths, stretch)
                : Ops.LogProbabilities(head, isTurned ? Ops.Scores(x, weight, Levels) : Ops.Linear(x, weight, bias), given, 0.3f, lengths);
            var values = PaddedTensors.Values(logs, logs.Data);
            tape.Backward();
            return (values, PaddedTensors.Values(x, x.Gradient), [.. set.Parameters.Select(parameter => Enumerable.Range(0, (int)parameter.Shape.Rows).SelectMany(row =>
                tape.ParameterGradients.Span(parameter.Offset + row * parameter.Stride, parameter.Outputs).ToArray()).ToArray())]);
        }
    }
}
