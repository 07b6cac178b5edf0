namespace Likely.Models;

/// <summary>Numbers below a bound in a heap by their distances, which may fall: what a search for shortest paths takes next.</summary>
/// <param name="bound">One more than the largest number.</param>
sealed class NearestFirst(int bound)
{
    const int Ways = 4; // children of a place: fewer levels, whose keys lie side by side

    readonly int[] _heap = new int[bound], _places = new int[bound]; // places counted from 1; 0: not there
    readonly float[] _keys = new float[bound];

    public int Count { get; private set; }

    /// <summary>Puts a number in, or gives it a smaller distance.</summary>
    public void Set(int number, float distance)
    {
        var at = _places[number] > 0 ? _places[number] - 1 : Count++;
        while (at > 0 && _keys[(at - 1) / Ways] > distance)
        {
            Put(at, _heap[(at - 1) / Ways], _keys[(at - 1) / Ways]);
            at = (at - 1) / Ways;
        }
        Put(at, number, distance);
    }

    /// <summary>Takes out the number of the least distance.</summary>
    public int Take()
    {
        var taken = _heap[0];
        _places[taken] = 0;
        if (--Count == 0) return taken;
        var (number, distance, at) = (_heap[Count], _keys[Count], 0);
        while (true)
        {
            var (child, end) = (Ways * at + 1, Math.Min(Ways * at + 1 + Ways, Count));
            if (child >= end) break;
            for (var other = child + 1; other < end; other++)
                if (_keys[other] < _keys[child]) child = other;
            if (_keys[child] >= distance) break;
            Put(at, _heap[child], _keys[child]);
            at = child;
        }
        Put(at, number, distance);
        return taken;
    }

    void Put(int at, int number, float distance) => (_heap[at], _keys[at], _places[number]) = (number, distance, at + 1);
}
