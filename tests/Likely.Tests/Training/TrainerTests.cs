using Likely.Data;
using Likely.Models;
using Xunit;

namespace Likely.Tests.Training;

/// <summary>Resuming, rolling back, stopping early, and what a run's data are.</summary>
public sealed class TrainerTests
{
    static readonly TrainingOptions Options = new() { Steps = 60, Batch = 16, ValidateEvery = 8, Threads = 1, LearningRate = 0.02 };

    [Fact]
    public void Without_training_examples_the_reason_is_told()
    {
        var folder = Directory.CreateTempSubdirectory("likely-parts-").FullName;
        try
        {
            for (var i = 0; i < 6; i++) Png.Write(Path.Combine(folder, $"test-{i}.png"), [.. Enumerable.Range(0, 36).Select(d => (byte)(d * i))], 6, 6, 1);
            using var data = Dataset.Open(folder, DataOptions.Default);
            var refused = Assert.Throws<UsageException>(() => new Trainer(new MadeConfig(), data, Options));
            Assert.EndsWith("has no training examples: parts by their names: train 0, validation 0, test 6 (parts=none ignores names)", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(19, 21), InlineData(16, 21), InlineData(3, 5), InlineData(24, 23), InlineData(20, 17)]
    public void A_resumed_run_rolls_back_to_the_step_that_the_whole_run_does(int stopAfter, int failsAt)
    {
        using var tiny = new TinyTraining(200);
        var (whole, parts) = (new List<string>(), new List<string>());
        var expected = tiny.Trainer(Options, Failing(failsAt), messages: whole).Run();
        Assert.Contains($"went back to step {failsAt / 8 * 8} ", Assert.Single(whole));

        // The loss fails once in all, before the run is stopped or after it was resumed.
        var failing = Failing(failsAt);
        using var stop = new CancellationTokenSource();
        var first = tiny.Trainer(Options, (step, loss) =>
        {
            if (step == stopAfter - 1) stop.Cancel();
            return failing(step, loss);
        }, messages: parts, keeps: true);
        first.Run(stop.Token);
        Assert.True(first.Interrupted);
        var second = tiny.Trainer(Options, failing, messages: parts, keeps: true);
        Assert.True(second.Resume());
        Assert.Equal(first.Step, second.Step);
        Assert.Equal(expected.Identity(), second.Run().Identity());
        Assert.Equal(whole, parts);
    }

    [Theory]
    [InlineData(5), InlineData(19), InlineData(40)]
    public void A_killed_run_goes_on_from_its_last_validation_with_the_same_bits(int killedAt)
    {
        using var tiny = new TinyTraining(200);
        var expected = tiny.Trainer(Options, Failing(21)).Run().Identity();
        byte[] left = [];
        tiny.Trainer(Options, (step, loss) =>
        {
            if (step == killedAt) left = File.ReadAllBytes(tiny.ResumePath);
            return loss;
        }, keeps: true).Run();
        File.WriteAllBytes(tiny.ResumePath, left);
        var resumed = tiny.Trainer(Options, Failing(21), keeps: true);
        Assert.True(resumed.Resume());
        Assert.Equal(killedAt / 8 * 8, resumed.Step);
        if (killedAt > 21) return; // this one had gone on without the fault
        Assert.Equal(expected, resumed.Run().Identity());
    }

    [Fact]
    public void A_run_that_is_stopped_within_a_validation_validates_when_it_goes_on()
    {
        using var tiny = new TinyTraining(200);
        var expected = tiny.Trainer(Options).Run().Identity();
        using var stop = new CancellationTokenSource();
        var first = tiny.Trainer(Options, atValidation: moment =>
        {
            if (moment.Step < 24) return;
            stop.Cancel();
            stop.Token.ThrowIfCancellationRequested();
        }, keeps: true);
        first.Run(stop.Token);
        Assert.True(first.Interrupted);
        Assert.Equal((24, 16), (first.Step, first.BestStep));
        var second = tiny.Trainer(Options, keeps: true);
        Assert.True(second.Resume());
        Assert.Equal(expected, second.Run().Identity());
    }

    [Fact]
    public void A_run_goes_on_with_the_same_content_only()
    {
        using TinyTraining tiny = new(200), other = new(200, stream: 1);
        using var stop = new CancellationTokenSource();
        tiny.Trainer(Options, (step, loss) =>
        {
            if (step == 10) stop.Cancel();
            return loss;
        }, keeps: true).Run(stop.Token);
        File.Copy(tiny.ResumePath, other.ResumePath);
        Assert.Contains("content", Assert.Throws<UsageException>(() => other.Trainer(Options, keeps: true).Resume()).Message);
        Assert.True(tiny.Trainer(Options, keeps: true).Resume());
    }

    [Fact]
    public void Patience_begins_in_the_second_half()
    {
        using var tiny = new TinyTraining(200);
        var messages = new List<string>();
        var trainer = tiny.Trainer(new TrainingOptions { Steps = 200, Batch = 16, ValidateEvery = 10, Patience = 3, LearningRate = 1e-30, Threads = 1 }, messages: messages);
        trainer.Run();
        Assert.True(trainer.StoppedEarly);
        Assert.Equal(130, trainer.Step); // 10 steps of warm-up; half of the rest is at 105; three validations from 110 on
        Assert.Contains("the best was at step 10", Assert.Single(messages));
    }

    [Fact]
    public void A_batch_is_cut_to_the_items_there_are()
    {
        using var tiny = new TinyTraining(12);
        Assert.Equal(tiny.Data.Train.Count, tiny.Trainer(Options with { Batch = 64 }).Batch);
        Assert.Equal(3, tiny.Trainer(Options with { Batch = 3 }).Batch);
    }

    // The loss of a step is not finite the first time that it is asked for.
    static Func<long, double, double> Failing(long at)
    {
        var failed = false;
        return (step, loss) =>
        {
            if (step != at || failed) return loss;
            failed = true;
            return double.NaN;
        };
    }
}
