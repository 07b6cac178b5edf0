using Likely.Tensors;

namespace Likely.Data;

/// <summary>
/// Divides items into parts by a seeded permutation. Items with the same pixels stay together, so that no held-out item
/// was seen in training. The parts depend on the stored pixels alone, not on how they are preprocessed.
/// </summary>
static class Partition
{
    /// <summary>Parts of round(fraction x count) items each, then the rest, as ascending indices.</summary>
    /// <exception cref="DataException">if an item cannot be read</exception>
    public static int[][] Divide(ContentHashes hashes, int count, double fraction, int heldOutParts, ulong seed)
    {
        var wanted = count < heldOutParts + 1 || fraction == 0 ? 0 : Math.Max(1, (int)(count * fraction + 0.5));
        List<int>[] parts = [.. Enumerable.Range(0, heldOutParts + 1).Select(_ => new List<int>())];
        if (wanted == 0)
        {
            parts[^1].AddRange(Enumerable.Range(0, count));
            return [.. parts.Select(part => part.ToArray())];
        }
        var twins = Twins(hashes, count);
        var partOf = new int[count];
        Array.Fill(partOf, -1);
        var taken = new int[heldOutParts];
        var current = 0;
        foreach (var i in new Philox(seed, RandomPurpose.Split).Permutation(count, 0))
        {
            var first = twins.First[i];
            if (partOf[first] >= 0) continue;
            while (current < heldOutParts && taken[current] >= wanted) current++;
            partOf[first] = current;
            // A crowd of copies larger than a held-out part would swallow it: such items are for training.
            if (current < heldOutParts && taken[current] + twins.Size[first] > wanted && twins.Size[first] > 1) partOf[first] = heldOutParts;
            else if (current < heldOutParts) taken[current] += twins.Size[first];
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
