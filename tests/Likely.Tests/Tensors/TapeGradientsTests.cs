using Likely.Models;
using System.Runtime.CompilerServices;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Tensors;

/// <summary>The way back whatever the graph: outputs that nothing consumes, values with several consumers, batches that nobody else holds.</summary>
public sealed unsafe class TapeGradientsTests
{
    public static TheoryData<string> Cases => [.. OpCases.All.Select(c => c.ToString()).Distinct()];

    [Theory, MemberData(nameof(Cases))]
    public void An_output_that_nothing_consumes_leaves_no_trace(string name)
    {
        var c = OpCases.All.First(c => c.ToString() == name);
        var (set, parameters) = Parameters(c);
        var tape = new Tape(recording: true) { Training = c.Training, ParameterGradients = new FloatBlock(set.Length) };
        var tensors = c.Tensors.Select(shape => Filled(tape, shape, c.Compact)).ToArray();
        c.Run(tape, tensors, parameters);
        tape.Backward();
        tape.FinishGradients(set);
        if (c.LossScale != 0) return;
        foreach (var tensor in tensors) Assert.True(tensor.Gradient is null, $"{c}: a gradient came from nowhere");
        foreach (var value in tape.ParameterGradients.Span(0, (int)set.Length)) Assert.Equal(0, value);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Measuring_takes_the_buffers_that_computing_takes(string name)
    {
        var c = OpCases.All.First(c => c.ToString() == name);
        var (set, parameters) = Parameters(c);
        var meter = new MemoryMeter();
        Tape real = new(recording: true) { Training = c.Training, ParameterGradients = new FloatBlock(set.Length) }, outline = new(true, meter) { Training = c.Training };
        foreach (var tape in new[] { real, outline })
            for (var pass = 0; pass < 2; pass++)
            {
                var tensors = c.Tensors.Select(shape => tape.Computes ? Filled(tape, shape, c.Compact) : tape.New(shape, requiresGradient: true, c.Compact)).ToArray();
                var y = c.Run(tape, tensors, parameters);
                if (c.LossScale == 0)
                {
                    tape.GradientOf(y, out _);
                    if (tape.Computes) new Span<float>(y.Gradient, (int)y.Length).Fill(1);
                }
                tape.Backward();
                tape.FinishGradients(set);
                tape.Reset();
            }
        Assert.Equal(real.Allocations, outline.Allocations);
        Assert.True(meter.Bytes > 0);
    }

    [Fact]
    public void Two_losses_of_one_tensor_add_up()
    {
        var symbols = new PinnedSymbols(GC.AllocateArray<int>(4, pinned: true));
        foreach (var head in HeadCases.Heads.Where(head => head.Symbols == 1))
        {
            var gradients = new float[3][];
            for (var losses = 1; losses <= 2; losses++)
            {
                var tape = new Tape(recording: true);
                var x = Filled(tape, new Shape(2, 2, head.Outputs), compact: false);
                for (var i = 0; i < losses; i++) Ops.LogProbabilities(head, x, symbols, 1);
                tape.Backward();
                gradients[losses] = Values(x);
            }
            Assert.Equal(gradients[1].Select(value => 2 * value), gradients[2]);
        }
    }

    [Fact]
    public void A_loss_beside_another_consumer_adds_to_its_gradient()
    {
        var tape = new Tape(recording: true);
        var symbols = new PinnedSymbols(GC.AllocateArray<int>(4, pinned: true));
        var x = Filled(tape, new Shape(2, 2, 1), compact: true);
        Ops.BernoulliLogProbabilities(x, symbols, 1);
        Ops.BernoulliLogProbabilities(Ops.Relu(x), symbols, 1); // goes back first
        tape.Backward();
        var one = new Tape(recording: true);
        var alone = Filled(one, new Shape(2, 2, 1), compact: true);
        Ops.BernoulliLogProbabilities(alone, symbols, 1);
        one.Backward();
        Assert.Equal(Values(alone).Select(value => 2 * value), Values(x)); // the values are positive
    }

    [Fact]
    public void The_tape_holds_the_batch_until_it_has_gone_back()
    {
        var (tape, batch) = Recorded();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.True(batch.IsAlive, "the batch was collected although the tape points to it");
        tape.Backward();
        tape.Reset();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.False(batch.IsAlive, "the tape holds what it does not need any more");
    }

    [Fact]
    public void A_gradient_without_room_is_refused()
    {
        var c = OpCases.All.First(c => c.Op.StartsWith("Linear", StringComparison.Ordinal));
        var (set, parameters) = Parameters(c);
        foreach (var room in new[] { null, new FloatBlock(set.Length - 1) })
        {
            var tape = new Tape(recording: true) { ParameterGradients = room };
            var y = c.Run(tape, [.. c.Tensors.Select(shape => Filled(tape, shape, c.Compact))], parameters);
            new Span<float>(tape.GradientOf(y, out _), (int)y.Length).Clear();
            Assert.Contains("no room", Assert.Throws<InvalidOperationException>(tape.Backward).Message);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static (Tape Tape, WeakReference Batch) Recorded()
    {
        var tape = new Tape(recording: true);
        var symbols = GC.AllocateArray<int>(1 << 20, pinned: true);
        Ops.BernoulliLogProbabilities(Filled(tape, new Shape(1, 4, 1), compact: true), new PinnedSymbols(symbols), 1);
        return (tape, new WeakReference(symbols));
    }

    static (ParameterSet Set, Parameter[] Parameters) Parameters(OpCase c)
    {
        var set = new ParameterSet();
        var parameters = c.Parameters.Select((shape, i) => set.Add(new Parameter($"p{i}", shape, (normal, _) => normal, i == 0 ? c.Mask : null))).ToArray();
        set.Allocate(1);
        return (set, parameters);
    }

    static Tensor Filled(Tape tape, Shape shape, bool compact)
    {
        var tensor = tape.New(shape, requiresGradient: true, compact);
        new Span<float>(tensor.Data, (int)tensor.Length).Fill(0.5f);
        return tensor;
    }

    static float[] Values(Tensor x)
    {
        var values = new List<float>();
        for (var row = 0; row < x.Rows; row++) values.AddRange(new ReadOnlySpan<float>(x.Gradient + row * x.Stride, x.Channels));
        return [.. values];
    }
}
