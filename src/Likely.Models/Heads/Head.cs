using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// What a network's last outputs mean: the distribution of the symbols of one position, given as a row of numbers. A head says how likely
/// symbols are (with the gradient, for training), and what the probability of all symbols below one is; drawing and coding follow
/// from that alone. A new head is one file and its line in <c>Known</c>.
/// </summary>
public abstract unsafe class Head : ILikelihood
{
    private protected Head(int symbols, int levels) => (Symbols, Levels) = (symbols, levels);

    /// <summary>Symbols at one position.</summary>
    public int Symbols { get; }

    /// <summary>Values of one symbol.</summary>
    public int Levels { get; }

    /// <summary>Numbers the network gives for one position: the length of a row.</summary>
    public abstract int Outputs { get; }

    /// <summary>Where an output's bias begins.</summary>
    public virtual double InitialBias(int output) => 0;

    /// <summary>How much of a prediction of a symbol's value, in -1..1, an output begins with, where such predictions are added to the outputs; 0: nothing.</summary>
    public virtual double Prediction(int output, int symbol) => 0;

    /// <summary>Where an output's bias begins if predictions are added.</summary>
    public virtual double ResidualBias(int output) => InitialBias(output);

    /// <summary>True if the numbers of one symbol may depend on the symbols before it at the same position only through the network.</summary>
    public virtual bool NeedsGroups => Symbols > 1;

    /// <summary>True if a symbol is one bit, whose probability says everything.</summary>
    public virtual bool IsBit => false;

    void ILikelihood.LogProbabilities(float* row, int* symbols, float* logs, float* gradient, float scale) => LogProbabilities(row, symbols, logs, gradient, scale);

    /// <inheritdoc cref="ILikelihood.LogProbabilities"/>
    internal abstract void LogProbabilities(float* row, int* symbols, float* logs, float* gradient, float scale);

    /// <summary>log p (nats) of one symbol, the <paramref name="at"/>-th of its position, given those before it: the same bits as among all.</summary>
    internal abstract float LogProbability(float* row, int* symbols, int at);

    /// <summary>A distribution function, to be begun for one symbol after another.</summary>
    internal abstract Cumulative NewCumulative();

    internal const string Auto = "auto";

    static readonly (string Name, Func<Space, int, Head> Create)[] Known =
    [
        ("bernoulli", (space, _) => new BernoulliHead(space.Symbols, space.Levels)),
        ("softmax", (space, _) => new SoftmaxHead(space.Symbols, space.Levels)),
        ("mixture", (space, components) => space.Alphabet.Scale == AlphabetScale.Ordinal ? new LogisticMixtureHead(space.Symbols, space.Levels, components, space.IsInTime)
            : throw new ModelException("head=mixture is for levels of a quantity, and the symbols are names")),
    ];

    /// <summary>The head of one column of a table: one probability a value, or names and a mixture over levels; a bit is none, so that all columns are coded alike.</summary>
    internal static Head OfColumn(Alphabet alphabet, int components)
        => alphabet.Size - alphabet.Names < LogisticMixtureHead.Fewest ? new SoftmaxHead(1, alphabet.Size) : new NumberHead(alphabet, components);

    /// <summary>The heads that a config's key <c>head</c> can name.</summary>
    internal static string[] Names => [.. Known.Select(head => head.Name)];

    /// <summary>The head named by a config's <c>head</c> key; <c>auto</c>: bits for 2 levels, a mixture for colours of 256, else one probability a level.</summary>
    /// <exception cref="ModelException">There is no such head, or it cannot describe this space.</exception>
    public static Head Create(string name, Space space, int components)
    {
        if (name == Auto) name = space.Levels == 2 ? "bernoulli" : space is { Levels: 256, Symbols: 3 } ? "mixture" : "softmax";
        foreach (var head in Known)
            if (head.Name == name)
                return head.Create(space, components);
        throw new ModelException($"there is no head '{name}'");
    }
}
