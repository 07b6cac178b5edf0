using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Tensors;
using Xunit;

namespace Likely.Tests.Models;

/// <summary>The losses beside the main one: which there are at what share of a training, what they are of, and that the way back is theirs.</summary>
public sealed unsafe class DeepTransformerTests
{
    const int Levels = 5, Positions = 6, Layers = 3;

    static DeepTransformer Model(bool intermediate = true, int targets = 2)
    {
        var model = new DeepTransformerConfig { Channels = 8, Heads = 2, Layers = Layers, Context = Positions, Intermediate = intermediate, Targets = targets }.Build(Space.Sequence(Positions, Levels), 0, 3);
        TwoFaces.Stir(model, 4);
        return (DeepTransformer)model;
    }

    static SymbolBatch Batch()
    {
        var batch = new SymbolBatch(Space.Sequence(Positions, Levels), 3);
        batch.BeginWindows(3, Positions);
        batch.Set(0, [0, 3, 1, 4, 4, 2]);
        batch.Set(1, [2, 2, 0]);
        batch.Set(2, [1, 0, 3, 2, 1, 1]);
        return batch;
    }

    static double Total(DeepTransformer model, double progress)
    {
        var total = 0.0;
        foreach (var (logs, weight) in model.Losses(new Tape(), Batch(), 1, progress))
            for (var p = 0; p < Positions; p++)
                for (var b = 0; b < 3; b++) total -= weight * logs.Row(p, b)[0];
        return total;
    }

    [Theory]
    [InlineData(true, 2, 0.0, 6, 3 * 1.5), InlineData(true, 2, 0.25, 4, 2 * 1.5 - 0.75 * 1.5), InlineData(true, 2, 0.5, 2, 1.5), InlineData(true, 1, 0.0, 3, 3), InlineData(false, 2, 0.0, 2, 1.5), InlineData(false, 1, 0.0, 1, 1)]
    public void Blocks_before_the_last_count_less_and_less_and_not_at_all_half_way(bool intermediate, int targets, double progress, int count, double weights)
    {
        var losses = Model(intermediate, targets).Losses(new Tape(), Batch(), 1, progress);
        Assert.Equal(count, losses.Count);
        Assert.Equal(weights, losses.Sum(loss => loss.Weight), 1e-9);
        Assert.Equal(1, losses[0].Weight);
    }

    // Behind a batch of fewer examples than it has room for stand those of the batch before.
    [Fact]
    public void The_last_symbol_of_whole_windows_has_none_after_it()
    {
        var model = Model();
        int[][] items = [[0, 3, 1, 4, 4, 2], [2, 2, 0, 1, 3, 4]];
        SymbolBatch own = new(Space.Sequence(Positions, Levels), 2), large = new(Space.Sequence(Positions, Levels), 9);
        large.BeginWindows(9, Positions);
        for (var i = 0; i < 9; i++) large.Set(i, [1, 1, 1, 1, 1, 1]);
        foreach (var batch in new[] { own, large })
        {
            batch.BeginWindows(2, Positions);
            for (var i = 0; i < 2; i++) batch.Set(i, items[i]);
        }
        var (expected, found) = (model.Losses(new Tape(), own, 1, 0), model.Losses(new Tape(), large, 1, 0));
        Assert.Equal(6, found.Count);
        for (var loss = 0; loss < found.Count; loss++)
            for (var p = 0; p < Positions; p++)
                for (var b = 0; b < 2; b++)
                {
                    Assert.True(Bits.Same(expected[loss].Logs.Row(p, b)[0], found[loss].Logs.Row(p, b)[0]));
                    if (loss % 2 == 1 && p == Positions - 1) Assert.Equal(0, found[loss].Logs.Row(p, b)[0]);
                }
    }

    [Fact]
    public void The_main_loss_is_the_log_probability_and_no_other_takes_part_without_a_plan()
    {
        var model = Model();
        var expected = model.LogProbabilities(new Tape(), Batch());
        var main = model.Losses(new Tape(), Batch(), 1, 0)[0].Logs;
        for (var p = 0; p < Positions; p++)
            for (var b = 0; b < 3; b++) Assert.True(Bits.Same(expected.Row(p, b)[0], main.Row(p, b)[0]));
        Bits.AssertEqual(Gradient(Model(intermediate: false, targets: 1), 0.3), Gradient(Model(intermediate: false, targets: 1), null), "the same without other losses");
    }

    [Theory]
    [InlineData(0.0), InlineData(0.2), InlineData(0.9)]
    public void The_way_back_is_that_of_all_losses(double progress)
    {
        var model = Model();
        var gradient = Gradient(model, progress);
        float[][] values = [.. model.Parameters.Parameters.Select(parameter => parameter.ToArray())];
        for (ulong stream = 0; stream < 4; stream++)
        {
            const float Step = 2e-3f;
            var (slope, at) = (0.0, 0);
            float[][] direction = [.. values.Select((value, i) => Bits.Normal(value.Length, 100 * stream + (ulong)i))];
            foreach (var value in direction.SelectMany(value => value)) slope += value * gradient[at++];
            var difference = (Moved(Step) - Moved(-Step)) / (2 * Step);
            Assert.Equal(slope, difference, 0.01 * Math.Max(1, Math.Abs(slope)));

            double Moved(float step)
            {
                for (var i = 0; i < values.Length; i++) model.Parameters.Parameters[i].Assign([.. values[i].Zip(direction[i], (value, way) => value + step * way)]);
                return Total(model, progress);
            }
        }
    }

    static float[] Gradient(DeepTransformer model, double? progress)
    {
        var tape = new Tape(recording: true) { ParameterGradients = new FloatBlock(model.Parameters.Length), Progress = progress };
        model.LogProbabilities(tape, Batch());
        tape.Backward();
        tape.FinishGradients(model.Parameters);
        return [.. model.Parameters.Parameters.SelectMany(parameter => Enumerable.Range(0, (int)parameter.Shape.Rows).SelectMany(row => tape.ParameterGradients.Span(parameter.Offset + row * parameter.Stride, parameter.Outputs).ToArray()))];
    }
}
