using Likely.Models;
using Likely.Tensors;
using Likely.Tensors.Kernels;

namespace Likely.Tests.Laws;

/// <summary>
/// The smallest training loop that keeps the promises on bits: 8 fixed shards of consecutive examples, each with its own gradient
/// block, then the product's Adam, which adds them as a fixed binary tree. The loss is the mean of -log p in nats.
/// </summary>
sealed unsafe class ShardedSteps
{
    const int Shards = 8;
    readonly AutoregressiveModel _model;
    readonly ulong _seed;
    readonly int _threads;
    readonly FloatBlock[] _gradients = new FloatBlock[Shards];
    readonly FloatBlock _gradient;
    readonly Optimizer _optimizer;
    readonly SymbolBatch[] _batches = new SymbolBatch[Shards];
    readonly double[] _nats = new double[Shards];

    public ShardedSteps(AutoregressiveModel model, ulong seed, int threads)
    {
        (_model, _seed, _threads) = (model, seed, threads);
        _optimizer = new Optimizer(model.Parameters);
        _gradient = new FloatBlock(model.Parameters.Length);
        for (var i = 0; i < Shards; i++)
        {
            _gradients[i] = new FloatBlock(model.Parameters.Length);
            Tapes[i] = new Tape(recording: true) { Training = true, ParameterGradients = _gradients[i] };
        }
    }

    /// <summary>The number of the next step, part of the address of dropped units.</summary>
    public long Number { get; set; }

    /// <summary>One tape a shard; its buffers are reused from step to step.</summary>
    public Tape[] Tapes { get; } = new Tape[Shards];

    /// <summary>The most managed memory one shard has taken in the last step, in bytes.</summary>
    public long ManagedBytes { get; private set; }

    /// <summary>The gradient of the last batch, masked and padding entries zero.</summary>
    public float* Gradient()
    {
        var blocks = stackalloc float*[Shards];
        for (var i = 0; i < Shards; i++) blocks[i] = _gradients[i].Pointer;
        Reductions.Tree(blocks, _gradient.Pointer, _model.Parameters.Length);
        _model.Parameters.ClearMasked(_gradient.Pointer);
        return _gradient.Pointer;
    }

    /// <summary>One step on a batch; the mean of -log p in nats before it. A rate of 0 computes the gradient alone.</summary>
    public double Step(int[][] examples, int[] labels, float rate)
    {
        var managed = new long[Shards];
        ParallelShards.Run(Shards, _threads, (shard, _) =>
        {
            int first = shard * examples.Length / Shards, end = (shard + 1) * examples.Length / Shards;
            new Span<float>(_gradients[shard].Pointer, checked((int)_model.Parameters.Length)).Clear();
            _nats[shard] = 0;
            if (end == first) return;
            var batch = _batches[shard] ??= new SymbolBatch(_model.Space, examples.Length);
            batch.Begin(end - first);
            for (var i = first; i < end; i++) batch.Set(i - first, examples[i], labels.Length == 0 ? -1 : labels[i]);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Run(shard, batch, first, 1f / examples.Length);
            managed[shard] = GC.GetAllocatedBytesForCurrentThread() - before;
        });
        ManagedBytes = managed.Max();
        if (rate > 0) _optimizer.Update(_gradients, rate, _threads);
        Number++;
        return _nats.Sum() / examples.Length;
    }

    void Run(int shard, SymbolBatch batch, int first, float scale)
    {
        var tape = Tapes[shard];
        tape.Address = (_seed, Number, first);
        var logs = _model.LogProbabilities(tape, batch, scale);
        for (var i = 0L; i < logs.Length; i++) _nats[shard] -= logs.Data[i];
        tape.Backward();
        tape.Reset();
    }
}
