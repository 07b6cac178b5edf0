using Likely.Tensors.Kernels;

namespace Likely.Tensors;

/// <summary>
/// Adam and AdamW over a whole parameter set, or <see cref="Muon"/> for its hidden matrices and Adam for what is left, with the running (Polyak) average of the weights. The gradient is given as a
/// number of blocks, one per shard of the batch, which are added as one fixed binary tree: the same bits for any thread count.
/// </summary>
sealed unsafe class Optimizer
{
    const int Chunk = 1 << 16, Shards = 8;
    readonly ParameterSet _set;
    readonly FloatBlock _gradient;
    readonly double[] _squares;
    readonly (long End, double Rate, bool IsRow)[] _stretches; // the rate of what Adam leaves alone is 0
    readonly Muon? _muon;
    readonly double _muonShare;

    /// <param name="set">What is trained.</param>
    /// <param name="muonShare">Muon's rate as a share of Adam's; 0: no Muon.</param>
    /// <param name="threads">At most so many threads take Muon's matrices.</param>
    public Optimizer(ParameterSet set, double muonShare = 0, int threads = 1)
    {
        (_set, _muonShare, _stretches) = (set, muonShare, Stretches(set, muonShare > 0));
        if (muonShare > 0) _muon = new Muon(set, threads);
        (FirstMoment, SecondMoment, Average, _gradient) = (new FloatBlock(set.Length), new FloatBlock(set.Length), new FloatBlock(set.Length), new FloatBlock(set.Length));
        _squares = new double[(set.Length + Chunk - 1) / Chunk];
        Layout.Copy(set.Values, Average.Pointer, set.Length);
    }

    public double Beta1 { get; init; } = 0.9;
    public double Beta2 { get; init; } = 0.999;
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Decoupled weight decay (Loshchilov and Hutter 2019).</summary>
    public double WeightDecay { get; init; }

    /// <summary>Weight of half the squared norm of the weights, added to the loss.</summary>
    public double Ridge { get; init; }

    /// <summary>Weight of the sum of the weights' magnitudes, added to the loss (Tibshirani 1996); biases and gains, which are single rows, are spared, and so is what <see cref="Muon"/> takes.</summary>
    public double Lasso { get; init; }

    /// <summary>Largest global norm of a gradient; longer ones are scaled down. 0: no limit.</summary>
    public double ClipNorm { get; init; }

    /// <summary>Decay of the running average of the weights.</summary>
    public double AverageDecay { get; init; } = 0.999;

    /// <summary>Steps taken.</summary>
    public long Step { get; set; }

    /// <summary>The averaged weights, laid out like the set.</summary>
    public FloatBlock Average { get; }

    /// <summary>The first and second moments, laid out like the set.</summary>
    public FloatBlock FirstMoment { get; }
    public FloatBlock SecondMoment { get; }

    /// <summary>
    /// Takes one step from the shards' gradients, in the order of the shards. Returns the gradient's global norm before
    /// clipping; if it is not finite nothing was changed.
    /// </summary>
    /// <exception cref="ArgumentException">They are not eight, or not of the set's length.</exception>
    public double Update(FloatBlock[] shards, double rate, int threads)
    {
        if (shards.Length != Shards || !Array.TrueForAll(shards, shard => shard.Length == _set.Length))
            throw new ArgumentException($"the gradient of {_set.Length} weights is given as {Shards} blocks of that length");
        var length = _set.Length;
        float* gradient = _gradient.Pointer, first = FirstMoment.Pointer, second = SecondMoment.Pointer, average = Average.Pointer;
        ParallelShards.Run(_squares.Length, threads, (piece, _) => Reduce(shards, (long)piece * Chunk, Math.Min(length, (piece + 1L) * Chunk)));
        _set.ClearMasked(gradient);
        ParallelShards.Run(_squares.Length, threads, (piece, _) =>
            _squares[piece] = Optimizers.SumOfSquares(gradient + (long)piece * Chunk, Math.Min(Chunk, length - (long)piece * Chunk)));
        var total = 0.0;
        foreach (var square in _squares) total += square;
        var norm = Math.Sqrt(total);
        if (!double.IsFinite(norm)) return norm;

        Step++;
        var scale = ClipNorm > 0 && norm > ClipNorm ? (float)(ClipNorm / norm) : 1;
        var correction1 = (float)(1 - ExactMath.Pow(Beta1, Step));
        var correction2 = (float)(1 - ExactMath.Pow(Beta2, Step));
        var averageRate = (float)(1 - Math.Min(AverageDecay, (1.0 + Step) / (10.0 + Step)));
        ParallelShards.Run(_squares.Length, threads, (piece, _) =>
        {
            var end = Math.Min((piece + 1L) * Chunk, length);
            for (var at = (long)piece * Chunk; at < end;)
            {
                var (until, factor, isRow) = Stretch(at);
                until = Math.Min(until, end);
                if (factor > 0) Optimizers.Adam(_set.Values + at, gradient + at, first + at, second + at, average + at, until - at,
                    (float)(rate * factor), (float)Beta1, (float)Beta2, correction1, correction2, (float)Epsilon, (float)WeightDecay, (float)Ridge, isRow ? 0 : (float)Lasso, averageRate, scale);
                at = until;
            }
        });
        _muon?.Update(gradient, first, average, _muonShare * rate, WeightDecay, Ridge, averageRate, scale);
        _set.Changed();
        return norm;
    }

    // Where the weights of one treatment end, and what it is.
    (long End, double Rate, bool IsRow) Stretch(long at)
    {
        foreach (var stretch in _stretches)
            if (at < stretch.End) return stretch;
        return (_set.Length, 1, true);
    }

    static (long, double, bool)[] Stretches(ParameterSet set, bool isMuon)
    {
        var stretches = new List<(long End, double Rate, bool IsRow)>();
        foreach (var parameter in set.Parameters)
        {
            var rate = isMuon && parameter.Matrices > 0 ? 0 : parameter.Rate;
            var isRow = parameter.Shape.Rows == 1;
            if (stretches.Count > 0 && stretches[^1].Rate == rate && stretches[^1].IsRow == isRow) stretches.RemoveAt(stretches.Count - 1);
            stretches.Add((parameter.Offset + parameter.Length, rate, isRow));
        }
        return [.. stretches];
    }

    void Reduce(FloatBlock[] shards, long from, long to)
    {
        var b = stackalloc float*[Shards];
        for (var i = 0; i < Shards; i++) b[i] = shards[i].Pointer + from;
        Reductions.Tree(b, _gradient.Pointer + from, to - from);
    }
}
