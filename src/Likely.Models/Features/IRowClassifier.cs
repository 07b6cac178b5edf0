namespace Likely.Models;

/// <summary>A model of features that has learned to tell classes as well.</summary>
public interface IRowClassifier
{
    /// <summary>Classes that it tells; 0: none were learned.</summary>
    int Classes { get; }

    /// <summary>log p(class | row) in nats.</summary>
    /// <param name="rows">The rows, [count, dimensions].</param>
    /// <param name="count">How many.</param>
    /// <param name="logs">Receives [count, <see cref="Classes"/>].</param>
    /// <exception cref="ArgumentException">There are fewer rows, or less room.</exception>
    void Classify(ReadOnlySpan<float> rows, int count, Span<float> logs);
}
