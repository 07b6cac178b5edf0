using Likely.Tensors;

namespace Likely;

/// <summary>
/// Which example stands where: epoch e visits the training split in a random permutation addressed by (seed, e); batches run on
/// across epochs. In a batch of two epochs, an example of the second that the first has brought already gives its place to the next
/// of the second that is not in the batch, so no batch repeats an example. A pure function of the step, so that a resumed run needs no cursor.
/// </summary>
sealed class BatchOrder
{
    readonly int _examples;
    readonly Philox _random;
    readonly (int Index, long Epoch)[] _places;
    readonly (long Epoch, int[] Order)[] _epochs = [(-1, []), (-1, [])];
    readonly HashSet<int> _met = [];

    /// <exception cref="ArgumentException">A batch is larger than the split.</exception>
    public BatchOrder(int examples, int batch, ulong seed)
    {
        if (batch > examples) throw new ArgumentException($"a batch of {batch} of {examples} examples repeats some");
        (_examples, _random, _places) = (examples, new Philox(seed, RandomPurpose.Shuffle), new (int, long)[batch]);
    }

    /// <summary>Fills the step's batch; call from one thread before <see cref="At"/>.</summary>
    public void Prepare(long step)
    {
        var first = step * _places.Length;
        for (var place = 0; place < _places.Length; place++)
        {
            var (epoch, position) = Math.DivRem(first + place, _examples);
            _places[place] = (Order(epoch)[position], epoch);
        }
        if (_places[0].Epoch != _places[^1].Epoch) Distinguish((first + _places.Length) % _examples);
    }

    /// <summary>The example at place <paramref name="place"/> of the prepared batch, and its epoch.</summary>
    public (int Index, long Epoch) At(int place) => _places[place];

    // At most two epochs meet in a batch, as it is no larger than one.
    void Distinguish(long next)
    {
        var epoch = _places[^1].Epoch;
        _met.Clear();
        for (var place = 0; place < _places.Length; place++)
            if (_places[place].Epoch != epoch) _met.Add(_places[place].Index);
            else
                while (_met.Contains(_places[place].Index)) _places[place] = (Order(epoch)[next++], epoch);
    }

    int[] Order(long epoch)
    {
        ref var held = ref _epochs[epoch % 2];
        if (held.Epoch != epoch) held = (epoch, _random.Permutation(_examples, (ulong)epoch));
        return held.Order;
    }
}
