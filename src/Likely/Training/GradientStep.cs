using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// The gradient of one batch: 8 fixed shards of consecutive examples, each one pass forward and back on one thread with its own
/// tape, so that threads share nothing and no sum depends on how many there are. Where windows go on from step to step, each shard keeps their run.
/// </summary>
sealed class GradientStep
{
    public const int Shards = 8;

    readonly ITrainable _model;
    readonly Split _split;
    readonly BatchPlan _plan;
    readonly ulong _seed;
    readonly int _symbols; // at one position
    readonly Tape[] _tapes;
    readonly SymbolBatch[] _batches;
    readonly int[][] _items;
    readonly Run?[] _runs = new Run?[Shards];
    readonly FloatBlock[] _gradients = new FloatBlock[Shards];
    readonly double[] _nats = new double[Shards];
    readonly int[] _order; // the larger shards first, so that no thread is left with one at the end

    /// <param name="model">What is trained.</param>
    /// <param name="split">On what.</param>
    /// <param name="plan">In which order.</param>
    /// <param name="seed">Of what is dropped.</param>
    /// <param name="threads">Worker threads.</param>
    public GradientStep(ITrainable model, Split split, BatchPlan plan, ulong seed, int threads)
    {
        (_model, _split, _plan, _seed, _symbols) = (model, split, plan, seed, split.Space.Symbols);
        var space = plan.Longest == split.Space.Positions ? split.Space : split.Space with { Extent = new Extent(1, 1, plan.Longest) };
        var perShard = (plan.Batch + Shards - 1) / Shards;
        _tapes = new Tape[Math.Clamp(threads, 1, Shards)];
        _batches = new SymbolBatch[_tapes.Length];
        _items = new int[_tapes.Length][];
        for (var i = 0; i < _tapes.Length; i++)
        {
            _tapes[i] = new Tape(recording: true) { Training = true };
            _batches[i] = new SymbolBatch(space, perShard);
            _items[i] = new int[space.Dimensions + 1];
        }
        for (var i = 0; i < Shards; i++)
        {
            _gradients[i] = new FloatBlock(model.Parameters.Length);
            if (plan.Carries && Size(i) > 0) _runs[i] = new Run(Size(i));
        }
        _order = [.. Enumerable.Range(0, Shards).OrderByDescending(Size)];
    }

    /// <summary>The shards' gradients of the last batch.</summary>
    public FloatBlock[] Gradients => _gradients;

    /// <summary>What the shards' runs remember, one after the other; empty if none does.</summary>
    public float[][] Past
    {
        get => _plan.Carries ? Array.ConvertAll(_runs, run => run?.Write() ?? []) : [];
        set
        {
            for (var i = 0; i < value.Length; i++) _runs[i]?.Read(value[i]);
        }
    }

    /// <summary>The share of the training that is over.</summary>
    public double Progress { get; set; }

    /// <summary>Computes the gradient of step <paramref name="step"/>'s batch; returns its loss in nats per symbol that counts. May be ended between two shards, or if their runs go on from step to step, before the first.</summary>
    public double Compute(long step, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        _plan.Prepare(step);
        ParallelShards.Run(Shards, _tapes.Length, (place, worker) =>
        {
            if (!_plan.Carries) cancellation.ThrowIfCancellationRequested();
            Shard(step, _order[place], worker);
        });
        var total = 0.0;
        foreach (var nats in _nats) total += nats;
        return total / ((double)_plan.Positions * _symbols);
    }

    int First(int shard) => (int)((long)_plan.Batch * shard / Shards);

    int Size(int shard) => First(shard + 1) - First(shard);

    void Shard(long step, int shard, int worker)
    {
        _nats[shard] = 0;
        var (first, size) = (First(shard), Size(shard));
        var (tape, batch, item) = (_tapes[worker], _batches[worker], _items[worker]);
        tape.ParameterGradients = _gradients[shard];
        var longest = 0;
        for (var i = 0; i < size; i++) longest = Math.Max(longest, _plan.At(first + i).Count);
        if (longest == 0)
        {
            tape.FinishGradients(_model.Parameters);
            return;
        }
        if (_plan.HasWindows) batch.BeginWindows(size, longest);
        else batch.Begin(size);
        for (var i = 0; i < size; i++) Set(batch, i, _plan.At(first + i), item, _runs[shard]);
        (tape.Address, tape.Progress) = ((_seed, step, first), Progress);
        var scale = (float)(1 / ((double)_plan.Positions * _symbols));
        _nats[shard] = _model.Loss(tape, batch, scale, _runs[shard]);
        tape.Backward();
        tape.FinishGradients(_model.Parameters);
        tape.Reset();
    }

    // With a window its symbol before is read, which the network sees.
    void Set(SymbolBatch batch, int example, BatchWindow window, int[] item, Run? run)
    {
        if (!window.GoesOn) run?.Cut(example);
        if (window.Count == 0)
        {
            batch.Set(example, ReadOnlySpan<int>.Empty, _split.Label(window.Item));
            return;
        }
        var before = window.First > 0 ? 1 : 0;
        var symbols = item.AsSpan(0, (window.Count + before) * _symbols);
        _split.Read(window.Item, (window.First - before) * _symbols, symbols, (ulong)window.Epoch);
        batch.Set(example, symbols[(before * _symbols)..], _split.Label(window.Item), before == 1 ? symbols[0] : -1);
        if (_split.Space.Source > 0) batch.SetSource(example, _split.Source(window.Item));
    }
}
