using Xunit;

namespace Likely.Tests.Training;

/// <summary>A given time is kept, on a machine whose speed changes, and the plan that came of it repeats the run.</summary>
public sealed class TimedTrainingTests
{
    const double Minutes = 2, Budget = 60 * Minutes, Preparation = 4;

    public static TheoryData<string> Machines => [.. Speeds.Keys];

    // Seconds of a step and of a validation at a time.
    static readonly Dictionary<string, Func<double, (double Step, double Validation)>> Speeds = new()
    {
        ["steady"] = _ => (0.05, 0.2),
        ["slower by two"] = now => now < 0.4 * Budget ? (0.05, 0.2) : (0.1, 0.4),
        ["slower by three"] = now => now < 0.7 * Budget ? (0.05, 0.2) : (0.15, 0.6),
        ["faster by three"] = now => now < 0.5 * Budget ? (0.15, 0.6) : (0.05, 0.2),
        ["busy while measured"] = now => now < 10 ? (0.15, 0.6) : (0.05, 0.2),
        ["idle while measured"] = now => now < 10 ? (0.05, 0.2) : (0.15, 0.6),
        ["to and fro"] = now => Math.Floor(now / 7) % 2 == 0 ? (0.04, 0.2) : (0.12, 0.6),
        ["slower and slower"] = now => (0.03 * (1 + 2 * now / Budget), 0.1 * (1 + 2 * now / Budget)),
        ["a pause"] = now => now is > 80 and < 81 ? (15, 15) : (0.05, 0.2),
        ["dear validations"] = _ => (0.05, 6),
        ["dear validations, slower by three"] = now => now < 0.5 * Budget ? (0.05, 2) : (0.15, 6),
        ["dear steps"] = _ => (3, 1),
        ["cheap steps"] = _ => (0.012, 0.01),
        ["a long pause near the end"] = now => now is > 90 and < 91 ? (20, 20) : (0.05, 0.2),
    };

    [Theory]
    [MemberData(nameof(Machines))]
    public void A_time_is_kept_within_a_tenth_whatever_the_machine_does(string machine)
    {
        using var tiny = new TinyTraining(400);
        var (time, validations) = (new FakeTime(), 0);
        var trainer = tiny.Trainer(new TrainingOptions { Minutes = Minutes, Patience = 0, Threads = 1 }, Steps(machine, time), time, _ =>
        {
            validations++;
            time.Advance(Speeds[machine](time.Seconds).Validation);
        });
        time.Advance(Preparation); // such as for baselines
        trainer.Run();
        Assert.InRange(time.Seconds, 0.9 * Budget, 1.1 * Budget);
        Assert.InRange(validations, 2, 110);
        Assert.InRange(trainer.Repeat.Plan!.Moments.Count, 1, 60);
    }

    [Theory]
    [InlineData("slower by three"), InlineData("to and fro"), InlineData("dear validations, slower by three"), InlineData("dear steps")]
    public void The_recorded_plan_repeats_the_run(string machine)
    {
        using var tiny = new TinyTraining(400);
        var time = new FakeTime();
        var options = new TrainingOptions { Minutes = Minutes, Threads = 1 };
        var trainer = tiny.Trainer(options, Steps(machine, time), time, _ => time.Advance(Speeds[machine](time.Seconds).Validation));
        var trained = trainer.Run();
        Assert.Equal(trainer.Repeat.Plan!.ToString(), trained.Plan);
        var again = tiny.Trainer(trainer.Repeat with { Threads = 2 }).Run();
        Assert.Equal(trained.Identity(), again.Identity());
        Assert.Equal(trained.Plan, again.Plan);
    }

    [Fact]
    public void A_run_that_is_stopped_and_resumed_keeps_the_time_and_its_plan_repeats_it()
    {
        using var tiny = new TinyTraining(400);
        var options = new TrainingOptions { Minutes = Minutes, Threads = 1 };
        var spent = 0.0;
        var plans = new List<string>();
        foreach (var stopAt in (long[])[300, 700, -2])
        {
            var (time, stop) = (new FakeTime(), new CancellationTokenSource());
            var trainer = tiny.Trainer(options, (step, loss) =>
            {
                if (step == stopAt) stop.Cancel();
                time.Advance(stopAt == 700 ? 0.15 : 0.05);
                return loss;
            }, time, _ => time.Advance(0.3), keeps: true);
            Assert.Equal(stopAt != 300, trainer.Resume());
            var trained = trainer.Run(stop.Token);
            Assert.Equal(stopAt > 0, trainer.Interrupted);
            plans.Add(trained.Plan);
            Assert.StartsWith(plans[0], trained.Plan);
            spent += time.Seconds;
            if (trainer.Interrupted) continue;
            Assert.Equal(trained.Identity(), tiny.Trainer(trainer.Repeat).Run().Identity());
        }
        Assert.InRange(spent, 0.9 * Budget, 1.1 * Budget);
    }

    [Fact]
    public void A_plan_repeats_a_run_that_rolled_back_too()
    {
        using var tiny = new TinyTraining(400);
        var time = new FakeTime();
        Func<long, double, double> Failing(Action tick)
        {
            var failed = 0;
            return (step, loss) =>
            {
                tick();
                return step is 555 && failed++ == 0 ? double.NaN : loss;
            };
        }

        var trainer = tiny.Trainer(new TrainingOptions { Minutes = Minutes, Threads = 1 }, Failing(() => time.Advance(time.Seconds < 20 ? 0.03 : time.Seconds < 40 ? 0.1 : 0.04)), time, _ => time.Advance(0.2));
        var trained = trainer.Run();
        Assert.Equal(trained.Identity(), tiny.Trainer(trainer.Repeat, Failing(() => { })).Run().Identity());
    }

    [Fact]
    public void Few_items_are_validated_at_a_distance_and_not_given_up_before_half_of_the_plan()
    {
        using var tiny = new TinyTraining(12);
        var (time, at) = (new FakeTime(), new List<(long Step, double Seconds)>());
        var trainer = tiny.Trainer(new TrainingOptions { Minutes = Minutes, Threads = 1 }, (_, loss) =>
        {
            time.Advance(0.05);
            return loss;
        }, time, moment => at.Add((moment.Step, moment.Seconds)));
        trainer.Run();
        Assert.Equal(2, trainer.Batch);
        Assert.InRange(trainer.Step, 0.5 * trainer.TotalSteps, trainer.TotalSteps);
        for (var i = 1; i < at.Count - 1; i++)
        {
            Assert.True(at[i].Step - at[i - 1].Step >= 10);
            Assert.True(at[i].Seconds - at[i - 1].Seconds >= 1.9);
        }
    }

    [Fact]
    public void Plans_that_contradict_other_options_are_refused()
    {
        using var tiny = new TinyTraining(40);
        var plan = TrainingPlan.Parse("0:20:5");
        foreach (var options in (TrainingOptions[])[new() { Plan = plan, Minutes = 1 }, new() { Plan = plan, Epochs = 1 }, new() { Plan = plan, Steps = 21 }, new() { Plan = plan, ValidateEvery = 5 }])
            Assert.Contains("plan=", Assert.Throws<UsageException>(() => tiny.Trainer(options)).Message);
        Assert.Equal(20, tiny.Trainer(new TrainingOptions { Plan = plan, Steps = 20 }).Run().Summary["steps"]);
    }

    static Func<long, double, double> Steps(string machine, FakeTime time) => (_, loss) =>
    {
        time.Advance(Speeds[machine](time.Seconds).Step);
        return loss;
    };
}
