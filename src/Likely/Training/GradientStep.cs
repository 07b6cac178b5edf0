using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// The gradient of one batch: 8 fixed shards of consecutive examples, each one pass forward and back on one thread with its own
/// tape, so that threads share nothing and no sum depends on how many there are.
/// </summary>
sealed unsafe class GradientStep
{
    public const int Shards = 8;

    readonly AutoregressiveModel _model;
    readonly Split _split;
    readonly ulong _seed;
    readonly int _batch;
    readonly BatchOrder _order;
    readonly Tape[] _tapes;
    readonly SymbolBatch[] _batches;
    readonly int[][] _items;
    readonly FloatBlock[] _gradients = new FloatBlock[Shards];
    readonly double[] _nats = new double[Shards];

    public GradientStep(AutoregressiveModel model, Split split, int batch, ulong seed, int threads)
    {
        (_model, _split, _batch, _seed) = (model, split, batch, seed);
        _order = new BatchOrder(split.Count, batch, seed);
        var perShard = (batch + Shards - 1) / Shards;
        _tapes = new Tape[Math.Clamp(threads, 1, Shards)];
        _batches = new SymbolBatch[_tapes.Length];
        _items = new int[_tapes.Length][];
        for (var i = 0; i < _tapes.Length; i++)
        {
            _tapes[i] = new Tape(recording: true) { Training = true };
            _batches[i] = new SymbolBatch(model.Space, perShard);
            _items[i] = new int[model.Space.Dimensions];
        }
        for (var i = 0; i < Shards; i++) _gradients[i] = new FloatBlock(model.Parameters.Length);
    }

    /// <summary>The shards' gradients of the last batch.</summary>
    public FloatBlock[] Gradients => _gradients;

    /// <summary>Computes the gradient of step <paramref name="step"/>'s batch; returns its loss in nats per dimension. May be ended between two shards.</summary>
    public double Compute(long step, CancellationToken cancellation = default)
    {
        _order.Prepare(step);
        ParallelShards.Run(Shards, _tapes.Length, (shard, worker) =>
        {
            cancellation.ThrowIfCancellationRequested();
            Shard(step, shard, worker);
        });
        var total = 0.0;
        foreach (var nats in _nats) total += nats;
        return total / ((double)_batch * _model.Space.Dimensions);
    }

    void Shard(long step, int shard, int worker)
    {
        _nats[shard] = 0;
        int first = _batch * shard / Shards, end = _batch * (shard + 1) / Shards;
        var (tape, batch, item) = (_tapes[worker], _batches[worker], _items[worker]);
        tape.ParameterGradients = _gradients[shard];
        if (first == end)
        {
            tape.FinishGradients(_model.Parameters);
            return;
        }
        batch.Begin(end - first);
        for (var i = first; i < end; i++)
        {
            var (index, epoch) = _order.At(i);
            _split.Read(index, item, (ulong)epoch);
            batch.Set(i - first, item, _model.Classes > 0 ? _split.Label(index) : -1);
        }
        tape.Address = (_seed, step, first);
        var scale = (float)(1 / ((double)_batch * _model.Space.Dimensions));
        var logs = _model.LogProbabilities(tape, batch, scale);
        var total = 0.0;
        for (var i = 0L; i < logs.Rows; i++)
            for (var c = 0; c < logs.Channels; c++) total -= logs.Data[i * logs.Stride + c];
        _nats[shard] = total;
        tape.Backward();
        tape.FinishGradients(_model.Parameters);
        tape.Reset();
    }
}
