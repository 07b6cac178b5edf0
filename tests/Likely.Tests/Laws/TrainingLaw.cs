using Likely.Tests.Tensors;
using Xunit;

namespace Likely.Tests.Laws;

/// <summary>Training learns, repeats itself bit for bit with any number of threads, and lives on the buffers of its first steps.</summary>
public sealed class TrainingLaw
{
    public static TheoryData<string> Cases => LawCases.Names();
    // More than one variable to learn, and no noise from dropout.
    public static TheoryData<string> LearnableCases => LawCases.Names(c => !c.Dropout && c.Space.Dimensions > 1);

    [Theory, MemberData(nameof(LearnableCases))]
    public void A_model_overfits_one_batch(string name)
    {
        var law = LawCases.Find(name);
        var steps = new ShardedSteps(LawCases.WithReach(law).Build(law.Space, law.Classes, 1), 1, threads: 1);
        var (examples, labels) = (law.Examples(4), law.Labels(4));
        // Four equally likely examples cannot be told apart from one another before they differ: log 4 nats remain.
        var floor = Math.Log(4);
        double start = 0, best = double.PositiveInfinity;
        for (var step = 0; step < 600; step++)
        {
            var nats = steps.Step(examples, labels, step < 400 ? 0.02f : 0.005f);
            if (step == 0) start = nats;
            best = Math.Min(best, nats);
            if (best - floor < (start - floor) / 5) return;
        }
        Assert.Fail($"{law}: 600 steps on 4 examples went from {start:F2} to {best:F2} nats, not below a fifth above the floor of {floor:F2}");
    }

    [Theory, MemberData(nameof(Cases))]
    public void The_same_seed_gives_the_same_bits_for_one_and_two_threads(string name)
    {
        var law = LawCases.Find(name);
        var once = Weights(law, seed: 1, threads: 1);
        Bits.AssertEqual(once, Weights(law, seed: 1, threads: 1), $"{law}: weights after 3 steps, again");
        Bits.AssertEqual(once, Weights(law, seed: 1, threads: 2), $"{law}: weights after 3 steps with 2 threads");
        Assert.False(once.AsSpan().SequenceEqual(Weights(law, seed: 2, threads: 1)), $"{law}: seed 2 gives the weights of seed 1");
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_training_step_allocates_no_buffer_after_warm_up(string name)
    {
        var law = LawCases.Find(name);
        var steps = new ShardedSteps(law.Build(), 1, threads: 1);
        var (examples, labels) = (law.Examples(19), law.Labels(19));
        steps.Step(examples, labels, 1e-3f);
        steps.Step(examples, labels, 1e-3f);
        var buffers = steps.Tapes.Sum(tape => tape.Allocations);
        for (var i = 0; i < 3; i++)
        {
            steps.Step(examples, labels, 1e-3f);
            Assert.True(steps.ManagedBytes < 100_000, $"{law}: a shard's step takes {steps.ManagedBytes} bytes of managed memory");
        }
        Assert.True(buffers == steps.Tapes.Sum(tape => tape.Allocations), $"{law}: steps after the second allocate buffers");
    }

    static float[] Weights(LawCase law, ulong seed, int threads)
    {
        var model = law.Build(seed);
        var steps = new ShardedSteps(model, seed, threads);
        for (var i = 0; i < 3; i++) steps.Step(law.Examples(19, stream: (ulong)i), law.Labels(19), 1e-2f);
        return [.. model.Parameters.Parameters.SelectMany(parameter => parameter.ToArray())];
    }
}
