using Likely.Tensors;

namespace Likely.Models;

/// <summary>Numbers of rows from tensors [1, B, C] and from weights.</summary>
static unsafe class RowNumbers
{
    /// <summary>Minus the sum of what rows are worth.</summary>
    public static double Loss(Tensor logs)
    {
        var total = 0.0;
        for (var row = 0; row < logs.Batch; row++) total -= logs.Data[row];
        return total;
    }

    /// <summary>All rows one after the other.</summary>
    public static void Write(Tensor rows, Span<float> to)
    {
        for (var row = 0; row < rows.Batch; row++) Row(rows, row).CopyTo(to[(row * rows.Channels)..]);
    }

    /// <summary>All rows into those of a matrix.</summary>
    public static void Write(Tensor rows, Matrix to)
    {
        for (var row = 0; row < rows.Batch; row++) Row(rows, row).CopyTo(to[row]);
    }

    /// <summary>What enters each unit of a linear map [1, inputs, outputs].</summary>
    public static IReadOnlyList<float[]> Columns(Parameter weight)
    {
        var turned = weight.ToMatrix().Transposed();
        return [.. Enumerable.Range(0, turned.Rows).Select(unit => turned[unit].ToArray())];
    }

    static Span<float> Row(Tensor rows, int row) => new(rows.Data + (long)row * rows.Stride, rows.Channels);
}
