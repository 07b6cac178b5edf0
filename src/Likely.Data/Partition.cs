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

    /// <summary>The part of an item at such a place, the last of which is for training.</summary>
    public static int PartOf(double place, double[] fractions)
    {
        var below = 0.0;
        for (var part = fractions.Length - 1; part >= 0; below += fractions[part--])
            if (place < below + fractions[part]) return part;
        return fractions.Length;
    }

    /// <summary>
    /// The last part held out takes the items whose place is below its fraction, the one before those above that and below the sum of both, so that parts have about fraction x count items and
    /// one more item moves no other. Items of one place are one content. Small data bend this: a held-out part that would be empty takes the items of the lowest place from the largest
    /// part, a training part those of the highest; and a crowd of copies larger than half of a part is for training.
    /// </summary>
    /// <param name="places">The place of each item; sorted here.</param>
    /// <param name="items">The items, ascending; sorted by place here.</param>
    /// <param name="fractions">The share of each part that is held out; a part of 0 stays empty.</param>
    /// <returns>The parts as ascending indices; the last is for training.</returns>
    public static int[][] ByContent(double[] places, int[] items, double[] fractions)
    {
        var train = fractions.Length;
        if (items.Length <= train || fractions.Sum() == 0) return [.. Enumerable.Repeat<int[]>([], train), items];
        SortByPlace(places, items);
        // Stretches of equal items, by where they begin, and the part of each.
        var count = 0;
        for (var i = 0; i < items.Length; i++)
            if (i == 0 || places[i] != places[i - 1]) count++;
        int[] starts = new int[count], groups = new int[train + 1];
        for (var i = items.Length - 1; i >= 0; i--)
            if (i == 0 || places[i] != places[i - 1]) starts[--count] = i;
        var partOf = new byte[starts.Length];
        for (var group = 0; group < partOf.Length; group++)
        {
            var part = PartOf(places[starts[group]], fractions);
            if (part < train && SizeOf(group) >= Crowd(part)) part = train;
            groups[partOf[group] = (byte)part]++;
        }
        for (var part = train; part >= 0; part--)
        {
            if (groups[part] > 0 || part < train && fractions[part] == 0) continue;
            var largest = Array.IndexOf(groups, groups.Max());
            var at = part == train ? Array.LastIndexOf(partOf, (byte)largest) : -1;
            for (var group = 0; part < train && at < 0 && group < partOf.Length; group++)
                if (partOf[group] == largest && SizeOf(group) < Crowd(part)) at = group;
            if (groups[largest] < 2 || at < 0) continue;
            (groups[part], groups[largest]) = (1, groups[largest] - 1);
            partOf[at] = (byte)part;
        }
        var counts = new int[train + 1];
        for (var group = 0; group < partOf.Length; group++) counts[partOf[group]] += SizeOf(group);
        int[][] parts = [.. counts.Select(count => new int[count])];
        Array.Clear(counts);
        for (var group = 0; group < partOf.Length; group++)
            for (var i = 0; i < SizeOf(group); i++) parts[partOf[group]][counts[partOf[group]]++] = items[starts[group] + i];
        foreach (var part in parts) Array.Sort(part);
        return parts;

        int SizeOf(int group) => (group + 1 < starts.Length ? starts[group + 1] : items.Length) - starts[group];
        int Crowd(int part) => Math.Max(2, (int)(items.Length * fractions[part] / 2) + 1);
    }

    /// <summary>Those that so many lowest places belong to, ascending; of one place the first. Takes memory for those alone.</summary>
    public static int[] Lowest(IEnumerable<double> places, int count)
    {
        var lowest = new PriorityQueue<int, (double Place, int Index)>(Comparer<(double Place, int Index)>.Create((a, b) => b.CompareTo(a))); // the highest first
        var index = 0;
        foreach (var place in places)
        {
            if (lowest.Count < count) lowest.Enqueue(index, (place, index));
            else if (count > 0) lowest.EnqueueDequeue(index, (place, index));
            index++;
        }
        int[] chosen = [.. lowest.UnorderedItems.Select(one => one.Element)];
        Array.Sort(chosen);
        return chosen;
    }

    /// <summary>Sorts items by their places, those of one place in ascending order.</summary>
    static void SortByPlace(double[] places, int[] items)
    {
        Array.Sort(places, items);
        for (int first = 0, end; first < items.Length; first = end)
        {
            for (end = first + 1; end < items.Length && places[end] == places[first];) end++;
            if (end > first + 1) Array.Sort(items, first, end - first);
        }
    }

    /// <summary>Parts of round(fraction x count) items each by a seeded permutation, then the rest, as ascending indices.</summary>
    /// <exception cref="DataException">if an item cannot be read</exception>
    public static int[][] ByPermutation(ContentHashes hashes, int count, double[] fractions, ulong seed)
    {
        var heldOut = fractions.Length;
        int[] wanted = [.. fractions.Select(fraction => count < heldOut + 1 || fraction == 0 ? 0 : Math.Max(1, (int)(count * fraction + 0.5)))];
        List<int>[] parts = [.. Enumerable.Range(0, heldOut + 1).Select(_ => new List<int>())];
        if (wanted.Sum() == 0)
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
            while (current < heldOut && taken[current] >= wanted[current]) current++;
            partOf[first] = current;
            // A crowd of copies larger than a held-out part would swallow it: such items are for training.
            if (current < heldOut && taken[current] + twins.Size[first] > wanted[current] && twins.Size[first] > 1) partOf[first] = heldOut;
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
