using Likely.Models;
using Likely.Tests.Reference;

namespace Likely.Tests.Tensors;

/// <summary>Every registered head with its twin in double precision. A head without a case fails <see cref="LikelihoodTests"/>.</summary>
static class HeadCases
{
    public static IReadOnlyList<HeadCase> All { get; } =
    [
        new("bernoulli", [new BernoulliHead(1, 2), new BernoulliHead(3, 2)], (_, _) => HeadNumber.Logit, (_, row, symbols, at) => DoubleOps.LogSigmoid(symbols[at] == 1 ? row[at] : -row[at])),
        new("softmax", [new SoftmaxHead(1, 5), new SoftmaxHead(3, 33)], (_, _) => HeadNumber.Logit,
            (head, row, symbols, at) => row[at * head.Levels + symbols[at]] - DoubleOps.LogSumExp(row.Slice(at * head.Levels, head.Levels))),
        new("mixture", [new LogisticMixtureHead(1, 256, 1), new LogisticMixtureHead(3, 256, 1), new LogisticMixtureHead(1, 256, 10), new LogisticMixtureHead(3, 256, 10), new LogisticMixtureHead(1, 1000, 3), new LogisticMixtureHead(1, 16, 2)],
            (head, output) => (output / Components(head)) switch
            {
                0 => HeadNumber.Logit,
                var group when group > 2 * head.Symbols => HeadNumber.Coefficient,
                var group => group % 2 == 1 ? HeadNumber.Mean : HeadNumber.LogScale,
            },
            (head, row, symbols, at) => DoubleOps.Mixture(row, Components(head), symbols[..(at + 1)], head.Levels) - (at == 0 ? 0 : DoubleOps.Mixture(row, Components(head), symbols[..at], head.Levels))),
    ];

    /// <summary>All heads of all cases.</summary>
    public static Head[] Heads { get; } = [.. All.SelectMany(known => known.Heads)];

    public static HeadCase Of(Head head) => All.Single(known => known.Heads[0].GetType() == head.GetType());

    static int Components(Head head) => head.Outputs / (head.Symbols == 1 ? 3 : 10);
}
