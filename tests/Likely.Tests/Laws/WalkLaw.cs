using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Tensors;
using Xunit;

namespace Likely.Tests.Laws;

/// <summary>A stretch of symbols observed at once is the same as one after another, and a fork of a walk is a copy of it, wherever it is taken.</summary>
public sealed class WalkLaw
{
    public static TheoryData<string> Cases => LawCases.Names();

    [Theory, MemberData(nameof(Cases))]
    public void A_stretch_observed_at_once_gives_the_bits_of_single_steps(string name)
    {
        var law = LawCases.Find(name);
        var model = law.Build();
        var (examples, labels) = (law.Examples(3), law.Labels(3));
        var expected = Faces.Stepwise(model, examples, labels);
        foreach (var stretch in new[] { 1, 2, 5, law.Space.Dimensions })
            foreach (var (ask, logged) in new[] { (true, true), (true, false), (false, true), (false, false) })
            {
                var predictor = model.Predict(3, labels);
                while (predictor.Position < predictor.Count)
                {
                    var first = predictor.Position;
                    var symbols = Symbols(predictor, examples, Math.Min(stretch, predictor.Count - first));
                    if (ask) Faces.Probabilities(predictor.Next());
                    var logs = new float[logged || first + stretch >= predictor.Count ? symbols.Length : 0];
                    predictor.Observe(symbols, logs);
                    for (var i = 0; i < logs.Length; i++)
                        Assert.True(Bits.Same(expected[i % 3][predictor.DimensionAt(first + i / 3)], logs[i]), $"{law}, stretches of {stretch}, step {first + i / 3}");
                }
            }
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_fork_goes_on_as_its_origin_would_and_neither_disturbs_the_other(string name)
    {
        var law = LawCases.Find(name);
        var model = law.Build();
        var (examples, labels) = (law.Examples(3), law.Labels(3));
        var other = law.Examples(3, stream: 9);
        var expected = Faces.Stepwise(model, examples, labels);
        int[] taken = [2, 0, 2, 1];
        for (var at = 0; at < law.Space.Dimensions; at += Math.Max(1, law.Space.Dimensions / 5))
            foreach (var ask in new[] { false, true })
            {
                var origin = model.Predict(3, labels);
                if (at > 0) origin.Observe(Symbols(origin, examples, at));
                if (ask) Faces.Probabilities(origin.Next());
                var (fork, whole) = (origin.Fork(taken), origin.Fork([0, 1, 2]));
                // The origin goes another way first.
                origin.Observe(Symbols(origin, other, 1));
                var logs = new float[taken.Length * (fork.Count - at)];
                fork.Observe(Symbols(fork, [.. taken.Select(i => examples[i])], fork.Count - at), logs);
                for (var i = 0; i < logs.Length; i++)
                    Assert.True(Bits.Same(expected[taken[i % taken.Length]][fork.DimensionAt(at + i / taken.Length)], logs[i]), $"{law}, forked at {at}");
                logs = new float[3];
                for (var step = at; step < whole.Count; step++)
                {
                    whole.Observe(Symbols(whole, examples, 1), logs);
                    for (var i = 0; i < 3; i++) Assert.True(Bits.Same(expected[i][whole.DimensionAt(step)], logs[i]), $"{law}, forked at {at}, step {step}");
                }
            }
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Predict(3, labels).Fork([3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Predict(3, labels).Fork([]));
    }

    static int[] Symbols(IPredictor predictor, int[][] examples, int steps)
    {
        var symbols = new int[steps * examples.Length];
        for (var i = 0; i < symbols.Length; i++) symbols[i] = examples[i % examples.Length][predictor.DimensionAt(predictor.Position + i / examples.Length)];
        return symbols;
    }
}
