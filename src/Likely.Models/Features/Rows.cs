using System.Runtime.InteropServices;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>Rows of numbers in memory.</summary>
public sealed class Rows : IRows
{
    readonly float[] _values;

    Rows(float[] values, int count, int width) => (_values, Count, Space) = (values, count, new Space(new Extent(1, 1, width), 1, new Alphabet(0, AlphabetScale.Ordinal)));

    public int Count { get; }

    public Space Space { get; }

    /// <summary>The rows of an array, which is copied.</summary>
    /// <exception cref="ArgumentException">It has no columns.</exception>
    public static Rows Of(float[,] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.GetLength(1) == 0) throw new ArgumentException("rows have at least one number", nameof(values));
        var copy = new float[values.Length];
        if (copy.Length > 0) MemoryMarshal.CreateReadOnlySpan(ref values[0, 0], values.Length).CopyTo(copy);
        return new Rows(copy, values.GetLength(0), values.GetLength(1));
    }

    /// <summary>Rows one after another, which are copied.</summary>
    /// <exception cref="ArgumentException">There are none, one is empty, or they differ in length.</exception>
    public static Rows Of(IEnumerable<float[]> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var (values, count, width) = (new List<float>(), 0, 0);
        foreach (var row in rows)
        {
            if (count++ == 0) width = row.Length;
            if (row.Length != width || width == 0) throw new ArgumentException($"rows have one length of at least 1, and the {count}. has {row.Length} numbers where the first has {width}", nameof(rows));
            values.AddRange(row);
        }
        if (count == 0) throw new ArgumentException("there are no rows", nameof(rows));
        return new Rows([.. values], count, width);
    }

    public void Read(int first, Span<float> rows)
    {
        var width = Space.Width;
        if (first < 0 || rows.Length % width != 0 || first > Count - rows.Length / width) throw new ArgumentException($"there are {Count} rows of {width} numbers, and not {rows.Length} numbers from row {first} on");
        _values.AsSpan(first * width, rows.Length).CopyTo(rows);
    }
}
