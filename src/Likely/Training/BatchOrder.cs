using Likely.Tensors;

namespace Likely.Training;

/// <summary>
/// Which example stands where: epoch e visits the training split in a random permutation addressed by (seed, e); batches run on
/// across epochs. A pure function of the step, so that a resumed run needs no cursor.
/// </summary>
sealed class BatchOrder(int examples, int batch, ulong seed)
{
    readonly Philox _random = new(seed, RandomPurpose.Shuffle);
    readonly (long Epoch, int[] Order)[] _epochs = [(-1, []), (-1, [])];

    /// <summary>Makes ready the epochs that the step touches; call from one thread before <see cref="At"/>.</summary>
    public void Prepare(long step)
    {
        for (var epoch = step * batch / examples; epoch <= ((step + 1) * batch - 1) / examples; epoch++)
            if (_epochs[epoch % 2].Epoch != epoch) _epochs[epoch % 2] = (epoch, _random.Permutation(examples, (ulong)epoch));
    }

    /// <summary>The example at place <paramref name="place"/> of the step's batch, and its epoch.</summary>
    public (int Index, long Epoch) At(long step, int place)
    {
        var position = step * batch + place;
        var epoch = position / examples;
        if (_epochs[epoch % 2].Epoch == epoch) return (_epochs[epoch % 2].Order[position % examples], epoch);
        // A batch larger than two epochs: only tiny data sets come here.
        return (_random.Permutation(examples, (ulong)epoch)[position % examples], epoch);
    }
}
