using Likely.Tensors;

namespace Likely.Models;

/// <summary>Some of the rows, drawn without putting back, and how far they are from each other: what codes are learned from that keep distances.</summary>
sealed class RowSample
{
    RowSample(Matrix rows, int[] items) => (Rows, Items) = (rows, items);

    /// <summary>The rows, in their order.</summary>
    public Matrix Rows { get; }

    /// <summary>Which they are.</summary>
    public int[] Items { get; }

    /// <summary>Draws at most so many.</summary>
    public static RowSample Draw(RowBlocks rows, int count, Philox random)
    {
        int[] chosen = count >= rows.Rows ? [.. Enumerable.Range(0, rows.Rows)] : random.Permutation(rows.Rows, 0)[..count];
        Array.Sort(chosen);
        var matrix = new Matrix(chosen.Length, rows.Width);
        for (var i = 0; i < chosen.Length; i++) rows.Row(chosen[i]).CopyTo(matrix[i]);
        return new(matrix, chosen);
    }

    /// <summary>Distances between all of them, [rows, rows].</summary>
    public Matrix Distances()
    {
        var distances = new Matrix(Rows.Rows, Rows.Rows);
        new Centroids(Rows).Distances(Rows, Rows.Rows, distances);
        // Both orders of a pair have one distance.
        for (var i = 0; i < Rows.Rows; i++)
        {
            distances[i][i] = 0;
            for (var j = 0; j < i; j++) distances[j][i] = distances[i][j];
        }
        return distances;
    }
}
