namespace Likely.Models;

/// <summary>A model of features that is a density p(x) of rows as well: it says how likely they are, and draws new ones.</summary>
public interface IRowDensity
{
    /// <summary>What all logarithms may be wrong by together, in nats: the deviation of an estimated normalising constant; 0 where there is nothing to estimate.</summary>
    double LogError { get; }

    /// <summary>Whether it tells densities of the rows that it was fitted to: not where those were normalized, as which many rows look the same, nor where a normalising constant is missing.</summary>
    bool TellsDensities { get; }

    /// <summary>log p(x) of some rows, in nats: of real numbers a density's, which is above 0 where rows lie close.</summary>
    /// <param name="rows">[count, dimensions].</param>
    /// <param name="logs">Receives one number a row.</param>
    /// <exception cref="ArgumentException">There are fewer rows.</exception>
    void LogDensities(ReadOnlySpan<float> rows, Span<double> logs);

    /// <summary>Draws rows; row i of a seed depends on the two alone.</summary>
    /// <param name="seed">Decides all that is drawn.</param>
    /// <param name="first">The number of the first row.</param>
    /// <param name="rows">Receives [count, dimensions].</param>
    /// <exception cref="ArgumentException">It has no room for whole rows.</exception>
    void Draw(ulong seed, long first, Span<float> rows);
}
