using Likely.Tensors;

namespace Likely.Models;

/// <summary>Rows of numbers of one length, in memory or not: pictures, vectors, another model's features. Read from any thread.</summary>
public interface IRows
{
    /// <summary>Rows.</summary>
    int Count { get; }

    /// <summary>What a row is: its dimensions are the row's numbers, and a picture's say how it is drawn.</summary>
    Space Space { get; }

    /// <summary>Fills consecutive rows from the row <paramref name="first"/> on, [rows, dimensions].</summary>
    /// <exception cref="ArgumentException">There are not so many rows, or it is no whole number of them.</exception>
    void Read(int first, Span<float> rows);
}
