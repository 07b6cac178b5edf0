using Likely.Files;
using Xunit;

namespace Likely.Tests.Training;

/// <summary>A plan that no training can follow is refused where a trainer is made, with a sentence that names what is wrong.</summary>
public sealed class TrainingOptionsTests
{
    public static TheoryData<string, TrainingOptions> Wrong => new()
    {
        { "LearningRate", new() { LearningRate = 0 } }, { "LearningRate", new() { LearningRate = 11 } }, { "LearningRate", new() { LearningRate = double.NaN } },
        { "Minutes", new() { Minutes = 0 } }, { "Minutes", new() { Minutes = double.PositiveInfinity } }, { "WarmUp", new() { WarmUp = -1 } }, { "ValidateEvery", new() { ValidateEvery = 0 } },
        { "Schedule", new() { Schedule = (RateSchedule)9 } }, { "FinalRate", new() { FinalRate = 1.1 } }, { "FinalRate", new() { FinalRate = double.NaN } }, { "Average", new() { Average = 1 } },
        { "Patience", new() { Patience = -1 } }, { "ValidationLimit", new() { ValidationLimit = 0 } }, { "Clip", new() { Clip = double.NaN } }, { "Clip", new() { Clip = -1 } },
        { "WeightDecay", new() { WeightDecay = double.PositiveInfinity } }, { "Ridge", new() { Ridge = -1 } }, { "Lasso", new() { Lasso = double.NaN } }, { "Muon", new() { Lasso = 1, Muon = 1 } }, { "Epsilon", new() { Epsilon = double.NaN } },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void Options_out_of_range_are_refused_by_name(string name, TrainingOptions options)
    {
        using var tiny = new TinyTraining(16);
        Assert.Matches($"^{name} is .*, and must be ", Assert.Throws<UsageException>(() => tiny.Trainer(options)).Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    public void No_number_of_threads_means_all_processors(int threads)
    {
        using var tiny = new TinyTraining(16);
        var trainer = tiny.Trainer(new() { Steps = 2, Batch = 4, Threads = threads });
        trainer.Run(default);
        Assert.Equal(Evaluation.Score(trainer.Model, tiny.Data.All, 1), Evaluation.Score(trainer.Model, tiny.Data.All, threads));
        Assert.Equal(Walk.Sample(trainer.Model, 3, threads: 1), Walk.Sample(trainer.Model, 3, threads: threads));
    }

    [Fact]
    public void Completing_nothing_is_refused_by_name()
    {
        using var tiny = new TinyTraining(16);
        var model = tiny.Trainer(new() { Steps = 1 }).Model;
        Assert.Equal("item", Assert.Throws<ArgumentNullException>(() => Walk.Complete(model, null!, [], 1)).ParamName);
        Assert.Equal("known", Assert.Throws<ArgumentNullException>(() => Walk.Complete(model, [], null!, 1)).ParamName);
    }
}
