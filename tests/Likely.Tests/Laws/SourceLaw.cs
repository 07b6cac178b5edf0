using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Tensors;
using Xunit;

namespace Likely.Tests.Laws;

/// <summary>
/// Sequences that are given another one each, of different lengths, none among them: all at once, symbol by symbol and in windows of a run the same bits, together and alone; the source
/// matters, one example's to it alone; gradients reach what reads the source.
/// </summary>
public sealed unsafe class SourceLaw
{
    public static TheoryData<string> Cases => LawCases.Names(law => law.Space.Source > 0);

    [Theory, MemberData(nameof(Cases))]
    public void Both_faces_and_windows_of_a_run_give_the_same_bits(string name)
    {
        var law = LawCases.Find(name);
        var model = law.Build();
        foreach (var count in new[] { 1, 3, 17 })
        {
            var (examples, sources) = (law.Examples(count), Sources(law, count));
            var expected = Parallel(model, examples, sources);
            foreach (var ask in new[] { false, true }) Same(expected, Stepwise(model.Predict(count, law.Labels(count), sources: sources), examples, 0, ask), $"{law}, batch {count}, step by step");
            foreach (var window in new[] { 1, 2, 3, 7, law.Space.Positions })
            {
                var (run, logs) = (new Run(count, law.Labels(count)), Array.ConvertAll(examples, example => new float[example.Length]));
                for (var first = 0; first < law.Space.Positions; first += window)
                {
                    var part = Batch(law, Array.ConvertAll(examples, example => example[first..Math.Min(example.Length, first + window)]), sources, law.Labels(count), i => first == 0 ? -1 : examples[i][first - 1], window % 2 == 0 ? -1 : first);
                    var result = model.LogProbabilities(new Tape(), part, run: run);
                    for (var i = 0; i < count; i++)
                        for (var p = 0; p < result.Positions; p++) logs[i][first + p] = result.Row(p, i)[0];
                }
                Same(expected, logs, $"{law}, batch {count}, windows of {window}");
            }
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Examples_of_different_lengths_are_together_what_they_are_alone(string name)
    {
        var law = LawCases.Find(name);
        var model = law.Build();
        var sources = Sources(law, 9);
        var examples = law.Examples(9).Select((example, i) => example[..(1 + i % example.Length)]).ToArray();
        var together = Parallel(model, examples, sources);
        var nats = new Scorer(model, 1).Score(examples, law.Labels(9), sources: sources);
        for (var i = 0; i < examples.Length; i++)
        {
            int[] own = law.Classes > 0 ? [law.Labels(9)[i]] : [];
            Same([together[i]], Parallel(model, [examples[i]], [sources[i]], own), $"{law}, example {i} alone");
            Assert.Equal(nats[i], new Scorer(model, 1).Score([examples[i]], own, sources: [sources[i]])[0]);
            var sum = 0.0;
            foreach (var log in together[i]) sum -= log;
            Assert.Equal(sum, nats[i]);
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_source_matters_to_its_own_example_alone_and_no_later_symbol_to_an_earlier_one(string name)
    {
        var law = LawCases.Find(name);
        var model = law.Build();
        var (examples, sources) = (law.Examples(3), Sources(law, 3).Select(source => source.Length == 0 ? [1] : source).ToArray());
        var before = Parallel(model, examples, sources);
        var changed = Array.ConvertAll(sources, source => (int[])[.. source]);
        changed[1][^1] = (changed[1][^1] + 1) % law.Space.SourceLevels;
        var after = Parallel(model, examples, changed);
        for (var i = 0; i < 3; i++) Assert.Equal(i != 1, before[i].AsSpan().SequenceEqual(after[i]));
        Assert.False(Parallel(model, [examples[0]], [[]])[0].AsSpan().SequenceEqual(before[0]));
        for (var at = 0; at < examples[0].Length; at++)
        {
            var other = Array.ConvertAll(examples, example => (int[])[.. example]);
            other[0][at] = (other[0][at] + 1) % law.Space.Levels;
            Bits.AssertEqual(before[0].AsSpan(0, at), Parallel(model, other, sources)[0].AsSpan(0, at), $"{law}, symbol {at}");
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_fork_goes_on_as_the_walk_that_it_comes_from(string name)
    {
        var law = LawCases.Find(name);
        var model = law.Build();
        var (examples, sources, half) = (law.Examples(3), Sources(law, 3), law.Space.Positions / 2);
        var expected = Parallel(model, examples, sources);
        var walk = model.Predict(3, law.Labels(3), sources: sources);
        Stepwise(walk, [.. examples.Select(example => example[..half])], 0, false);
        int[] chosen = [2, 0, 0, 1];
        var rest = Stepwise(walk.Fork(chosen), [.. chosen.Select(example => examples[example])], half, false);
        for (var i = 0; i < chosen.Length; i++) Bits.AssertEqual(expected[chosen[i]].AsSpan(half), rest[i].AsSpan(half), $"{law}, example {chosen[i]}");
    }

    [Theory, MemberData(nameof(Cases))]
    public void Gradients_match_differences_of_the_loss(string name)
    {
        var law = LawCases.Find(name);
        var model = law.Build();
        var batch = Batch(law, [.. law.Examples(5).Select((example, i) => example[..^(i % 3)])], Sources(law, 5), law.Labels(5), _ => -1);
        var random = new Philox(5, RandomPurpose.Test);
        var block = new FloatBlock(model.Parameters.Length);
        var tape = new Tape(recording: true) { ParameterGradients = block };
        model.LogProbabilities(tape, batch, 1f / batch.Count);
        tape.Backward();
        tape.FinishGradients(model.Parameters);
        var (asked, reached) = (0, 0);
        foreach (var parameter in model.Parameters.Parameters)
            for (var sample = 0UL; sample < 3; sample++)
            {
                var at = random.Below((ulong)parameter.Offset, 2 * sample, (int)parameter.Shape.Rows) * parameter.Stride + random.Below((ulong)parameter.Offset, 2 * sample + 1, parameter.Outputs);
                var (value, analytic) = (parameter.Data[at], block.Pointer[parameter.Offset + at]);
                if (parameter.Name.StartsWith("encoder.", StringComparison.Ordinal))
                {
                    asked++;
                    if (analytic != 0) reached++;
                }
                var differences = new[] { 1e-2, 2e-3, 5e-4 }.SelectMany(step => GradientLaw.Differences(offset =>
                {
                    parameter.Data[at] = (float)(value + offset);
                    model.Parameters.Changed();
                    var logs = model.LogProbabilities(new Tape(), batch);
                    var total = 0.0;
                    for (var p = 0; p < logs.Positions; p++)
                        for (var i = 0; i < logs.Batch; i++) total -= logs.Row(p, i)[0];
                    return total / logs.Batch;
                }, step)).ToArray();
                Assert.True(differences.Any(numeric => Math.Abs(numeric - analytic) <= 0.03 * Math.Abs(numeric) + 3e-3), $"{law}, {parameter.Name}[{at}] is {analytic:G6}, differences {string.Join(" ", differences)}");
            }
        Assert.True(2 * reached > asked, $"{law}: {reached} of {asked} sampled weights of the encoder have a gradient");
        GC.KeepAlive(block);
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_window_that_says_where_it_begins_takes_what_stands_there(string name)
    {
        var law = LawCases.Find(name);
        var model = law.Build();
        var (examples, sources) = (law.Examples(1), (int[][])[[1, 2]]);
        float[] At(int[][] sources, int first) => [.. Enumerable.Range(0, law.Space.Positions).Select(p => model.LogProbabilities(new Tape(), Batch(law, examples, sources, law.Labels(1), _ => -1, first), run: new Run(1, law.Labels(1))).Row(p, 0)[0])];
        Assert.Equal(At(sources, -1), At(sources, 0));
        Assert.NotEqual(At(sources, 0), At(sources, 1));
        Assert.Equal(At([[2, 1]], 1 << 20), At(sources, 1 << 20)); // behind the end
    }

    [Fact]
    public void What_is_no_source_is_refused()
    {
        var law = LawCases.Find("bytenet: pairs");
        var model = law.Build();
        Assert.Throws<ArgumentException>(() => model.Predict(2, sources: [[1]]));
        Assert.Throws<ArgumentException>(() => model.Predict(1, sources: [[5]]));
        Assert.Throws<ArgumentException>(() => model.Predict(1, sources: [new int[Space.LongestSource + 1]]));
        Assert.Throws<ArgumentException>(() => LawCases.Find("bytenet: sequence").Build().Predict(1, sources: [[1]]));
        Assert.False(model.Takes(law.Space with { Source = 0 }));
        Assert.True(model.Takes(law.Space with { Source = 60 }));
        Assert.Contains("bytenet do", Assert.Throws<ModelException>(() => new CharRnnConfig().Build(law.Space, 0, 1)).Message, StringComparison.Ordinal);
    }

    /// <summary>Sources of all lengths from none to some more than the model has seen.</summary>
    static int[][] Sources(LawCase law, int count)
    {
        var random = new Philox(2, RandomPurpose.Test);
        var sources = new int[count][];
        for (var i = 0; i < count; i++)
        {
            sources[i] = new int[(i + 2) % (law.Space.Source + 3)];
            for (var p = 0; p < sources[i].Length; p++) sources[i][p] = random.Below((ulong)i, (ulong)p, law.Space.SourceLevels);
        }
        return sources;
    }

    static SymbolBatch Batch(LawCase law, int[][] examples, int[][] sources, int[] labels, Func<int, int> before, int first = -1)
    {
        var longest = examples.Max(example => example.Length);
        var batch = new SymbolBatch(law.Space with { Width = longest }, examples.Length);
        batch.BeginWindows(examples.Length, longest);
        for (var i = 0; i < examples.Length; i++)
        {
            batch.Set(i, examples[i], labels.Length > 0 ? labels[i] : -1, before(i));
            batch.SetSource(i, sources[i], first);
        }
        return batch;
    }

    static float[][] Parallel(AutoregressiveModel model, int[][] examples, int[][] sources, int[]? labels = null)
    {
        var law = new LawCase("", model.Config, model.Space, model.Classes, false);
        var logs = model.LogProbabilities(new Tape(), Batch(law, examples, sources, labels ?? law.Labels(examples.Length), _ => -1));
        return [.. examples.Select((example, i) => Enumerable.Range(0, example.Length).Select(p => logs.Row(p, i)[0]).ToArray())];
    }

    static float[][] Stepwise(IPredictor predictor, int[][] examples, int first, bool ask)
    {
        var logs = Array.ConvertAll(examples, example => new float[example.Length]);
        var (symbols, surprise) = (new int[examples.Length], new float[examples.Length]);
        for (var step = first; step < examples[0].Length; step++)
        {
            for (var b = 0; b < symbols.Length; b++) symbols[b] = examples[b][step];
            if (ask) Faces.Probabilities(predictor.Next());
            predictor.Observe(symbols, surprise);
            for (var b = 0; b < symbols.Length; b++) logs[b][step] = surprise[b];
        }
        return logs;
    }

    static void Same(float[][] expected, float[][] actual, string what)
    {
        for (var b = 0; b < expected.Length; b++) Bits.AssertEqual(expected[b], actual[b], $"{what}, example {b}");
    }
}
