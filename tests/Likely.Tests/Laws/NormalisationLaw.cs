using Xunit;

namespace Likely.Tests.Laws;

/// <summary>Probabilities sum to 1: over all states of a tiny space, and over the values of the next symbol.</summary>
public sealed class NormalisationLaw
{
    public static TheoryData<string> Cases => LawCases.Names();
    public static TheoryData<string> TinyCases => LawCases.Names(c => c.States <= TinySpace.Limit);

    [Theory, MemberData(nameof(TinyCases))]
    public void The_probabilities_of_all_states_sum_to_one(string name)
    {
        var law = LawCases.Find(name);
        var model = law.Build();
        for (var label = law.Classes == 0 ? -1 : 0; label < law.Classes; label++)
        {
            var average = 0.0;
            for (var member = 0; member < model.Members; member++)
            {
                var sum = TinySpace.LogLikelihoods(model, label, member).Sum(Math.Exp);
                average += sum / model.Members;
                Assert.True(Math.Abs(sum - 1) < 1e-5, $"{law}, label {label}, member {member}: the states' probabilities sum to {sum:G9}");
            }
            Assert.True(Math.Abs(average - 1) < 1e-5, $"{law}, label {label}: the ensemble's probabilities sum to {average:G9}");
            if (law.Classes == 0) break;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Next_symbols_probabilities_sum_to_one_and_agree_with_their_logarithms(string name)
    {
        var law = LawCases.Find(name);
        var model = law.Build();
        for (var member = 0; member < Math.Min(3, model.Members); member++)
        {
            var (examples, labels) = (law.Examples(3), law.Labels(3));
            var predictor = model.Predict(3, labels, member);
            var logs = new float[3];
            for (var step = 0; step < predictor.Count; step++)
            {
                var (probabilities, levels) = (Faces.Probabilities(predictor.Next()), law.Space.AlphabetAt(predictor.DimensionAt(step)).Size);
                var symbols = Array.ConvertAll(examples, example => example[predictor.DimensionAt(step)]);
                predictor.Observe(symbols, logs);
                for (var b = 0; b < 3; b++)
                {
                    var row = probabilities[(b * levels)..((b + 1) * levels)];
                    var sum = row.Sum();
                    Assert.True(Math.Abs(sum - 1) < 1e-9 && row.All(p => p >= 0), $"{law}, member {member}, step {step}: the next symbol's probabilities sum to {sum:G9}");
                    Assert.True(Math.Abs(row[symbols[b]] - Math.Exp(logs[b])) < 1e-5,
                        $"{law}, member {member}, step {step}: probability {row[symbols[b]]:G9}, but its logarithm says {Math.Exp(logs[b]):G9}");
                }
            }
            Assert.Equal(predictor.Count, predictor.Position);
        }
    }
}
