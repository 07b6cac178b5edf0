using Likely.Models;
using Likely.Models.Layers;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Models;

/// <summary>Linear prediction that follows what it predicts.</summary>
public sealed class LinearPredictionTests
{
    readonly Philox _random = new(5, RandomPurpose.Test);

    // Elimination with the largest pivots, of equations written down one by one.
    [Theory]
    [InlineData(1, 40)]
    [InlineData(4, 5)]
    [InlineData(4, 40)]
    [InlineData(16, 272)]
    [InlineData(32, 40)]
    public void A_fit_is_that_of_weighted_least_squares(int order, int count)
    {
        const double Step = 1e-3;
        var numbers = Wave(count);
        var equations = new double[order, order + 1];
        for (var at = order; at < count; at++)
        {
            var weight = Math.Pow(0.99, count - 1 - at);
            for (var i = 0; i < order; i++)
            {
                for (var k = 0; k < order; k++) equations[i, k] += weight * numbers[at - 1 - i] * numbers[at - 1 - k];
                equations[i, order] += weight * numbers[at - 1 - i] * numbers[at];
            }
        }
        var trace = Enumerable.Range(0, order).Sum(i => equations[i, i]);
        for (var i = 0; i < order; i++) equations[i, i] += 1e-5 * trace / order + Step * Step * Enumerable.Range(0, count - order).Sum(age => Math.Pow(0.99, age));
        var expected = Solve(equations, order);
        var found = new float[order];
        LinearFit.Fit(numbers, Step, found);
        for (var k = 0; k < order; k++) Assert.Equal(expected[k], found[k], 1e-4 * (1 + Math.Abs(expected[k])));
    }

    [Fact]
    public void Where_there_is_nothing_to_fit_the_filter_stays()
    {
        float[] found = [3, -2];
        LinearFit.Fit([], 0.1, found);
        LinearFit.Fit([1, 2], 0.1, found);
        Assert.Equal([3f, -2f], found);
        LinearFit.Fit(new float[50], 0.1, found); // silence says: nothing follows
        Assert.Equal([0f, 0f], found);
    }

    // Of a sum of two tones each number follows from the four before, and is missed by little as soon as that was learned.
    [Fact]
    public void Tones_are_foreseen()
    {
        const int Levels = 65_536, Count = 400;
        var symbols = Array.ConvertAll(Wave(Count), number => (int)Math.Round((number + 1) / 2 * (Levels - 1)));
        var (expected, missed) = Run(new LinearPrediction(8, Levels), symbols, Levels);
        for (var p = 0; p < Count; p++)
        {
            var number = symbols[p] * 2.0 / (Levels - 1) - 1;
            if (p > 64) Assert.InRange(expected[p] - number, -0.01, 0.01);
            else if (p < 32) Assert.Equal(0, expected[p]); // not fitted yet
            // What is told with the next symbol is what the filter has just been wrong by.
            if (p + 1 < Count) Assert.Equal(Math.Clamp(16 * (number - expected[p]), -1, 1), missed[(p + 1) * LinearPrediction.Missed + 2], 1e-4);
        }
    }

    // Word for word: the filter of the last multiple of 32, of the 256 symbols before that and as many more as it reads.
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void It_is_fitted_every_32_symbols_to_the_256_before(int order)
    {
        const int Levels = 1000, Count = 900;
        var symbols = Drifting(Levels, Count);
        float[] numbers = [.. new float[order], .. symbols.Select(symbol => symbol * (2f / (Levels - 1)) - 1)];
        var (expected, _) = Run(new LinearPrediction(order, Levels), symbols, Levels);
        var filter = new float[order];
        for (var p = 0; p < Count; p++)
        {
            if (p > 0 && p % 32 == 0) LinearFit.Fit(numbers.AsSpan(Math.Max(0, p - 256)..(p + order)), 2.0 / (Levels - 1), filter);
            var sum = 0.0;
            for (var k = 0; k < order; k++) sum += (double)filter[k] * numbers[p + order - 1 - k];
            Assert.Equal((float)Math.Clamp(sum, -1, 1), expected[p]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(257)]
    public void Windows_of_any_size_written_and_forked_on_the_way_are_the_whole(int size)
    {
        const int Count = 700;
        var model = Small(Count);
        var whole = Logs(model, Drifting(300, Count), new Run(1));
        var (run, found) = (new Run(1), new List<float>());
        for (var first = 0; first < Count; first += size)
        {
            var symbols = Drifting(300, Count);
            found.AddRange(Logs(model, symbols[first..Math.Min(Count, first + size)], run, first == 0 ? -1 : symbols[first - 1]));
            var next = new Run(1);
            if (first % 2 == 0) next = run.Fork([0]);
            else next.Read(run.Write());
            run = next;
        }
        Assert.Equal(whole, found);
    }

    [Fact]
    public void A_past_that_a_file_made_up_breaks_nothing()
    {
        var model = Small(40);
        var run = new Run(1);
        Logs(model, Drifting(300, 40), run);
        var state = run.Write();
        foreach (var value in (float[])[float.NaN, float.PositiveInfinity, -1e30f, 1e9f])
        {
            run.Read([.. state.Select(_ => value)]);
            Logs(model, Drifting(300, 40), run, 5);
        }
        Assert.Contains("damaged", Assert.Throws<ModelException>(() => run.Read(state[..^1])).Message);
    }

    [Theory]
    [InlineData("softmax")]
    [InlineData("auto")]
    public void Only_a_mixture_has_means(string head)
        => Assert.Contains("linear is for head=mixture", Assert.Throws<ModelException>(() => new WaveNetConfig { Linear = 8, Head = head }.Build(Space.Sequence(8, 256, AlphabetScale.Ordinal), 0, 1)).Message);

    // What it saw before a beginning that was cut says nothing.
    [Fact]
    public void A_cut_forgets()
    {
        var model = Small(80);
        var run = new Run(1);
        var (first, second) = (Drifting(300, 160)[80..], Drifting(300, 80));
        var fresh = Logs(model, second, new Run(1));
        Logs(model, first, run);
        Assert.NotEqual(fresh, Logs(model, second, run));
        run.Cut(0);
        Assert.Equal(fresh, Logs(model, second, run));
    }

    static SequenceModel Small(int length) => (SequenceModel)new WaveNetConfig { Linear = 4, Head = "mixture", Components = 2, Layers = 2, Stacks = 1, Channels = 4, Skip = 4 }.Build(Space.Sequence(length, 300, AlphabetScale.Ordinal), 0, 1);

    static float[] Logs(SequenceModel model, int[] symbols, Run run, int before = -1)
    {
        var batch = new SymbolBatch(model.Space with { Width = symbols.Length }, 1);
        batch.Begin(1);
        batch.Set(0, symbols, before: before);
        var logs = model.LogProbabilities(new Tape(), batch, run: run);
        return [.. Enumerable.Range(0, symbols.Length).Select(p => logs.Row(p, 0)[0])];
    }

    // A tone that becomes another one, and noise.
    int[] Drifting(int levels, int count) => [.. Enumerable.Range(0, count).Select(i => (int)(levels * (0.5 + 0.3 * Math.Sin((i < count / 2 ? 0.3 : 0.9) * i))) + _random.Below(0, (ulong)i, levels / 10))];

    static (float[] Expected, float[] Missed) Run(LinearPrediction layer, int[] symbols, int levels)
    {
        int[] inputs = [levels, .. symbols[..^1]];
        var pinned = GC.AllocateArray<int>(inputs.Length, pinned: true);
        inputs.CopyTo(pinned, 0);
        var (expected, missed) = layer.Forward(new SymbolInput(new PinnedSymbols(pinned), inputs.Length, 1), Pass.Whole(new Tape(), Space.Sequence(inputs.Length, levels).Extent, default));
        return ([.. Enumerable.Range(0, inputs.Length).Select(p => expected.Row(p, 0)[0])], [.. Enumerable.Range(0, inputs.Length).SelectMany(p => missed.Row(p, 0).ToArray())]);
    }

    static float[] Wave(int count) => [.. Enumerable.Range(0, count).Select(i => (float)(0.5 * Math.Sin(0.31 * i) + 0.2 * Math.Cos(1.1 * i)))];

    static double[] Solve(double[,] equations, int order)
    {
        for (var column = 0; column < order; column++)
        {
            var pivot = Enumerable.Range(column, order - column).MaxBy(row => Math.Abs(equations[row, column]));
            for (var k = 0; k <= order; k++) (equations[column, k], equations[pivot, k]) = (equations[pivot, k], equations[column, k]);
            for (var row = 0; row < order; row++)
            {
                if (row == column) continue;
                var factor = equations[row, column] / equations[column, column];
                for (var k = column; k <= order; k++) equations[row, k] -= factor * equations[column, k];
            }
        }
        return [.. Enumerable.Range(0, order).Select(row => equations[row, order] / equations[row, row])];
    }
}
