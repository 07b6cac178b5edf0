using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Tensors;
using Xunit;

namespace Likely.Tests.Laws;

/// <summary>
/// Models that carry a past from window to window: windows of any size give the bits of the whole, ragged ones too; a run that is cut, forked or written down
/// and read goes on as one that was not; and gradients through carried passes, whose past is a constant, add up to those of the whole where none of it is cut off.
/// </summary>
public sealed unsafe class CarryLaw
{
    public static TheoryData<string> Cases => LawCases.Names(c => c.Build().Carries);

    [Theory, MemberData(nameof(Cases))]
    public void Windows_of_a_run_give_the_bits_of_the_whole(string name)
    {
        var law = LawCases.Find(name);
        var model = law.Build();
        foreach (var count in new[] { 1, 3, 17 })
        {
            var examples = law.Examples(count);
            var (labels, expected) = (law.Labels(count), Faces.Parallel(model, examples, law.Labels(count)));
            foreach (var window in new[] { 1, 2, 3, 7, law.Space.Positions })
            {
                var (run, logs) = (new Run(count), Array.ConvertAll(examples, example => new float[example.Length]));
                for (var first = 0; first < law.Space.Positions; first += window) Window(model, run, examples, labels, first, Math.Min(window, law.Space.Positions - first), logs);
                Same(expected, logs, $"{law}, batch {count}, windows of {window}");
            }
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Examples_of_different_lengths_are_together_what_they_are_alone(string name)
    {
        var law = LawCases.Find(name);
        if (law.Space.Height > 1) return; // grids are whole
        var model = law.Build();
        var (examples, labels) = (law.Examples(6), law.Labels(6));
        for (var i = 0; i < examples.Length; i++) examples[i] = examples[i][..Math.Max(i == 5 ? 0 : 1, law.Space.Positions - i)];
        var batch = new SymbolBatch(law.Space, examples.Length);
        batch.BeginWindows(examples.Length, law.Space.Positions);
        for (var i = 0; i < examples.Length; i++) batch.Set(i, examples[i], Label(labels, i));
        Assert.Equal(examples.Sum(example => example.Length), batch.Total);
        var together = model.LogProbabilities(new Tape(), batch);
        // The gradient of what does not count is none.
        var (ragged, alone) = (Gradient(model, batch), new double[model.Parameters.Length]);
        for (var i = 0; i < examples.Length; i++)
        {
            for (var p = examples[i].Length; p < law.Space.Positions; p++) Assert.Equal(0, together.Row(p, i)[0]);
            if (examples[i].Length == 0) continue;
            var single = new SymbolBatch(law.Space with { Width = examples[i].Length }, 1);
            single.Begin(1);
            single.Set(0, examples[i], Label(labels, i));
            var logs = model.LogProbabilities(new Tape(), single);
            for (var p = 0; p < examples[i].Length; p++) Bits.AssertEqual(logs.Row(p, 0), together.Row(p, i), $"{law}, example {i}, position {p}");
            var gradient = Gradient(model, single);
            for (var k = 0; k < alone.Length; k++) alone[k] += gradient[k];
        }
        Close(alone, ragged, law.ToString());
    }

    [Theory, MemberData(nameof(Cases))]
    public void Gradients_through_carried_passes_are_those_of_the_whole_where_nothing_is_cut(string name)
    {
        var law = LawCases.Find(name);
        if (law.Dropout) return; // units are dropped by their place in a window
        var model = law.Build();
        var (examples, labels) = (law.Examples(4), law.Labels(4));
        // A run at its beginning has no past to hold constant: its first window has the whole's gradient.
        var (whole, first) = (Faces.Batch(model, examples, labels), new SymbolBatch(law.Space, 4));
        first.Begin(4);
        for (var i = 0; i < 4; i++) first.Set(i, examples[i], Label(labels, i));
        var expected = Gradient(model, whole);
        Assert.Equal(expected, Gradient(model, first, new Run(4)));
        if (law.Space.Height > 1 || law.Space.Positions < 4) return;
        // Nor has one that is cut between two windows, which are then two examples.
        var half = law.Space.Positions / 2;
        var run = new Run(4);
        var sum = new double[expected.Length];
        foreach (var start in new[] { 0, half })
        {
            for (var i = 0; i < 4; i++) run.Cut(i);
            var window = Batch(model, examples, labels, start, half);
            var gradient = Gradient(model, window, run);
            for (var k = 0; k < sum.Length; k++) sum[k] += gradient[k];
        }
        var both = new SymbolBatch(law.Space with { Width = half }, 8);
        both.Begin(8);
        for (var i = 0; i < 8; i++) both.Set(i, examples[i % 4].AsSpan(i / 4 * half, half), Label(labels, i % 4), i < 4 ? -1 : examples[i % 4][half - 1]);
        Close(sum, Gradient(model, both), law.ToString());
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_carried_window_has_the_gradient_of_its_loss_with_the_past_held_constant(string name)
    {
        var law = LawCases.Find(name);
        if (law.Space.Height > 1 || law.Space.Positions < 4 || law.Dropout) return;
        var model = law.Build();
        var (examples, labels) = (law.Examples(2), law.Labels(2));
        var half = law.Space.Positions / 2;
        var run = new Run(2);
        model.LogProbabilities(new Tape(), Batch(model, examples, labels, 0, half), run: run);
        var state = run.Write();
        var window = Batch(model, examples, labels, half, half);
        double Loss()
        {
            run.Read(state);
            var logs = model.LogProbabilities(new Tape(), window, run: run);
            var total = 0.0;
            for (var p = 0; p < logs.Positions; p++)
                for (var i = 0; i < 2; i++) total -= logs.Row(p, i)[0];
            return total;
        }
        run.Read(state);
        var gradient = Gradient(model, window, run);
        var random = new Philox(4, RandomPurpose.Test);
        foreach (var parameter in model.Parameters.Parameters)
            for (var sample = 0UL; sample < 6; sample++)
            {
                var (row, output) = (random.Below((ulong)parameter.Offset, 2 * sample, (int)parameter.Shape.Rows), random.Below((ulong)parameter.Offset, 2 * sample + 1, parameter.Outputs));
                if (parameter.Mask is not null && !parameter.Mask(row / parameter.Inputs, row % parameter.Inputs, output)) continue;
                var at = row * parameter.Stride + output;
                var value = parameter.Data[at];
                // A rectifier's kink may lie on one side.
                var differences = new[] { 1e-2, 2e-3, 5e-4 }.SelectMany(step => GradientLaw.Differences(offset =>
                {
                    parameter.Data[at] = (float)(value + offset);
                    model.Parameters.Changed();
                    return Loss();
                }, step)).ToArray();
                var analytic = gradient[parameter.Offset + at];
                Assert.True(differences.Any(numeric => Math.Abs(numeric - analytic) <= 0.03 * Math.Abs(numeric) + 3e-3), $"{law}, {parameter.Name}[{at}] is {analytic:G6}, differences {string.Join(" ", differences)}");
            }
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_run_that_is_written_read_forked_or_cut_goes_on_as_one_that_was_not(string name)
    {
        var law = LawCases.Find(name);
        if (law.Space.Positions < 2) return;
        var model = law.Build();
        var (examples, labels, half) = (law.Examples(3), law.Labels(3), law.Space.Positions / 2);
        var expected = Faces.Parallel(model, examples, labels);
        var run = new Run(3);
        var logs = Array.ConvertAll(examples, example => new float[example.Length]);
        Window(model, run, examples, labels, 0, half, logs);
        var (fork, read) = (run.Fork([0, 1, 2]), new Run(3));
        read.Read(run.Write());
        Assert.Equal(run.Write(), read.Write());
        foreach (var other in new[] { fork, read, run })
        {
            Window(model, other, examples, labels, half, law.Space.Positions - half, logs);
            Same(expected, logs, law.ToString());
        }
        // One example begins anew, the others do not.
        run.Read([]);
        Window(model, run, examples, labels, 0, half, logs);
        var again = new Run(3);
        again.Read(run.Write());
        again.Cut(1); // before any layer has asked
        run.Cut(1);
        int[][] mixed = [examples[0], [.. examples[1][..half], .. examples[1][..(law.Space.Positions - half)]], examples[2]];
        var batch = Batch(model, mixed, labels, half, law.Space.Positions - half);
        batch.Set(1, mixed[1].AsSpan(half), Label(labels, 1));
        foreach (var other in new[] { again, run }) Cut(other);

        void Cut(Run cut)
        {
            var after = model.LogProbabilities(new Tape(), batch, run: cut);
            for (var p = half; p < law.Space.Positions; p++)
                for (var i = 0; i < 3; i++) Assert.True(Bits.Same(expected[i][i == 1 ? p - half : p], after.Row(p - half, i)[0]), $"{law}, example {i}, position {p}");
        }
    }

    static int Label(int[] labels, int example) => labels.Length == 0 ? -1 : labels[example];

    static SymbolBatch Batch(AutoregressiveModel model, int[][] examples, int[] labels, int first, int count)
    {
        var batch = new SymbolBatch(model.Space with { Extent = new Extent(1, 1, count) }, examples.Length);
        batch.Begin(examples.Length);
        for (var i = 0; i < examples.Length; i++) batch.Set(i, examples[i].AsSpan(first, count), Label(labels, i), first == 0 ? -1 : examples[i][first - 1]);
        return batch;
    }

    static void Window(AutoregressiveModel model, Run run, int[][] examples, int[] labels, int first, int count, float[][] logs)
    {
        var window = model.LogProbabilities(new Tape(), Batch(model, examples, labels, first, count), run: run);
        for (var p = 0; p < count; p++)
            for (var i = 0; i < examples.Length; i++) logs[i][first + p] = window.Row(p, i)[0];
    }

    static float[] Gradient(AutoregressiveModel model, SymbolBatch batch, Run? run = null)
    {
        var block = new FloatBlock(model.Parameters.Length);
        var tape = new Tape(recording: true) { ParameterGradients = block };
        model.LogProbabilities(tape, batch, 1, 0, run);
        tape.Backward();
        tape.FinishGradients(model.Parameters);
        model.Parameters.ClearMasked(block.Pointer);
        return new ReadOnlySpan<float>(block.Pointer, (int)block.Length).ToArray();
    }

    static void Close(double[] expected, float[] actual, string what)
    {
        var scale = expected.Max(Math.Abs);
        for (var k = 0; k < expected.Length; k++) Assert.True(Math.Abs(expected[k] - actual[k]) <= 1e-5 * scale + 1e-6, $"{what}: gradient {k} is {actual[k]} and not {expected[k]}");
    }

    static void Same(float[][] expected, float[][] actual, string what)
    {
        for (var b = 0; b < expected.Length; b++) Bits.AssertEqual(expected[b], actual[b], $"{what}, example {b}");
    }
}
