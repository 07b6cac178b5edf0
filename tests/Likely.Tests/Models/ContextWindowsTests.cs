using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Tensors;
using Xunit;

namespace Likely.Tests.Models;

/// <summary>A sequence longer than a model's context: each position sees what its window holds, whoever asks, in whatever pieces.</summary>
public sealed class ContextWindowsTests
{
    const int Levels = 7, Length = 41;

    static AutoregressiveModel Model(int context, string positions)
    {
        var model = new TransformerConfig { Channels = 12, Heads = 2, Layers = 2, Context = context, Positions = positions, TokenShift = positions == "rotary" }.Build(Space.Sequence(context, Levels), 0, 3);
        TwoFaces.Stir(model, 4);
        return model;
    }

    static int[] Sequence(ulong stream, int length = Length)
    {
        var random = new Philox(stream, RandomPurpose.Test);
        return [.. Enumerable.Range(0, length).Select(i => random.Below(0, (ulong)i, Levels))];
    }

    public static TheoryData<int, string> Contexts => new() { { 1, "learned" }, { 2, "learned" }, { 5, "rotary" }, { 8, "learned" }, { 8, "rotary" }, { 16, "rotary" }, { 64, "learned" } };

    // By the definition: a window of its own for every position.
    static float[] Naive(AutoregressiveModel model, int[] symbols, int context)
    {
        var (keep, step, logs) = (context / 2, context - context / 2, new float[symbols.Length]);
        for (var p = 0; p < symbols.Length; p++)
        {
            var first = p < context ? 0 : (p - keep) / step * step;
            var count = p - first + 1;
            var batch = new SymbolBatch(Space.Sequence(count, Levels), 1);
            batch.Begin(1);
            batch.Set(0, symbols.AsSpan(first, count), -1, first == 0 ? -1 : symbols[first - 1]);
            logs[p] = model.LogProbabilities(new Tape(), batch).Row(count - 1, 0)[0];
        }
        return logs;
    }

    [Theory, MemberData(nameof(Contexts))]
    public void Every_position_sees_its_window_however_it_is_asked_for(int context, string positions)
    {
        var model = Model(context, positions);
        int[][] sequences = [Sequence(1), Sequence(2)];
        var expected = Array.ConvertAll(sequences, sequence => Naive(model, sequence, context));
        var whole = new SymbolBatch(Space.Sequence(Length, Levels), 2);
        whole.Begin(2);
        for (var i = 0; i < 2; i++) whole.Set(i, sequences[i]);
        var logs = model.LogProbabilities(new Tape(), whole);
        for (var i = 0; i < 2; i++)
            for (var p = 0; p < Length; p++) Assert.True(Bits.Same(expected[i][p], logs.Row(p, i)[0]), $"whole, example {i}, position {p}");
        foreach (var piece in new[] { 1, 3, 7, 20 })
        {
            var predictor = model.Predict(2, [], 0, Extent.Open);
            for (var first = 0; first < Length; first += piece)
            {
                var count = Math.Min(piece, Length - first);
                if (first == 21) predictor = predictor.Fork([0, 1]);
                int[] symbols = [.. Enumerable.Range(0, 2 * count).Select(k => sequences[k % 2][first + k / 2])];
                var own = new float[symbols.Length];
                predictor.Observe(symbols, own);
                for (var k = 0; k < own.Length; k++) Assert.True(Bits.Same(expected[k % 2][first + k / 2], own[k]), $"pieces of {piece}, example {k % 2}, position {first + k / 2}");
            }
        }
    }

    [Fact]
    public void Examples_that_begin_at_different_times_have_windows_of_their_own()
    {
        var model = Model(8, "learned");
        int[] early = Sequence(5), late = Sequence(6);
        var (expected, other) = (Naive(model, early, 8), Naive(model, late, 8));
        var run = new Run(2);
        for (var p = 0; p < Length; p++)
        {
            if (p == 11) run.Cut(1);
            var batch = new SymbolBatch(Space.Sequence(1, Levels), 2);
            batch.Begin(2);
            batch.Set(0, [early[p]], -1, p == 0 ? -1 : early[p - 1]);
            batch.Set(1, [late[p < 11 ? p : p - 11]], -1, p is 0 or 11 ? -1 : late[p < 11 ? p - 1 : p - 12]);
            var logs = model.LogProbabilities(new Tape(), batch, run: run);
            Assert.True(Bits.Same(expected[p], logs.Row(0, 0)[0]), $"position {p}");
            Assert.True(Bits.Same(other[p < 11 ? p : p - 11], logs.Row(0, 1)[0]), $"position {p} of the other");
        }
    }
}
