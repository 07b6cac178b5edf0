using Xunit;

namespace Likely.Tests.Training;

/// <summary>What is said of a result beside the baselines, and the advice that follows from the course of the training.</summary>
public sealed class OutcomeTests
{
    static Baselines Of(double uniform, double? marginals, double? png, double dimensions = 1) =>
        new([new("uniform", "uniform", uniform), new("marginals", "each dimension on its own", marginals), new("png", "PNG", png)], "bits/dim", dimensions, []);

    [Theory]
    [InlineData(0.44, 0.4, 500, true, "12 % below PNG, 27 % below each dimension on its own")]
    [InlineData(0.44, 0.4, 990, true, "12 % below PNG, 27 % below each dimension on its own; it was still improving, so more time would help")]
    [InlineData(0.4975, 0.4, 500, true, "0.5 % below PNG, 17 % below each dimension on its own")]
    [InlineData(0.55, 0.5, 950, false, "10 % worse than PNG, 8.3 % below each dimension on its own: it was still improving, so train longer")]
    [InlineData(0.7, 0.3, 200, false, "40 % worse than PNG, 17 % worse than each dimension on its own: it has learnt its 1000 training items by heart, so use more data, a smaller model or dropout")]
    [InlineData(0.7, 0.69, 800, false, "40 % worse than PNG, 17 % worse than each dimension on its own: it has stopped improving, so use a larger model, more data, or another learning rate")]
    [InlineData(3, 3, 100, false, "500 % worse than PNG, 400 % worse than each dimension on its own, 200 % worse than no knowledge at all: it has gone astray, so try a lower learning rate, or look at the data")]
    [InlineData(0.5, 0.5, 800, false, "the same as PNG, 17 % below each dimension on its own: it has stopped improving, so use a larger model, more data, or another learning rate")]
    [InlineData(double.NaN, 0.5, 800, false, "its loss is not a finite number: try a lower learning rate, or look at the data")]
    public void It_stands_beside_the_baselines_in_words(double bits, double train, long best, bool better, string words)
    {
        var outcome = new Outcome(bits, Of(1, 0.6, 0.5)) { TrainBits = train, BestStep = best, TotalSteps = 1000, Items = 1000 };
        Assert.Equal(words, outcome.Words);
        Assert.Equal(better, outcome.IsBetter);
    }

    [Fact]
    public void Bits_are_compared_in_the_unit_of_the_baselines()
    {
        // 1.1 bits for a symbol, of which there are 0.4 for a byte.
        var outcome = new Outcome(1.1, Of(1, 0.6, 0.5, 0.4)) { TrainBits = 1.1, BestStep = 500, TotalSteps = 1000, Items = 1000 };
        Assert.Equal("12 % below PNG, 27 % below each dimension on its own", outcome.Words);
        Assert.True(outcome.IsBetter);
    }

    [Theory]
    [InlineData(null, true), InlineData(0.4401, false), InlineData(0.4404, false), InlineData(0.4405, true), InlineData(0.43, false)]
    public void It_was_still_improving_if_the_last_tenth_of_the_steps_brought_a_thousandth(double? earlier, bool improving)
        => Assert.Equal(improving, new Outcome(0.44, Of(1, 0.6, 0.5)) { TrainBits = 0.4, BestStep = 1000, TotalSteps = 1000, Items = 1000, EarlierBits = earlier }.Words.Contains("still improving", StringComparison.Ordinal));

    [Fact]
    public void Baselines_that_cannot_be_measured_are_left_out()
    {
        var outcome = new Outcome(0.9, Of(1, null, null)) { TrainBits = 0.8, BestStep = 100, TotalSteps = 1000, Items = 10 };
        Assert.Equal("10 % below no knowledge at all", outcome.Words);
        Assert.True(outcome.IsBetter);
        Assert.EndsWith("; 10 training items are few, and more would help most", (outcome with { Baselines = Of(1, 0.5, null), BestStep = 1000 }).Words);
        Assert.EndsWith("; 1 training item is little, and more would help most", (outcome with { Baselines = Of(1, 0.5, null), BestStep = 1000, Items = 1 }).Words);
        Assert.Contains("its 1 training item by heart", (outcome with { Baselines = Of(1, 0.5, null), TrainBits = 0.3, Items = 1 }).Words);
    }
}
