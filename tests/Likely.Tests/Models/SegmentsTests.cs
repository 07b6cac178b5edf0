using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Tensors;
using Xunit;

namespace Likely.Tests.Models;

/// <summary>Segments that begin with what layers remember: what a position sees depends on its place alone, whoever asks, in whatever pieces.</summary>
public sealed class SegmentsTests
{
    const int Levels = 7, Length = 41;

    static AutoregressiveModel Model(int context, int memory, int layers)
    {
        var model = new TransformerXlConfig { Channels = 12, Heads = 2, Layers = layers, Context = context, Memory = memory, TokenShift = layers > 2 }.Build(Space.Sequence(context, Levels), 0, 3);
        TwoFaces.Stir(model, 4);
        return model;
    }

    static int[] Sequence(ulong stream)
    {
        var random = new Philox(stream, RandomPurpose.Test);
        return [.. Enumerable.Range(0, Length).Select(i => random.Below(0, (ulong)i, Levels))];
    }

    static float[][] Whole(AutoregressiveModel model, params int[][] sequences)
    {
        var batch = new SymbolBatch(Space.Sequence(Length, Levels), sequences.Length);
        batch.Begin(sequences.Length);
        for (var i = 0; i < sequences.Length; i++) batch.Set(i, sequences[i]);
        var logs = model.LogProbabilities(new Tape(), batch);
        return [.. Enumerable.Range(0, sequences.Length).Select(i => Enumerable.Range(0, Length).Select(p => logs.Row(p, i)[0]).ToArray())];
    }

    public static TheoryData<int, int, int> Cases => new() { { 1, 0, 1 }, { 1, 3, 2 }, { 5, 5, 2 }, { 8, 3, 2 }, { 4, 19, 3 }, { 16, 16, 3 }, { 64, 64, 1 } };

    [Theory, MemberData(nameof(Cases))]
    public void Pieces_forks_windows_and_batches_have_the_bits_of_the_whole(int context, int memory, int layers)
    {
        var model = Model(context, memory, layers);
        int[][] sequences = [Sequence(1), Sequence(2)];
        var expected = Whole(model, sequences);
        Bits.AssertEqual(expected[1], Whole(model, sequences[1])[0], "alone");
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

    [Theory]
    [InlineData(5, 5, 1), InlineData(5, 2, 1), InlineData(4, 9, 1), InlineData(5, 5, 2)]
    public void Each_layer_looks_back_over_its_segment_and_what_is_remembered(int context, int memory, int layers)
    {
        var model = Model(context, memory, layers);
        var sequence = Sequence(3);
        var expected = Whole(model, sequence)[0];
        // The network at a position reads the symbols before it: changing symbol q shows from input q + 1 on.
        for (var q = 0; q < Length - 1; q++)
        {
            var other = (int[])sequence.Clone();
            other[q] = (other[q] + 1) % Levels;
            var changed = Whole(model, other)[0];
            for (var p = q + 1; p < Length; p++) Assert.True(Sees(p, q + 1, layers) != Bits.Same(expected[p], changed[p]), $"position {p}, input {q + 1}");
        }

        bool Sees(int position, int input, int left)
        {
            if (left == 0) return position == input;
            for (var key = Math.Max(0, position / context * context - Math.Min(memory, position / context * context)); key <= position; key++)
                if (Sees(key, input, left - 1)) return true;
            return false;
        }
    }

    [Fact]
    public void Examples_are_cut_written_and_read_at_any_place()
    {
        var model = Model(5, 7, 2);
        int[] early = Sequence(5), late = Sequence(6);
        var (expected, other) = (Whole(model, early)[0], Whole(model, late)[0]);
        var run = new Run(2);
        for (var p = 0; p < Length; p++)
        {
            if (p == 11) run.Cut(1);
            if (p % 6 == 5)
            {
                var values = run.Write();
                run = new Run(2);
                run.Read(values);
            }
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
