using Likely.Cli;
using Likely.Tests.Archives;
using Xunit;

namespace Likely.Tests.Cli;

/// <summary>What may be expected of a training falls with what is spent, and is what was measured where it was.</summary>
public sealed class TextExpectationTests
{
    [Fact]
    public void More_arithmetic_expects_less_loss()
    {
        // docs/results/char-rnn.md: 2 layers of 256, 6,000 steps of 50 windows of 50; docs/results/transformer.md: 2,000 steps.
        Assert.Equal(2.2, TextExpectation.Of(6000.0 * 50 * 50 * 852_000).Bits, 2);
        Assert.Equal(2.69, TextExpectation.Of(2000.0 * 12 * 64 * 861_000).Bits, 2);
        var last = double.PositiveInfinity;
        for (var spent = 1e9; spent < 1e16; spent *= 1.3)
        {
            var expected = TextExpectation.Of(spent);
            Assert.True(expected.Bits <= last);
            last = expected.Bits;
            Assert.StartsWith(spent < 1e11 ? "more than" : spent > 1e14 ? "less than" : expected.Bound, expected.ToString(), StringComparison.Ordinal);
        }
        Assert.Equal(2.12, last);
    }

    [Fact]
    public void Nothing_is_expected_of_data_that_nothing_like_was_measured_on()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.txt"], string.Concat(Enumerable.Range(0, 300).Select(i => $"{i} lines\n")));
        using var data = Dataset.Open(folder["a.txt"], DataOptions.Default);
        Assert.NotNull(TextExpectation.For(data, 1e6, 15, 1e12));
        Assert.Null(TextExpectation.For(data, 1e5, 15, 1e12));
        Assert.Null(TextExpectation.For(data, 1e6, 500, 1e12));
    }
}
