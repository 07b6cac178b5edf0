using Likely.Tensors;

namespace Likely;

/// <summary>
/// Windows of long items in lanes: each epoch lays the items end to end in a random order addressed by (seed, epoch), cut into windows of C positions, the last of an
/// item shorter; of W windows lane b of B goes through those from b W / B on, one a step, so that its past is carried from step to step. An item's
/// first window, and a lane's, begin without one.
/// </summary>
sealed class LanePlan : BatchPlan
{
    readonly int[] _lengths;
    readonly int _window;
    readonly Philox _random;
    readonly BatchWindow[] _places;
    readonly long[] _ends; // windows up to the end of each item, in the epoch's order
    int[]? _order; // null: as they come
    long _epoch = -1, _positions;

    /// <param name="lengths">Positions of each item.</param>
    /// <param name="window">Positions of a window.</param>
    /// <param name="batch">Lanes.</param>
    /// <param name="seed">Of the order.</param>
    /// <exception cref="ArgumentException">There are fewer windows than lanes.</exception>
    public LanePlan(int[] lengths, int window, int batch, ulong seed)
    {
        (_lengths, _window, _random, _places, _ends) = (lengths, window, new Philox(seed, RandomPurpose.Shuffle), new BatchWindow[batch], new long[lengths.Length]);
        Examples = Windows(lengths, window);
        if (batch > Examples) throw new ArgumentException($"{batch} lanes of {Examples} windows leave some empty");
    }

    public override int Batch => _places.Length;
    public override long Examples { get; }
    public override int Longest => _window;
    public override bool Carries => true;
    public override long Positions => _positions;

    /// <summary>Windows of some items.</summary>
    public static long Windows(int[] lengths, int window)
    {
        var total = 0L;
        foreach (var length in lengths) total += Windows(length, window);
        return total;
    }

    public override BatchWindow At(int place) => _places[place];

    public override void Prepare(long step)
    {
        var (epoch, row) = Math.DivRem(step, (Examples + Batch - 1) / Batch);
        Order(epoch);
        _positions = 0;
        for (var lane = 0; lane < _places.Length; lane++)
        {
            var (first, end) = (lane * Examples / Batch, (lane + 1) * Examples / Batch);
            _places[lane] = first + row < end ? Window(epoch, first + row, isFirst: row == 0) : new BatchWindow(0, epoch, 0, 0, false);
            _positions += _places[lane].Count;
        }
    }

    BatchWindow Window(long epoch, long number, bool isFirst)
    {
        var at = Array.BinarySearch(_ends, number + 1);
        if (at < 0) at = ~at;
        while (at > 0 && _ends[at - 1] > number) at--; // items without positions have the end of the one before
        var item = _order is null ? at : _order[at];
        var start = (int)((number - (at == 0 ? 0 : _ends[at - 1])) * _window);
        return new BatchWindow(item, epoch, start, Math.Min(_window, _lengths[item] - start), !isFirst && start > 0);
    }

    void Order(long epoch)
    {
        if (_epoch == epoch || _epoch >= 0 && _lengths.Length == 1) return;
        _order = _lengths.Length == 1 ? null : _random.Permutation(_lengths.Length, (ulong)epoch);
        var total = 0L;
        for (var i = 0; i < _ends.Length; i++) _ends[i] = total += Windows(_lengths[_order is null ? i : _order[i]], _window);
        _epoch = epoch;
    }

    static long Windows(int length, int window) => ((long)length + window - 1) / window;
}
