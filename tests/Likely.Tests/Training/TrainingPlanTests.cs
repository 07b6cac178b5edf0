using Xunit;

namespace Likely.Tests.Training;

/// <summary>Plans with several moments: how far a run is, what the rate is, and their text.</summary>
public sealed class TrainingPlanTests
{
    [Fact]
    public void A_plan_of_one_moment_has_the_rates_it_always_had()
    {
        var options = new TrainingOptions();
        foreach (var total in new long[] { 1, 7, 300, 46_875 })
        {
            var plan = new TrainingPlan(total, 10);
            var warmUp = Math.Min(500, total / 20);
            for (var step = 0L; step < total; step += Math.Max(1, total / 97))
            {
                var share = (double)(step - warmUp) / Math.Max(1, total - warmUp);
                var expected = step < warmUp ? 2e-3 * (step + 1) / (warmUp + 1) : 2e-3 * (0.01 + (1 - 0.01) * 0.5 * (1 + Likely.Tensors.ExactMath.Cos(Math.PI * share)));
                Assert.Equal(expected, options.RateAt(step, plan, 2e-3));
            }
        }
    }

    [Theory]
    [InlineData("0:1000:50,200:600:40,500:2000:100"), InlineData("0:100:10,90:91:10"), InlineData("0:1000:50,10:500:40,400:5000:40,4000:4001:1")]
    public void However_often_it_is_decided_anew_a_run_never_jumps_and_always_arrives(string text)
    {
        var plan = TrainingPlan.Parse(text);
        var warmUp = new TrainingOptions().WarmUpOf(plan);
        var steepest = plan.Moments.Select((moment, k) => (1 - plan.Share(moment.Step, warmUp)) / (moment.Total - Math.Max(moment.Step, warmUp))).Max();
        for (var step = 0L; step < plan.Total; step++) Assert.InRange(plan.Share(step + 1, warmUp) - plan.Share(step, warmUp), 0, steepest + 1e-12);
        Assert.Equal(0, plan.Share(warmUp, warmUp));
        Assert.Equal(1, plan.Share(plan.Total, warmUp), 1e-12);
    }

    [Fact]
    public void Between_moments_it_is_linear()
    {
        var plan = TrainingPlan.Parse("0:1000:50,200:600:40");
        Assert.Equal(0.1, plan.Share(100, 0), 1e-12);
        Assert.Equal(0.2, plan.Share(200, 0), 1e-12);
        Assert.Equal(0.6, plan.Share(400, 0), 1e-12);
        Assert.Equal((50, 50, 40), (plan.EveryAt(1), plan.EveryAt(200), plan.EveryAt(201)));
        Assert.Equal((600, 40), (plan.Total, plan.Every));
    }

    [Fact]
    public void Its_text_gives_it_back_and_other_texts_are_refused()
    {
        foreach (var text in (string[])["0:1:1", "0:1000:50,200:600:40,500:2000:100"]) Assert.Equal(text, TrainingPlan.Parse(text).ToString());
        foreach (var text in (string[])["", "0", "0:10", "0:0:1", "1:10:1", "0:10:0", "0:10:1,", "0:10:1,10:20:1", "0:10:1,5:5:1", "0:10:1,5:9:1,5:9:2", "0:-1:1", "0:10:1:1", "0:99999999999:1", "a:b:c"])
            Assert.Contains($"'{text}' is no plan", Assert.Throws<UsageException>(() => TrainingPlan.Parse(text)).Message);
    }
}
