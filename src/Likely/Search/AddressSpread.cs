namespace Likely;

/// <summary>How codes that are addresses themselves are spread over these: what a look-up returns, and how many addresses lie idle.</summary>
/// <param name="Addresses">2^bits.</param>
/// <param name="Used">Addresses that at least one item has.</param>
/// <param name="OwnList">Items at an item's own address on average over the items, itself among them: the sum of n_a^2 over the addresses' n_a items, through the number of items.</param>
/// <param name="LongestList">Items at the address that most have.</param>
public readonly record struct AddressSpread(long Addresses, long Used, double OwnList, long LongestList)
{
    /// <summary>The share of addresses that no item has.</summary>
    public double Empty => 1 - (double)Used / Addresses;

    /// <summary>Of the offsets of a table; false if they do not ascend to so many items.</summary>
    internal static bool TryMeasure(ReadOnlySpan<uint> offsets, int count, out AddressSpread spread)
    {
        var (used, longest, squares) = (0L, 0L, 0.0);
        var ascends = offsets[0] == 0 && offsets[^1] == (uint)count;
        for (var a = 1; a < offsets.Length && ascends; a++)
        {
            long own = (long)offsets[a] - offsets[a - 1];
            ascends = own >= 0;
            if (own > 0) used++;
            longest = Math.Max(longest, own);
            squares += (double)own * own;
        }
        spread = new(offsets.Length - 1, used, count == 0 ? 0 : squares / count, longest);
        return ascends;
    }
}
