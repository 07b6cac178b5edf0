namespace Likely.Data;

/// <summary>Which rows are held out, row by row, by <see cref="Partition.ByContent"/>'s rule where no two rows have one place: a bit for each row and part.</summary>
/// <param name="fractions">The share of each part that is held out.</param>
sealed class RowParts(double[] fractions)
{
    const int WordBits = 64;

    readonly List<ulong>[] _bits = [.. Enumerable.Range(0, fractions.Length + 1).Select(_ => new List<ulong>())];
    int _count;

    /// <summary>Whether no row is held out.</summary>
    public bool IsWhole { get; } = fractions.Sum() == 0;

    /// <summary>Takes the next row.</summary>
    public void Add(double place)
    {
        if (IsWhole) return;
        if (_count % WordBits == 0)
            foreach (var part in _bits) part.Add(0);
        _bits[Partition.PartOf(place, fractions)][^1] |= 1UL << _count++ % WordBits;
    }

    /// <summary>The parts, the last of them for training; of few rows as <see cref="Partition.ByContent"/> has them, so that none is empty.</summary>
    public ItemIndices[] Finish(int count, Func<int, double> placeOf)
    {
        if (IsWhole) return [.. fractions.Select(_ => ItemIndices.All(0)), ItemIndices.All(count)];
        var parts = Array.ConvertAll(_bits, bits => new ItemIndices([.. bits]));
        for (var part = 0; part < parts.Length; part++)
        {
            if (parts[part].Count > 0 && count > fractions.Length || part < fractions.Length && fractions[part] == 0) continue;
            int[] all = [.. Enumerable.Range(0, count)];
            return Array.ConvertAll(Partition.ByContent(Array.ConvertAll(all, one => placeOf(one)), all, fractions), some => (ItemIndices)some);
        }
        return parts;
    }
}
