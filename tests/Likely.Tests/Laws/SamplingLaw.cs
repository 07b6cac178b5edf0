using Likely.Models;
using Likely.Tensors;
using Xunit;

namespace Likely.Tests.Laws;

/// <summary>
/// Samples follow the density: over a listed space, the mean surprise of 2,000 own samples is the model's entropy within 4 standard
/// errors, and the states' frequencies pass a chi-square test (cells expected fewer than 5 times are one cell).
/// </summary>
public sealed class SamplingLaw
{
    const int Count = 2000;

    public static TheoryData<string> Cases => LawCases.Names(c => c.States <= TinySpace.Limit);

    [Theory, MemberData(nameof(Cases))]
    public void Own_samples_have_the_models_entropy_and_frequencies(string name)
    {
        var law = LawCases.Find(name);
        var model = law.Build();
        var label = law.Classes == 0 ? -1 : 1;
        for (var member = 0; member < Math.Min(2, model.Members); member++)
        {
            var logs = TinySpace.LogLikelihoods(model, label, member);
            double entropy = 0, square = 0;
            foreach (var log in logs)
            {
                entropy -= Math.Exp(log) * log;
                square += Math.Exp(log) * log * log;
            }
            var states = Sample(model, label, member);
            var surprise = -states.Average(state => logs[state]);
            var error = Math.Sqrt(Math.Max(0, square - entropy * entropy) / Count);
            Assert.True(Math.Abs(surprise - entropy) <= 4 * error + 1e-5,
                $"{law}, member {member}: mean surprise {surprise:F5} nats, entropy {entropy:F5}, standard error {error:F5}");

            var (chiSquare, freedom) = ChiSquare(logs, states);
            Assert.True(chiSquare <= freedom + 5 * Math.Sqrt(2.0 * freedom) + 5, $"{law}, member {member}: chi-square {chiSquare:F1} with {freedom} degrees of freedom");
        }
    }

    static int[] Sample(AutoregressiveModel model, int label, int member)
    {
        const int Batch = 500;
        var random = new Philox(1, RandomPurpose.Sampling);
        var states = new int[Count];
        for (var first = 0; first < Count; first += Batch)
        {
            var predictor = model.Predict(Batch, label < 0 ? [] : Enumerable.Repeat(label, Batch).ToArray(), member);
            var examples = new int[Batch * model.Space.Dimensions];
            var (symbols, uniform, sampler) = (new int[Batch], new double[Batch], new Sampler());
            for (var step = 0; step < predictor.Count; step++)
            {
                var distributions = predictor.Next();
                var dimension = predictor.DimensionAt(step);
                for (var b = 0; b < Batch; b++) uniform[b] = random.UniformDouble((ulong)(first + b), (ulong)dimension);
                sampler.Draw(distributions, uniform, symbols);
                for (var b = 0; b < Batch; b++) examples[b * model.Space.Dimensions + dimension] = symbols[b];
                predictor.Observe(symbols);
            }
            for (var b = 0; b < Batch; b++) states[first + b] = TinySpace.Index(model.Space, examples.AsSpan(b * model.Space.Dimensions, model.Space.Dimensions));
        }
        return states;
    }

    static (double ChiSquare, int Freedom) ChiSquare(double[] logs, int[] states)
    {
        var seen = new int[logs.Length];
        foreach (var state in states) seen[state]++;
        double sum = 0, restExpected = 0;
        int cells = 0, restSeen = 0;
        for (var i = 0; i < logs.Length; i++)
        {
            var expected = Count * Math.Exp(logs[i]);
            if (expected < 5)
            {
                restExpected += expected;
                restSeen += seen[i];
                continue;
            }
            sum += (seen[i] - expected) * (seen[i] - expected) / expected;
            cells++;
        }
        if (restExpected >= 5)
        {
            sum += (restSeen - restExpected) * (restSeen - restExpected) / restExpected;
            cells++;
        }
        return (sum, Math.Max(1, cells - 1));
    }
}
