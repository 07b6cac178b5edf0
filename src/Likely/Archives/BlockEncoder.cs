using Likely.Coding;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// Encodes blocks of items: parallel passes over groups of items give every symbol's share, wherever threads and groups begin, and each
/// block's shares then go through one coder. No byte depends on threads or group.
/// </summary>
/// <param name="threads">Worker threads.</param>
/// <param name="batch">Items of one pass; 0: as many as scoring takes.</param>
sealed unsafe class BlockEncoder(int threads, int batch)
{
    const int Stretch = 1 << 12; // dimensions
    const long MostAtOnce = 1L << 30; // bytes

    readonly Worker[] _workers = [.. Enumerable.Range(0, Math.Max(1, threads)).Select(_ => new Worker())];

    /// <summary>The streams of some blocks, each with its check sum.</summary>
    /// <param name="blocks">Full or not.</param>
    /// <param name="done">Told the weight of each piece when it is done; from any thread.</param>
    /// <param name="cancellation">Stops it.</param>
    public byte[][] Encode(IReadOnlyList<ItemBlock> blocks, Action<double>? done, CancellationToken cancellation)
    {
        if (blocks.Count == 0) return [];
        SetShares(blocks, done, cancellation);
        var streams = new byte[blocks.Count][];
        Run(blocks.Count, (i, _) => streams[i] = blocks[i].Finish(), cancellation);
        return streams;
    }

    /// <summary>Finds the members and shares of some blocks, which are then finished.</summary>
    /// <param name="blocks">Full or not, at least one.</param>
    /// <param name="done">Told the weight of each piece when it is done; from any thread.</param>
    /// <param name="cancellation">Stops it.</param>
    public void SetShares(IReadOnlyList<ItemBlock> blocks, Action<double>? done, CancellationToken cancellation)
    {
        var members = Members(blocks, cancellation);
        for (var i = 0; i < blocks.Count; i++) blocks[i].Begin(members[i]);
        // Each thread remembers rows of features.
        var workers = (int)Math.Clamp(MostAtOnce / blocks.Max(block => block.Dimensions <= SizedModel.Small ? 1 : block.Sized.PassBytes), 1, threads);
        var pieces = new List<(ItemBlock, int, int)>();
        foreach (var block in blocks)
            foreach (var (first, count) in BlockLayout.Groups(block.Places, block.Members, Group(block))) pieces.Add((block, first, count));
        Run(pieces.Count, (piece, worker) =>
        {
            var (block, first, count) = pieces[piece];
            worker.SetShares(block, first, count, done, cancellation);
        }, cancellation, workers);
    }

    // The member that finds each item likeliest; the first of equals.
    int[][] Members(IReadOnlyList<ItemBlock> blocks, CancellationToken cancellation)
    {
        var best = new int[blocks.Count][];
        var pieces = new List<(int Block, int First, int Count)>();
        for (var i = 0; i < blocks.Count; i++)
        {
            best[i] = new int[blocks[i].Count];
            if (blocks[i].Sized.Model.Members == 1) continue;
            var group = Group(blocks[i]);
            for (var first = 0; first < blocks[i].Count; first += group) pieces.Add((i, first, Math.Min(group, blocks[i].Count - first)));
        }
        Run(pieces.Count, (piece, worker) =>
        {
            var (block, first, count) = pieces[piece];
            worker.ChooseMembers(blocks[block], first, best[block].AsSpan(first, count));
        }, cancellation);
        return best;
    }

    int Group(ItemBlock block) => batch > 0 ? batch : Scorer.Group(block.Dimensions);

    void Run(int pieces, Action<int, Worker> work, CancellationToken cancellation, int? workers = null) => ParallelShards.Run(pieces, workers ?? threads, (piece, worker) =>
    {
        cancellation.ThrowIfCancellationRequested();
        work(piece, _workers[worker]);
    });

    sealed class Worker
    {
        readonly Tape _tape = new();
        readonly float[] _ones = new float[BlockPlan.MostItems + 16];
        readonly Cumulative?[] _cumulatives = new Cumulative?[BlockPlan.MostItems];
        SymbolBatch? _batch;
        int _capacity;

        public void SetShares(ItemBlock block, int first, int count, Action<double>? done, CancellationToken cancellation)
        {
            var (model, places) = (block.Sized.Model, block.Places);
            var batch = Batch(block.Sized.Space, count);
            for (var i = 0; i < count; i++) block.Set(batch, i, places[first + i]);
            var member = block.Members[places[first]];
            var steps = block.Sized.Steps(member);
            var (all, sub) = (block.Count, block.Sized.Space.Symbols);
            var (weight, seen, told) = (block.Weight * count / all, 0, 0);
            _tape.Reset();
            model.Distributions(_tape, batch, (dimension, distributions) =>
            {
                // A large picture takes long.
                if (++seen - told == Stretch)
                {
                    cancellation.ThrowIfCancellationRequested();
                    done?.Invoke(weight * Stretch / block.Dimensions);
                    told = seen;
                }
                var at = (steps is null ? dimension : steps[dimension]) * all + first;
                var symbols = batch.Symbols.Pointer + (long)(dimension / sub) * sub * count + dimension % sub;
                if (block.Stream is { } stream) Code(stream, distributions, symbols[0]);
                else if (block.Sized.IsBinary) SetBits(distributions, symbols, sub, block.Bits.AsSpan(at, count));
                else
                    for (var i = 0; i < count; i++) block.Shares[at + i] = Share(distributions, i, symbols[(long)i * sub], sub == 1);
            }, member);
            done?.Invoke(weight * (block.Dimensions - told) / block.Dimensions);
        }

        public void ChooseMembers(ItemBlock block, int first, Span<int> best)
        {
            var model = block.Sized.Model;
            var batch = Batch(block.Sized.Space, best.Length);
            for (var i = 0; i < best.Length; i++) block.Set(batch, i, first + i);
            var highest = new double[best.Length];
            for (var member = 0; member < model.Members; member++)
            {
                _tape.Reset();
                var logs = model.LogProbabilities(_tape, batch, member: member);
                for (var i = 0; i < best.Length; i++)
                {
                    var total = 0.0;
                    for (var p = 0; p < logs.Positions; p++)
                        foreach (var log in logs.Row(p, i)) total += log;
                    if (member > 0 && !(total > highest[i])) continue;
                    (highest[i], best[i]) = (total, member);
                }
            }
        }

        void Code(RangeEncoder stream, SymbolDistributions distributions, int symbol)
        {
            if (distributions.Head.IsBit)
            {
                distributions.ProbabilitiesOfOne(_ones.AsSpan(0, 1));
                stream.EncodeBit(symbol != 0, FrequencyTable.FromProbability(_ones[0]));
                return;
            }
            Coder.Encode(stream, distributions.Begin(0, ref _cumulatives[0]), symbol);
        }

        void SetBits(SymbolDistributions distributions, int* symbols, int stride, Span<uint> bits)
        {
            var ones = _ones.AsSpan(0, bits.Length);
            distributions.ProbabilitiesOfOne(ones);
            for (var i = 0; i < ones.Length; i++) bits[i] = FrequencyTable.FromProbability(ones[i]) | (uint)symbols[(long)i * stride] << 31;
        }

        // What one example's earlier symbols of a position have told is kept; where there are none, one serves all.
        ulong Share(SymbolDistributions distributions, int example, int symbol, bool isAlone) => Coder.Share(distributions.Begin(example, ref _cumulatives[isAlone ? 0 : example]), symbol);

        SymbolBatch Batch(Space space, int count)
        {
            if (_batch is null || _batch.Space != space || _capacity < count) (_batch, _capacity) = (new SymbolBatch(space, count), count);
            _batch.Begin(count);
            return _batch;
        }
    }
}
