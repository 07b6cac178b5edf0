using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Tensors;

/// <summary>What a division by zero means in Adam, how soon the running average forgets the initial weights, and where the lasso lets weights rest.</summary>
public sealed unsafe class OptimizerTests
{
    const float Rate = 0.01f;

    [Theory]
    [InlineData(0.0), InlineData(1e-50), InlineData(1e-8)]
    public void A_weight_without_gradient_stays_whatever_epsilon_is(double epsilon)
    {
        var (set, weight) = Weights();
        var optimizer = new Optimizer(set) { Epsilon = epsilon, ClipNorm = 1 };
        // The first has a gradient, the second one whose square vanishes in float, the others none.
        for (var step = 1; step <= 5; step++) Update(optimizer, set, weight, [0.5f, 1e-30f]);
        var values = weight.ToArray();
        Assert.Equal(1 - 5 * Rate, values[0], 1e-5);
        Assert.All(values[1..], value => Assert.Equal(1, value));
    }

    [Fact]
    public void The_average_of_a_short_run_forgets_the_initial_weights()
    {
        var (set, weight) = Weights();
        var optimizer = new Optimizer(set) { AverageDecay = 0.9995 };
        double average = 1, begin = 1;
        for (var step = 1; step <= 40; step++)
        {
            Update(optimizer, set, weight, [1]);
            var decay = (1.0 + step) / (10.0 + step);
            (average, begin) = (decay * average + (1 - decay) * weight.ToArray()[0], decay * begin);
        }
        Assert.Equal(average, optimizer.Average.Span(weight.Offset, 1)[0], 1e-5);
        Assert.InRange(begin, 0, 1e-6);
    }

    [Fact]
    public void Weights_learn_at_their_own_rate()
    {
        var set = new ParameterSet();
        var (fast, slow, last) = (Add("fast", 1), Add("slow", 0.01), Add("last", 1));
        set.Allocate(1);
        var optimizer = new Optimizer(set);
        var shards = new FloatBlock[8];
        for (var i = 0; i < shards.Length; i++)
        {
            shards[i] = new FloatBlock(set.Length);
            shards[i].Span(0, (int)set.Length).Fill(1);
        }
        for (var step = 0; step < 5; step++) optimizer.Update(shards, Rate, 1);
        Assert.All(fast.ToArray(), value => Assert.Equal(1 - 5 * Rate, value, 1e-5));
        Assert.All(slow.ToArray(), value => Assert.Equal(1 - 0.05 * Rate, value, 1e-6));
        Assert.Equal(fast.ToArray(), last.ToArray());

        Parameter Add(string name, double rate) => set.Add(new Parameter(name, new Shape(1, 1, 20), (_, _) => 1) { Rate = rate });
    }

    // Half the squared distance to a target plus lasso |w| is least at the target shrunk by lasso (soft thresholding), at exactly 0 for what is smaller; a bias reaches its target.
    [Theory]
    [InlineData(1e-8), InlineData(0.0)]
    public void The_lasso_rests_where_its_objective_is_least(double epsilon)
    {
        const float Lasso = 0.25f;
        float[] targets = [2, -1, 0.26f, 0.24f, -0.1f, 0, -0.25f];
        var set = new ParameterSet();
        var weight = set.Add(new Parameter("weight", new Shape(1, 2, targets.Length), (_, _) => 1));
        var bias = set.Add(new Parameter("bias", new Shape(1, 1, targets.Length), (_, _) => 1));
        set.Allocate(1);
        var optimizer = new Optimizer(set) { Lasso = Lasso, Epsilon = epsilon };
        var shards = new FloatBlock[8];
        for (var i = 0; i < 8; i++) shards[i] = new FloatBlock(set.Length);
        for (var step = 0; step < 12000; step++)
        {
            var values = weight.ToArray();
            for (var row = 0; row < 2; row++)
                for (var i = 0; i < targets.Length; i++) shards[0].Span(weight.Offset + row * weight.Stride, targets.Length)[i] = values[row * targets.Length + i] - targets[i];
            values = bias.ToArray();
            for (var i = 0; i < targets.Length; i++) shards[0].Span(bias.Offset, targets.Length)[i] = values[i] - targets[i];
            optimizer.Update(shards, Rate * Math.Pow(0.9995, step), 1);
        }
        for (var i = 0; i < 2 * targets.Length; i++)
        {
            var target = targets[i % targets.Length];
            var rests = MathF.Abs(target) <= Lasso ? 0 : target - Lasso * MathF.Sign(target);
            if (rests == 0) Assert.Equal(0, weight.ToArray()[i]);
            else Assert.Equal(rests, weight.ToArray()[i], 2e-3);
        }
        for (var i = 0; i < targets.Length; i++) Assert.Equal(targets[i], bias.ToArray()[i], 2e-3);
    }

    static (ParameterSet Set, Parameter Weight) Weights()
    {
        var set = new ParameterSet();
        var weight = set.Add(new Parameter("weight", new Shape(1, 1, 20), (_, _) => 1));
        set.Allocate(1);
        return (set, weight);
    }

    static void Update(Optimizer optimizer, ParameterSet set, Parameter weight, ReadOnlySpan<float> gradient)
    {
        var shards = new FloatBlock[8];
        for (var i = 0; i < 8; i++) shards[i] = new FloatBlock(set.Length);
        gradient.CopyTo(shards[0].Span(weight.Offset, gradient.Length));
        optimizer.Update(shards, Rate, 1);
    }
}
