using Likely.Models;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Laws;

/// <summary>A model that takes any extent gives on each the bits of a model that was built for it with the same weights; what it does not take is refused.</summary>
public sealed class ExtentLaw
{
    public static TheoryData<string> Cases => LawCases.Names();

    [Theory, MemberData(nameof(Cases))]
    public void One_model_scores_and_draws_on_every_extent(string name)
    {
        var law = LawCases.Find(name);
        var model = law.Build();
        foreach (var (height, width) in new[] { (1, 1), (2, 9), (7, 1), (6, 5) })
        {
            var other = law.Space with { Height = height, Width = width };
            if (!model.AnyExtent)
            {
                if (other == law.Space) continue;
                Assert.False(model.Takes(other));
                Assert.Throws<ArgumentException>(() => model.Predict(1, law.Labels(1), 0, other.Extent));
                continue;
            }
            var built = law.Config.Build(other, law.Classes, null);
            for (var i = 0; i < built.Parameters.Parameters.Count; i++) built.Parameters.Parameters[i].Assign(model.Parameters.Parameters[i].ToArray());
            var (examples, labels) = (new LawCase(law.Name, law.Config, other, law.Classes, false).Examples(3), law.Labels(3));
            var expected = Faces.Parallel(built, examples, labels);
            Assert.Equal(expected, Scores(model, other, examples, labels));
            Assert.Equal(Walk.Sample(built, 3, seed: 5), Walk.Sample(model, 3, seed: 5, space: other));
            var known = new bool[other.Dimensions];
            for (var d = 0; d < known.Length / 2; d++) known[d] = true;
            Assert.Equal(Walk.Complete(built, examples[0], known, 2), Walk.Complete(model, examples[0], known, 2, space: other));
        }
        Assert.False(model.Takes(law.Space with { Levels = law.Space.Levels + 1 }));
        Assert.False(model.Takes(law.Space with { Symbols = law.Space.Symbols + 1 }));
        Assert.False(model.Takes(law.Space with { Extent = law.Space.Extent with { Frames = 2 } }));
    }

    static float[][] Scores(AutoregressiveModel model, Space space, int[][] examples, int[] labels)
    {
        var scores = Array.ConvertAll(examples, example => new float[example.Length]);
        new Scorer(model, 1, space).Score(examples, labels, (index, _, symbols) => scores[index] = [.. symbols.ToArray().Select(surprise => -surprise)]);
        return scores;
    }
}
