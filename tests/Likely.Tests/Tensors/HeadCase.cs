using Likely.Models;

namespace Likely.Tests.Tensors;

/// <summary>What a number of a row means, so that laws try values that matter: logits of any size, means beside the range of -1..1, logarithms of scales.</summary>
enum HeadNumber
{
    Logit,
    Mean,
    LogScale,
    Coefficient,
}

/// <summary>What the laws need to know of a registered head.</summary>
/// <param name="Name">The one it is registered by.</param>
/// <param name="Heads">Some of it: of one symbol and of several, of few levels and of many.</param>
/// <param name="Number">What each number of a row is.</param>
/// <param name="Twin">log p of a symbol given those before it, by the formula.</param>
sealed record HeadCase(string Name, Head[] Heads, Func<Head, int, HeadNumber> Number, HeadCase.Formula Twin)
{
    public delegate double Formula(Head head, ReadOnlySpan<double> row, ReadOnlySpan<int> symbols, int at);

    /// <summary>Whether levels are parts of a range, with edges between them.</summary>
    public bool HasEdges => Means(Heads[0]) > 0;

    /// <summary>Whether one mean explains a symbol, so that it may lie anywhere.</summary>
    public bool HasOneMean(Head head) => Means(head) == head.Symbols;

    int Means(Head head) => Enumerable.Range(0, head.Outputs).Count(output => Number(head, output) == HeadNumber.Mean);
}
