using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>The gradient of one batch of symbols, by <see cref="GradientShards"/>. Where windows go on from step to step, each shard keeps their run.</summary>
sealed class GradientStep
{
    public const int Shards = GradientShards.Count;

    readonly ITrainable _model;
    readonly Split _split;
    readonly BatchPlan _plan;
    readonly ulong _seed;
    readonly int _symbols; // at one position
    readonly GradientShards _shards;
    readonly SymbolBatch[] _batches;
    readonly int[][] _items;
    readonly Run?[] _runs = new Run?[Shards];

    /// <param name="model">What is trained.</param>
    /// <param name="split">On what.</param>
    /// <param name="plan">In which order.</param>
    /// <param name="seed">Of what is dropped.</param>
    /// <param name="threads">Worker threads.</param>
    public GradientStep(ITrainable model, Split split, BatchPlan plan, ulong seed, int threads)
    {
        (_model, _split, _plan, _seed, _symbols) = (model, split, plan, seed, split.Space.Symbols);
        var space = plan.Longest == split.Space.Positions ? split.Space : split.Space with { Extent = new Extent(1, 1, plan.Longest) };
        _shards = new GradientShards(model.Parameters, plan.Batch, threads, varies: plan.HasWindows && !plan.Carries);
        _batches = new SymbolBatch[_shards.Workers];
        _items = new int[_batches.Length][];
        for (var i = 0; i < _batches.Length; i++) (_batches[i], _items[i]) = (new SymbolBatch(space, _shards.Largest), new int[space.Dimensions + 1]);
        for (var i = 0; i < Shards; i++)
            if (plan.Carries && _shards.Size(i) > 0) _runs[i] = new Run(_shards.Size(i));
    }

    /// <summary>The shards' gradients of the last batch.</summary>
    public FloatBlock[] Gradients => _shards.Gradients;

    /// <summary>Whether windows go on from a past.</summary>
    public bool Carries => _plan.Carries;

    /// <summary>What the shards' runs remember, one after the other; empty if none does.</summary>
    /// <exception cref="ModelException">It is of other runs.</exception>
    public float[][] Past
    {
        get => _plan.Carries ? Array.ConvertAll(_runs, run => run?.Write() ?? []) : [];
        set
        {
            if (value.Length > 0 && (value.Length != _runs.Length || Enumerable.Range(0, Shards).Any(i => value[i].Length > 0 && _runs[i] is null))) throw new ModelException("what the windows of a training go on from is of others than it has; the file that it was read from is damaged");
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
        var total = _shards.Compute((tape, shard, worker) =>
        {
            if (!_plan.Carries) cancellation.ThrowIfCancellationRequested();
            return Loss(step, tape, shard, worker);
        });
        return total / ((double)_plan.Positions * _symbols);
    }

    double Loss(long step, Tape tape, int shard, int worker)
    {
        var (first, size) = (_shards.First(shard), _shards.Size(shard));
        var (batch, item) = (_batches[worker], _items[worker]);
        var longest = 0;
        for (var i = 0; i < size; i++) longest = Math.Max(longest, _plan.At(first + i).Count);
        if (longest == 0) return 0;
        if (_plan.HasWindows) batch.BeginWindows(size, longest);
        else batch.Begin(size);
        for (var i = 0; i < size; i++) Set(batch, i, _plan.At(first + i), item, _runs[shard]);
        (tape.Address, tape.Progress) = ((_seed, step, first), Progress);
        var loss = _model.Loss(tape, batch, (float)(1 / ((double)_plan.Positions * _symbols)), _runs[shard]);
        _runs[shard]?.RequireAllRead();
        return loss;
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
        if (_split.Space.Source > 0) batch.SetSource(example, _split.Source(window.Item), window.First);
    }
}
