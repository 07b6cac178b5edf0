using Likely.Tests.Tensors;
using Xunit;

namespace Likely.Tests.Laws;

/// <summary>A symbol says nothing about those visited before it, to the last bit, and something about those after.</summary>
public sealed class CausalityLaw
{
    public static TheoryData<string> Cases => LawCases.Names();

    [Theory, MemberData(nameof(Cases))]
    public void A_changed_symbol_leaves_all_earlier_log_probabilities_as_they_were(string name)
    {
        var law = LawCases.Find(name);
        var model = law.Build();
        for (var member = 0; member < Math.Min(3, model.Members); member++)
        {
            var order = model.Predict(1, law.Labels(1), member);
            // Example 0 as it is; example 1 + t with another symbol at step t.
            var count = order.Count;
            var original = law.Examples(1)[0];
            var examples = new int[count + 1][];
            for (var i = 0; i <= count; i++)
            {
                examples[i] = [.. original];
                if (i == 0) continue;
                ref var symbol = ref examples[i][order.DimensionAt(i - 1)];
                symbol = (symbol + 1) % law.Space.AlphabetAt(order.DimensionAt(i - 1)).Size;
            }
            var logs = Faces.Parallel(model, examples, law.Classes == 0 ? [] : new int[count + 1], member);
            var reached = false;
            for (var t = 0; t < count; t++)
                for (var step = 0; step < count; step++)
                {
                    var dimension = order.DimensionAt(step);
                    var same = Bits.Same(logs[0][dimension], logs[1 + t][dimension]);
                    if (step < t) Assert.True(same, $"{law}, member {member}: the symbol visited at step {t} changes the log-probability at step {step}");
                    if (step > t && !same) reached = true;
                }
            Assert.True(reached || count == 1, $"{law}, member {member}: no symbol matters to a later one");
            Assert.Equal(Enumerable.Range(0, count), Enumerable.Range(0, count).Select(order.DimensionAt).Order());
        }
    }
}
