using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Laws;
using Xunit;

namespace Likely.Tests;

/// <summary>The search is exact where its beam holds everything, greedy where it holds one, and the same in every company.</summary>
public sealed class BeamSearchTests
{
    const int End = 2, Length = 4;

    [Fact]
    public void A_beam_that_holds_everything_finds_the_likeliest_of_all_sequences()
    {
        foreach (var name in new[] { "bytenet: tiny pairs", "char-rnn: tiny sequence" })
        {
            var model = LawCases.Find(name).Build();
            var all = Sequences(model).OrderByDescending(one => one.Log).ToArray();
            var found = BeamSearch.Run(model.Predict(1, extent: Extent.Open), symbol => symbol == End, beam: 200, Length)[0];
            var ended = found.Where(one => one.HasEnded).ToArray();
            Assert.Equal(1 + 2 + 4 + 8, ended.Length);
            for (var i = 0; i < ended.Length; i++)
            {
                Assert.Equal(all[i].Symbols, ended[i].Symbols);
                Assert.Equal(all[i].Log, ended[i].LogProbability, 1e-5);
            }
            Assert.Equal(16, found.Length - ended.Length); // as long as was asked for, and not at an end
            Assert.All(found[ended.Length..], one => Assert.Equal(Length, one.Symbols.Length));
        }
    }

    [Fact]
    public void A_beam_of_one_takes_the_likeliest_symbol_at_every_step()
    {
        var model = LawCases.Find("bytenet: pairs").Build();
        int[][] sources = [[1, 2, 3], [], [4, 4, 0, 1]];
        var found = BeamSearch.Run(model.Predict(3, sources: sources, extent: Extent.Open), symbol => symbol == 4, beam: 1, 20);
        for (var i = 0; i < 3; i++)
        {
            var (walk, symbols, log, probabilities) = (model.Predict(1, sources: [sources[i]], extent: Extent.Open), new List<int>(), 0.0, new double[5]);
            for (var step = 0; step < 20; step++)
            {
                walk.Next().Probabilities(0, probabilities);
                int[] best = [Array.IndexOf(probabilities, probabilities.Max())];
                var logs = new float[1];
                walk.Observe(best, logs);
                log += logs[0];
                if (best[0] == 4) break;
                symbols.Add(best[0]);
            }
            Assert.Equal(symbols, Assert.Single(found[i]).Symbols);
            Assert.Equal(log, found[i][0].LogProbability);
        }
    }

    [Fact]
    public void What_is_found_of_a_source_does_not_depend_on_others_and_has_the_log_probability_that_scoring_gives()
    {
        var model = LawCases.Find("bytenet: pairs").Build();
        int[][] sources = [[1, 2, 3], [], [4, 4, 0, 1], [0], [3, 3, 3, 3, 3, 3, 3]];
        var together = BeamSearch.Run(model.Predict(5, sources: sources, extent: Extent.Open), symbol => symbol == 4, beam: 3, 12);
        for (var i = 0; i < sources.Length; i++)
        {
            var alone = BeamSearch.Run(model.Predict(1, sources: [sources[i]], extent: Extent.Open), symbol => symbol == 4, beam: 3, 12)[0];
            Assert.Equal(together[i].Select(one => (string.Join(' ', one.Symbols), one.LogProbability, one.HasEnded)), alone.Select(one => (string.Join(' ', one.Symbols), one.LogProbability, one.HasEnded)));
            Assert.Equal(alone.OrderByDescending(one => one.HasEnded).ThenByDescending(one => one.LogProbability), alone);
            foreach (var one in alone)
                Assert.Equal(-one.LogProbability, Evaluation.Score(model, [one.HasEnded ? [.. one.Symbols, 4] : one.Symbols], [], 1, sources: [sources[i]])[0]);
        }
    }

    [Fact]
    public void Of_equals_the_smaller_symbol_comes_first()
    {
        var model = LawCases.Find("bytenet: pairs").Config.Build(Space.Sequence(9, 5) with { Source = 6 }, 0, null); // no weights: all symbols are equally likely
        var found = BeamSearch.Run(model.Predict(1, extent: Extent.Open), symbol => symbol == 4, beam: 3, 2)[0];
        Assert.Equal(["0 0", "0 1", "0 2"], found.Select(one => string.Join(' ', one.Symbols)));
    }

    // All that end within the length, by the walk's own log-probabilities.
    static IEnumerable<(int[] Symbols, double Log)> Sequences(AutoregressiveModel model)
    {
        for (var length = 0; length < Length; length++)
            for (var number = 0; number < 1 << length; number++)
            {
                int[] symbols = [.. Enumerable.Range(0, length).Select(i => number >> i & 1)];
                yield return (symbols, -Evaluation.Score(model, [[.. symbols, End]], [], 1)[0]);
            }
    }
}
