using Likely.Models;
using Likely.Tensors;
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
        new("number", [new NumberHead(Alphabet.OfColumn(2, 300), 3), new NumberHead(Alphabet.OfColumn(5, 16), 1)],
            (head, output) => output <= ((NumberHead)head).NameCount ? HeadNumber.Logit : ((output - ((NumberHead)head).NameCount - 1) / NumberComponents(head)) switch { 0 => HeadNumber.Logit, 1 => HeadNumber.Mean, _ => HeadNumber.LogScale },
            (head, row, symbols, _) =>
            {
                var names = ((NumberHead)head).NameCount;
                var log = row[Math.Min(symbols[0], names)] - DoubleOps.LogSumExp(row[..(names + 1)]);
                return symbols[0] < names ? log : log + DoubleOps.Mixture(row[(names + 1)..], NumberComponents(head), [symbols[0] - names], head.Levels - names);
            }),
    ];

    /// <summary>All heads of all cases.</summary>
    public static Head[] Heads { get; } = [.. All.SelectMany(known => known.Heads)];

    public static HeadCase Of(Head head) => All.Single(known => known.Heads[0].GetType() == head.GetType());

    static int NumberComponents(Head head) => (head.Outputs - ((NumberHead)head).NameCount - 1) / 3;

    static int Components(Head head) => head.Outputs / (head.Symbols == 1 ? 3 : 10);
}
