using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Tensors;
using Xunit;

namespace Likely.Tests.Models;

/// <summary>An alphabet so large that the outputs of a window are computed some rows at a time: scores, distributions and steps have the same bits.</summary>
public sealed class LargeAlphabetTests
{
    const int Levels = 60_000, Positions = 150; // more rows than a stretch of outputs holds

    [Theory]
    [InlineData("char-rnn"), InlineData("transformer")]
    public void Windows_distributions_and_steps_have_the_same_bits(string name)
    {
        var config = ModelRegistry.With(ModelRegistry.FindDensity(name), name == "transformer" ? [new("channels", "4"), new("heads", "1"), new("layers", "1"), new("context", $"{Positions}")] : [new("hidden", "3"), new("context", $"{Positions}"), new("embedding", "2")]);
        var model = config.Build(Space.Sequence(Positions, Levels), 0, 1);
        Assert.True(Ops.IsLargeOutput(Positions, Levels));
        var random = new Philox(1, RandomPurpose.Test);
        int[] symbols = [.. Enumerable.Range(0, Positions).Select(i => random.Below(0, (ulong)i, Levels))];
        var batch = new SymbolBatch(model.Space, 1);
        batch.Begin(1);
        batch.Set(0, symbols);
        var logs = model.LogProbabilities(new Tape(), batch);
        var recorded = model.LogProbabilities(new Tape(recording: true), batch);
        var (predictor, own) = (model.Predict(1, [], 0, Extent.Open), new float[1]);
        var seen = 0;
        model.Distributions(new Tape(), batch, (position, _) => Assert.Equal(seen++, position));
        Assert.Equal(Positions, seen);
        for (var p = 0; p < Positions; p++)
        {
            predictor.Observe([symbols[p]], own);
            Assert.True(Bits.Same(own[0], logs.Row(p, 0)[0]) && Bits.Same(own[0], recorded.Row(p, 0)[0]), $"position {p}");
        }
    }
}
