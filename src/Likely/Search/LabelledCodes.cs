namespace Likely;

/// <summary>Codes of items with their labels, of which an item may have none or several.</summary>
/// <param name="Values">[items, width].</param>
/// <param name="Width">Numbers of a code.</param>
/// <param name="Labels">The labels of each item.</param>
public sealed record LabelledCodes(float[] Values, int Width, IReadOnlyList<IReadOnlyList<int>> Labels)
{
    /// <summary>Items.</summary>
    public int Count => Labels.Count;

    /// <summary>Whether all numbers are 0 or 1.</summary>
    public bool AreBits => !Array.Exists(Values, value => value is not (0 or 1));
}
