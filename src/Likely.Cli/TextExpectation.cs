using System.Globalization;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>
/// What a training on text may reach, before it begins: what trainings of as much arithmetic reached here on English plays of 1 MB (docs/results/expectations.md), and what text of that loss looks like.
/// Rough: other texts are easier or harder, and models of one size differ.
/// </summary>
/// <param name="Bits">Bits a character of text that was not trained on.</param>
/// <param name="Bound">"about", or beyond what was measured "more than" or "less than".</param>
/// <param name="Weights">Weights, in millions, of the model that was measured.</param>
sealed record TextExpectation(double Bits, string Bound, double Weights)
{
    // Multiply-adds of a weight that are spent on a training symbol: one forward, two back; as many additions.
    const double Operations = 6;

    // Operations, bits a character, millions of weights, in the order of operations.
    static readonly (double Operations, double Bits, double Weights)[] Measured = [(4.0e12, 2.95, 0.8), (7.9e12, 2.69, 0.8), (76e12, 2.20, 1.1), (170e12, 2.12, 2.4)];

    /// <summary>Of a training on some data; null where what was measured says nothing of it: of other data than text, much less of it, other tokens than characters and bytes, or of going over it again and again.</summary>
    /// <param name="data">The data.</param>
    /// <param name="symbols">Symbols that are trained on.</param>
    /// <param name="epochs">How often.</param>
    /// <param name="multiplyAdds">Multiply-adds forward.</param>
    public static TextExpectation? For(Dataset data, double symbols, double epochs, double multiplyAdds)
    {
        const double FewestSymbols = 200_000, MostEpochs = 60;
        return data.Modality == Modality.Text && data.Tokens is { Size: <= 512 } && symbols >= FewestSymbols && epochs <= MostEpochs ? Of(multiplyAdds) : null;
    }

    /// <summary>Of a training of that many multiply-adds forward.</summary>
    public static TextExpectation Of(double multiplyAdds)
    {
        var operations = Operations * multiplyAdds;
        if (operations < Measured[0].Operations / 1.5) return new TextExpectation(Measured[0].Bits, "more than", Measured[0].Weights);
        if (operations > Measured[^1].Operations * 1.5) return new TextExpectation(Measured[^1].Bits, "less than", Measured[^1].Weights);
        var above = Math.Clamp(Array.FindIndex(Measured, one => one.Operations >= operations), 1, Measured.Length - 1);
        if (operations > Measured[^1].Operations) above = Measured.Length - 1;
        var (low, high) = (Measured[above - 1], Measured[above]);
        // Loss falls about evenly with the logarithm of what is spent.
        var share = Math.Clamp(ExactMath.Log(operations / low.Operations) / ExactMath.Log(high.Operations / low.Operations), 0, 1);
        return new TextExpectation(low.Bits + share * (high.Bits - low.Bits), "about", share < 0.5 ? low.Weights : high.Weights);
    }

    /// <summary>What text drawn from a model of that loss is like.</summary>
    public string Looks => Bits switch
    {
        > 2.9 => "letters and blanks in the right places, short words, and longer ones that are none",
        > 2.5 => "lines and names of the right form, about half of the words real",
        > 2.15 => "the right form, most words real, no sense beyond a few of them",
        _ => "real words in phrases that hold together, without a thread from one sentence to the next",
    };

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Bound} {Bits:0.0} bits/character, as models of {Weights:0.#} million weights reached with as much arithmetic on English plays of 1 MB, roughly; such text has {Looks}");
}
