namespace Likely;

/// <summary>The nearest items so far, in buckets by distance: as soon as nearer ones are enough, the farthest bucket is dropped, and nothing is ever sorted by distance.</summary>
/// <param name="radius">The farthest that counts.</param>
/// <param name="most">Items that are wanted.</param>
sealed class NearestItems(int radius, int most)
{
    readonly List<int>?[] _at = new List<int>?[radius + 1];
    long _held;

    /// <summary>The farthest that may still be among them.</summary>
    public int Limit { get; private set; } = radius;

    /// <summary>The same for an item behind all that were added, which of equally near ones comes last.</summary>
    public int LaterLimit => _held >= most ? Limit - 1 : Limit;

    /// <summary>True once there are as many as are wanted.</summary>
    public bool IsFull => _held >= most;

    public void Add(int id, int distance)
    {
        if (distance > Limit) return;
        (_at[distance] ??= []).Add(id);
        _held++;
        while (_held - (_at[Limit]?.Count ?? 0) >= most)
        {
            _held -= _at[Limit]?.Count ?? 0;
            _at[Limit--] = null;
        }
    }

    public Neighbour[] ToArray()
    {
        var found = new List<Neighbour>((int)Math.Min(_held, most));
        for (var distance = 0; distance <= Limit && found.Count < most; distance++)
        {
            if (_at[distance] is not { } ids) continue;
            ids.Sort();
            foreach (var id in ids)
                if (found.Count < most) found.Add(new Neighbour(id, distance));
        }
        return [.. found];
    }
}
