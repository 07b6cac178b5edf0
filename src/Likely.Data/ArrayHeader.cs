namespace Likely.Data;

/// <summary>What an array file says of itself, whatever its format: NumPy's .npy or IDX.</summary>
/// <param name="Element">The type of its numbers.</param>
/// <param name="BigEndian">The order of the bytes of a number.</param>
/// <param name="FortranOrder">The first dimension runs fastest, not the last.</param>
/// <param name="Shape">The extent of each dimension.</param>
/// <param name="HeaderLength">Bytes before the first element.</param>
public sealed record ArrayHeader(ArrayElement Element, bool BigEndian, bool FortranOrder, long[] Shape, int HeaderLength)
{
    const int MostShown = 6;

    /// <summary>Bytes of one element.</summary>
    public int ElementLength => Element.Length();

    /// <summary>All elements together.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, extent) => product * extent);

    /// <summary>Bytes the whole file must have.</summary>
    public long FileLength => HeaderLength + ElementCount * ElementLength;

    /// <summary>The shape as Python shows it.</summary>
    public string ShapeText => $"({string.Join(", ", Shape.Take(MostShown))}{(Shape.Length > MostShown ? ", ..." : "")})";

    /// <summary>The indices of an element that is counted in C order, as Python shows them.</summary>
    public string Place(long element)
    {
        var indices = new long[Shape.Length];
        for (var d = Shape.Length - 1; d >= 0; d--) (element, indices[d]) = Math.DivRem(element, Shape[d]);
        return $"[{string.Join(", ", indices)}]";
    }
}
