using Likely.Tensors;

namespace Likely;

/// <summary>
/// Whole examples in random order: epoch e visits the training split in a random permutation addressed by (seed, e); batches run on
/// across epochs. In a batch of two epochs, an example of the second that the first has brought already gives its place to the next
/// of the second that is not in the batch, so no batch repeats an example. Of examples of different lengths those of about one length stand side by side in the batch. A pure function of the step, so that a resumed run needs no cursor.
/// </summary>
sealed class ShuffledPlan : BatchPlan
{
    /// <summary>Of more examples the permutation is computed place by place, and none is held.</summary>
    public const int MostHeld = 1 << 24;

    readonly int _examples, _longest;
    readonly int[]? _lengths;
    readonly Philox _random;
    readonly (int Index, long Epoch)[] _places;
    readonly (long Epoch, int[] Order)[] _epochs = [(-1, []), (-1, [])];
    readonly HashSet<int> _met = [];

    /// <exception cref="ArgumentException">A batch is larger than the split.</exception>
    public ShuffledPlan(int examples, int positions, int batch, ulong seed)
    {
        if (batch > examples) throw new ArgumentException($"a batch of {batch} of {examples} examples repeats some");
        (_examples, _longest, _random, _places) = (examples, positions, new Philox(seed, RandomPurpose.Shuffle), new (int, long)[batch]);
    }

    /// <param name="lengths">Positions of each example.</param>
    /// <param name="batch">Examples of a step.</param>
    /// <param name="seed">Of the order.</param>
    /// <exception cref="ArgumentException">As above.</exception>
    public ShuffledPlan(int[] lengths, int batch, ulong seed) : this(lengths.Length, lengths.Max(), batch, seed) => _lengths = lengths;

    public override int Batch => _places.Length;
    public override long Examples => _examples;
    public override int Longest => _longest;
    public override bool Carries => false;
    public override bool HasWindows => _lengths is not null;
    public override long Positions => _lengths is null ? (long)Batch * _longest : _places.Sum(place => (long)_lengths[place.Index]);

    public override void Prepare(long step)
    {
        var first = step * _places.Length;
        for (var place = 0; place < _places.Length; place++)
        {
            var (epoch, position) = Math.DivRem(first + place, _examples);
            _places[place] = (At(epoch, (int)position), epoch);
        }
        if (_places[0].Epoch != _places[^1].Epoch) Distinguish((first + _places.Length) % _examples);
        if (_lengths is { } lengths)
            Array.Sort(_places, (a, b) => lengths[a.Index] != lengths[b.Index] ? lengths[a.Index].CompareTo(lengths[b.Index]) : a.Index.CompareTo(b.Index));
    }

    public override BatchWindow At(int place) => new(_places[place].Index, _places[place].Epoch, 0, _lengths?[_places[place].Index] ?? _longest, false);

    // At most two epochs meet in a batch, as it is no larger than one.
    void Distinguish(long next)
    {
        var epoch = _places[^1].Epoch;
        _met.Clear();
        for (var place = 0; place < _places.Length; place++)
            if (_places[place].Epoch != epoch) _met.Add(_places[place].Index);
            else
                while (_met.Contains(_places[place].Index)) _places[place] = (At(epoch, (int)next++), epoch);
    }

    int At(long epoch, int position)
    {
        if (_examples > MostHeld) return new KeyedPermutation(_random, _examples, (ulong)epoch)[position];
        ref var held = ref _epochs[epoch % 2];
        if (held.Epoch != epoch) held = (epoch, _random.Permutation(_examples, (ulong)epoch));
        return held.Order[position];
    }
}
