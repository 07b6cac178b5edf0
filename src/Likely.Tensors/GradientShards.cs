namespace Likely.Tensors;

/// <summary>
/// The gradient of one batch: 8 fixed shards of consecutive examples, each one pass forward and back on one thread with its own tape, so that threads share nothing and no sum depends on how many there are.
/// </summary>
sealed class GradientShards
{
    /// <summary>Shards of every batch; part of the order of sums.</summary>
    public const int Count = 8;

    readonly ParameterSet _set;
    readonly int _batch;
    readonly Tape[] _tapes;
    readonly double[] _losses = new double[Count];
    readonly int[] _order; // the larger shards first, so that no thread is left with one at the end

    /// <param name="set">What is trained.</param>
    /// <param name="batch">Examples of every batch.</param>
    /// <param name="threads">Worker threads.</param>
    /// <param name="varies">Whether examples are of many lengths.</param>
    public GradientShards(ParameterSet set, int batch, int threads, bool varies = false)
    {
        (_set, _batch) = (set, batch);
        _tapes = new Tape[Math.Clamp(threads, 1, Count)];
        for (var i = 0; i < _tapes.Length; i++) _tapes[i] = new Tape(recording: true) { Training = true, Varies = varies };
        Gradients = new FloatBlock[Count];
        for (var i = 0; i < Count; i++) Gradients[i] = new FloatBlock(set.Length);
        _order = [.. Enumerable.Range(0, Count).OrderByDescending(Size)];
    }

    /// <summary>Threads at work.</summary>
    public int Workers => _tapes.Length;

    /// <summary>Examples of the largest shard.</summary>
    public int Largest => (_batch + Count - 1) / Count;

    /// <summary>The shards' gradients of the last batch.</summary>
    public FloatBlock[] Gradients { get; }

    /// <summary>A shard's first example.</summary>
    public int First(int shard) => (int)((long)_batch * shard / Count);

    /// <summary>A shard's examples.</summary>
    public int Size(int shard) => First(shard + 1) - First(shard);

    /// <summary>Computes all shards' gradients and returns the sum of their losses, which are added in their order.</summary>
    /// <param name="loss">Given a tape, shard and worker: puts the shard's loss on the tape and returns it.</param>
    public double Compute(Func<Tape, int, int, double> loss)
    {
        ParallelShards.Run(Count, _tapes.Length, (place, worker) =>
        {
            var (shard, tape) = (_order[place], _tapes[worker]);
            tape.ParameterGradients = Gradients[shard];
            _losses[shard] = loss(tape, shard, worker);
            tape.Backward();
            tape.FinishGradients(_set);
            if (tape.Varies) tape.ResetAndTrim();
            else tape.Reset();
        });
        var total = 0.0;
        foreach (var one in _losses) total += one;
        return total;
    }
}
