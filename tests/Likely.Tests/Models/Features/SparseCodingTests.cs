using Likely.Models;
using Likely.Tensors;
using Likely.Tests.Laws;
using Xunit;

namespace Likely.Tests.Models.Features;

public sealed class SparseCodingTests
{
    // Rows that are made of two or three of some atoms each, with a little noise.
    static (float[,] Values, double[][] Atoms) Planted(int count, int width, int atomCount)
    {
        var random = new Philox(6, RandomPurpose.Test);
        var atoms = new double[atomCount][];
        for (var k = 0; k < atomCount; k++)
        {
            atoms[k] = [.. Enumerable.Range(0, width).Select(d => random.Normal((ulong)k, 2 * (ulong)d))];
            var length = Math.Sqrt(atoms[k].Sum(value => value * value));
            atoms[k] = [.. atoms[k].Select(value => value / length)];
        }
        var values = new float[count, width];
        for (var i = 0; i < count; i++)
            for (var one = 0; one < 2 + i % 2; one++)
            {
                var (atom, times) = (random.Below(1000 + (ulong)i, (ulong)one, atomCount), 4 * random.Normal(9000 + (ulong)i, 2 * (ulong)one));
                for (var d = 0; d < width; d++) values[i, d] += (float)(times * atoms[atom][d] + 0.02 * random.Normal(90000 + (ulong)i, 2 * (ulong)d));
            }
        return (values, atoms);
    }

    static SparseCoding Fit(SparseCodingConfig config, float[,] values, int threads = 1) => (SparseCoding)config.Fit(Rows.Of(values), new FitOptions { Threads = threads });

    [Theory, InlineData("batch"), InlineData("online")]
    public void Atoms_that_rows_were_made_of_are_found(string learner)
    {
        var (values, atoms) = Planted(2000, 16, 20);
        var model = Fit(new SparseCodingConfig { Atoms = 24, Penalty = 0.3, Learner = learner, Iterations = 40, Tolerance = 0, Batch = 100 }, values, threads: 2);
        var found = atoms.Count(atom => model.Atoms().Max(own => Math.Abs(own.Zip(atom, (a, b) => a * b).Sum())) > 0.98);
        Assert.InRange(found, 18, 20);
        Assert.All(model.Atoms(), atom => Assert.InRange(atom.Sum(value => (double)value * value), 0, 1.00001));
        Assert.InRange(model.Fitting["largest_residual"], 0, 1e-5);
        Assert.InRange(model.Fitting["numbers_of_a_code"], 1, 8);
    }

    [Theory, InlineData(0.05, false), InlineData(0.5, false), InlineData(3, false), InlineData(0.5, true)]
    public void The_objective_of_the_batch_learner_never_rises(double penalty, bool positive)
    {
        var model = Fit(new SparseCodingConfig { Atoms = 60, Penalty = penalty, Positive = positive, Learner = "batch", Iterations = 12, Tolerance = 0 }, FeatureCase.Values());
        Assert.Equal(12, model.Objectives.Count);
        for (var i = 1; i < 12; i++) Assert.True(model.Objectives[i] <= model.Objectives[i - 1] * (1 + 1e-6), $"step {i}: {model.Objectives[i - 1]} to {model.Objectives[i]}");
        Assert.True(model.Objectives[^1] < 0.98 * model.Objectives[0], $"{model.Objectives[0]} to {model.Objectives[^1]}");
        Assert.Equal(model.Objectives[^1], model.Fitting["objective"]);
    }

    [Fact]
    public void Both_learners_come_to_nearly_the_same_objective_and_say_why_they_end()
    {
        var values = FeatureCase.Values();
        var batch = Fit(new SparseCodingConfig { Atoms = 30, Learner = "batch", Iterations = 60, Tolerance = 1e-4 }, values);
        var online = Fit(new SparseCodingConfig { Atoms = 30, Batch = 64, Iterations = 60, Tolerance = 0 }, values);
        Assert.InRange(online.Fitting["objective"] / batch.Fitting["objective"], 0.9, 1.06);
        Assert.Equal((1, 0), (batch.Fitting["converged"], online.Fitting["converged"]));
        Assert.InRange(batch.Fitting["iterations"], 2, 59);
        Assert.Equal(60, online.Fitting["iterations"]);
    }

    [Theory, InlineData("batch"), InlineData("online")]
    public void Atoms_that_no_row_uses_are_replaced_and_counted_unless_they_are_to_stay(string learner)
    {
        var values = new float[300, 5];
        for (var i = 0; i < 300; i++)
            for (var d = 0; d < 5; d++) values[i, d] = d == i % 3 ? 2 : 0; // three different rows
        var config = new SparseCodingConfig { Atoms = 8, Penalty = 0.1, Learner = learner, Batch = 10, Iterations = 4, Tolerance = 0 };
        Assert.True(Fit(config, values).Fitting["replaced"] > 0);
        Assert.Equal(0, Fit(config with { Unused = "keep" }, values).Fitting["replaced"]);
    }

    [Fact]
    public void What_no_dictionary_can_be_made_of_is_refused_in_one_sentence()
    {
        Assert.Contains("atoms=9 is more than there are rows, 4", Assert.Throws<ModelException>(() => Fit(new SparseCodingConfig { Atoms = 9 }, FeatureCase.Values(4))).Message, StringComparison.Ordinal);
        Assert.Contains("zeros", Assert.Throws<ModelException>(() => Fit(new SparseCodingConfig { Atoms = 3 }, new float[10, 4])).Message, StringComparison.Ordinal);
        Assert.Contains("zeros", Assert.Throws<ModelException>(() => Fit(new SparseCodingConfig { Atoms = 3, Normalize = "mean" }, new float[,] { { 1, 1 }, { 2, 2 }, { 3, 3 } })).Message, StringComparison.Ordinal);
    }
}
