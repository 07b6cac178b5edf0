namespace Likely.Models;

/// <summary>
/// The distribution function of one symbol, in double: how much of the whole lies below each level. It never falls, so differences are
/// probabilities, a number of the whole has one level (drawing), and shares of it can be told apart (coding). One object serves one
/// example, symbol after symbol; begun for the symbols of a position in turn it may carry on what it found.
/// </summary>
public abstract unsafe class Cumulative
{
    private protected Cumulative(Head head) => (Head, Levels) = (head, head.Levels);

    /// <summary>What the numbers of a row mean.</summary>
    public Head Head { get; }

    /// <summary>Values of the symbol.</summary>
    public int Levels { get; }

    /// <summary>What all levels weigh together as the coder's integers are made of it.</summary>
    public virtual double Total => Below(Levels);

    /// <summary>What the levels below <paramref name="level"/> weigh, 0 .. <see cref="Levels"/>; 0 for level 0. Not a number if the row is not finite.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such level.</exception>
    public double Below(int level)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)level, (uint)Levels, nameof(level));
        return Find(level);
    }

    /// <summary>
    /// The level whose share of the whole holds <paramref name="u"/>, 0 up to 1, by bisection; never one that weighs nothing if another does. A smaller number
    /// and what is none are taken as 0, a larger one as almost 1.
    /// </summary>
    /// <exception cref="ModelException">The levels together weigh nothing, or no finite number: there is nothing to draw from.</exception>
    public int Draw(double u)
    {
        var target = (u > 0 ? u : 0) * RequireWeight(Below(Levels));
        var (low, high) = (0, Levels); // Below(low) <= target < Below(high), as far as numbers tell
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (Below(middle) <= target) low = middle;
            else high = middle;
        }
        // Rounding can put the target at the whole: then the last level that weighs something.
        while (low > 0 && !(Below(low + 1) > Below(low))) low--;
        return low;
    }

    /// <summary>What all levels weigh, if one of them can be drawn.</summary>
    static double RequireWeight(double whole) => whole > 0 && double.IsFinite(whole) ? whole : throw NotFinite();

    internal static ModelException NotFinite() => new("the model tells no distribution to draw from, as its numbers are not finite: its weights are too large, from training at too high a rate or a damaged file", new NotFiniteNumberException());

    /// <summary>The probabilities of all levels: the differences, as shares of the whole.</summary>
    /// <exception cref="ArgumentException">There is too little room.</exception>
    public void Probabilities(Span<double> probabilities)
    {
        if (probabilities.Length < Levels) throw new ArgumentException($"{Levels} levels need room for as many probabilities, not {probabilities.Length}", nameof(probabilities));
        var (whole, below) = (Below(Levels), 0.0);
        for (var level = 0; level < Levels; level++)
        {
            var next = Below(level + 1);
            (probabilities[level], below) = ((next - below) / whole, next);
        }
    }

    /// <summary><see cref="Below"/> of a level that is one.</summary>
    private protected abstract double Find(int level);

    /// <summary>Begins with the symbol <paramref name="at"/> of a row's position.</summary>
    /// <param name="row">The head's numbers; sixteen behind them must be readable.</param>
    /// <param name="known">The symbols of the position before this one.</param>
    /// <param name="at">Which of them it is.</param>
    /// <param name="temperature">Logits are divided by it.</param>
    internal abstract void Begin(float* row, int* known, int at, float temperature);
}
