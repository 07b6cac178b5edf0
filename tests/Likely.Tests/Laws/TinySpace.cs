using Likely.Models;
using Likely.Tensors;

namespace Likely.Tests.Laws;

/// <summary>All states of a space small enough to be listed, with their log-likelihoods under a model.</summary>
static class TinySpace
{
    /// <summary>The largest space that is listed.</summary>
    public const int Limit = 5000;

    /// <summary>State i: its digits in base levels, those of each symbol its own, the first symbol the lowest.</summary>
    public static int[] State(Space space, int index)
    {
        var symbols = new int[space.Dimensions];
        for (var d = 0; d < symbols.Length; index /= space.AlphabetAt(d++).Size) symbols[d] = index % space.AlphabetAt(d).Size;
        return symbols;
    }

    /// <summary>The index of a state.</summary>
    public static int Index(Space space, ReadOnlySpan<int> symbols)
    {
        var index = 0;
        for (var d = symbols.Length - 1; d >= 0; d--) index = index * space.AlphabetAt(d).Size + symbols[d];
        return index;
    }

    /// <summary>Log-likelihoods of all states in nats, given a label (-1: none).</summary>
    public static double[] LogLikelihoods(AutoregressiveModel model, int label, int member)
    {
        var count = 1;
        for (var d = 0; d < model.Space.Dimensions; d++) count *= model.Space.AlphabetAt(d).Size;
        var totals = new double[count];
        for (var first = 0; first < count; first += 512)
        {
            var examples = new int[Math.Min(512, count - first)][];
            for (var i = 0; i < examples.Length; i++) examples[i] = State(model.Space, first + i);
            var labels = label < 0 ? [] : Enumerable.Repeat(label, examples.Length).ToArray();
            Faces.Totals(Faces.Parallel(model, examples, labels, member)).CopyTo(totals, first);
        }
        return totals;
    }
}
