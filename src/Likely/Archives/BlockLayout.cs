using Likely.Coding;

namespace Likely;

/// <summary>
/// The order of symbols within a block of items, the same for both directions. The stream begins with one bit, whether the symbols
/// follow as equally likely ones without the model; then, if the model is an ensemble, the member of each item; then for every
/// step the symbols of all items, ordered by member and within a member as they come.
/// </summary>
static class BlockLayout
{
    /// <summary>Probability of the first bit, in units of 2^-24: the bit that is nearly always 0 costs 0.0014 bits.</summary>
    public const uint Unmodelled = FrequencyTable.Total >> 10;

    /// <summary>Items by member, then as they come.</summary>
    public static int[] Places(int[] members)
    {
        var order = new int[members.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(order, (a, b) => members[a] != members[b] ? members[a].CompareTo(members[b]) : a.CompareTo(b));
        return order;
    }

    /// <summary>Stretches of at most so many places whose items have one member.</summary>
    public static List<(int First, int Count)> Groups(int[] places, int[] members, int largest)
    {
        var groups = new List<(int, int)>();
        for (var first = 0; first < places.Length;)
        {
            var count = 1;
            while (first + count < places.Length && count < largest && members[places[first + count]] == members[places[first]]) count++;
            groups.Add((first, count));
            first += count;
        }
        return groups;
    }
}
