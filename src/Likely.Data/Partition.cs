using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// Divides items into parts: held-out ones, then the rest for training. Items of the same content stay together, so that no held-out item
/// was seen in training. The parts depend on what is stored and on the seed alone, not on how it is preprocessed.
/// </summary>
static class Partition
{
    /// <summary>Uniform in [0, 1), decided by an item's content and the seed: the item's place in any even draw.</summary>
    public static double Place(UInt128 hash, ulong seed) => new Philox(seed, RandomPurpose.Split).UniformDouble((ulong)hash, (ulong)(hash >> 64));

    /// <summary>
    /// Part k of the K held out takes the items whose place is within [(K-1-k) fraction, (K-k) fraction), so that parts have about fraction x count items and
    /// one more item moves no other. Small data bend this: a held-out part that would be empty takes the items of the lowest place from the largest
    /// part, a training part those of the highest; and a crowd of copies larger than half of a part is for training.
    /// </summary>
    /// <returns>The parts as ascending indices; the last is for training.</returns>
    /// <exception cref="DataException">if an item cannot be read</exception>
    public static int[][] ByContent(ContentHashes hashes, int[] items, double fraction, int heldOut, ulong seed)
    {
        if (items.Length <= heldOut || fraction == 0) return [.. Enumerable.Repeat<int[]>([], heldOut), items];
        var crowd = Math.Max(2, (int)(items.Length * fraction / 2) + 1);
        var parts = new List<int[]>[heldOut + 1];
        for (var part = 0; part <= heldOut; part++) parts[part] = [];
        foreach (var group in items.GroupBy(item => hashes[item]).OrderBy(group => Place(group.Key, seed)).ThenBy(group => group.First()))
        {
            int[] equal = [.. group];
            var place = Place(group.Key, seed);
            parts[equal.Length >= crowd || place >= fraction * heldOut ? heldOut : heldOut - 1 - Math.Min(heldOut - 1, (int)(place / fraction))].Add(equal);
        }
        for (var part = heldOut; part >= 0; part--)
        {
            var largest = parts.MaxBy(other => other.Count)!;
            var at = part == heldOut ? largest.Count - 1 : largest.FindIndex(equal => equal.Length < crowd);
            if (parts[part].Count > 0 || largest.Count < 2 || at < 0) continue;
            parts[part].Add(largest[at]);
            largest.RemoveAt(at);
        }
        return [.. parts.Select(part => part.SelectMany(equal => equal).Order().ToArray())];
    }

    /// <summary>Parts of round(fraction x count) items each by a seeded permutation, then the rest, as ascending indices.</summary>
    /// <exception cref="DataException">if an item cannot be read</exception>
    public static int[][] ByPermutation(ContentHashes hashes, int count, double fraction, int heldOut, ulong seed)
    {
        var wanted = count < heldOut + 1 || fraction == 0 ? 0 : Math.Max(1, (int)(count * fraction + 0.5));
        List<int>[] parts = [.. Enumerable.Range(0, heldOut + 1).Select(_ => new List<int>())];
        if (wanted == 0)
        {
            parts[^1].AddRange(Enumerable.Range(0, count));
            return [.. parts.Select(part => part.ToArray())];
        }
        var twins = Twins(hashes, count);
        var partOf = new int[count];
        Array.Fill(partOf, -1);
        var taken = new int[heldOut];
        var current = 0;
        foreach (var i in new Philox(seed, RandomPurpose.Split).Permutation(count, 0))
        {
            var first = twins.First[i];
            if (partOf[first] >= 0) continue;
            while (current < heldOut && taken[current] >= wanted) current++;
            partOf[first] = current;
            // A crowd of copies larger than a held-out part would swallow it: such items are for training.
            if (current < heldOut && taken[current] + twins.Size[first] > wanted && twins.Size[first] > 1) partOf[first] = heldOut;
            else if (current < heldOut) taken[current] += twins.Size[first];
        }
        for (var i = 0; i < count; i++) parts[partOf[twins.First[i]]].Add(i);
        return [.. parts.Select(part => part.ToArray())];
    }

    /// <summary>For each item the first one with the same content; for each first one how many there are.</summary>
    static (int[] First, int[] Size) Twins(ContentHashes hashes, int count)
    {
        int[] first = new int[count], size = new int[count];
        var seen = new Dictionary<UInt128, int>(count);
        for (var i = 0; i < count; i++)
        {
            if (!seen.TryAdd(hashes[i], i)) first[i] = seen[hashes[i]];
            else first[i] = i;
            size[first[i]]++;
        }
        return (first, size);
    }
}
