using Likely.Tensors.Kernels;

namespace Likely.Tensors;

/// <summary>
/// Adam and AdamW over a whole parameter set, with the running (Polyak) average of the weights. The gradient is given as a
/// number of blocks, one per shard of the batch, which are added as one fixed binary tree: the same bits for any thread count.
/// </summary>
public sealed unsafe class AdamOptimizer
{
    const int Chunk = 1 << 16;
    readonly ParameterSet _set;
    readonly float[][] _memory = new float[4][];
    readonly float* _first, _second, _average, _gradient;
    readonly double[] _squares;

    public AdamOptimizer(ParameterSet set)
    {
        _set = set;
        _memory[0] = ParameterSet.NewBlock(set.Length, out _first);
        _memory[1] = ParameterSet.NewBlock(set.Length, out _second);
        _memory[2] = ParameterSet.NewBlock(set.Length, out _average);
        _memory[3] = ParameterSet.NewBlock(set.Length, out _gradient);
        _squares = new double[(set.Length + Chunk - 1) / Chunk];
        Layout.Copy(set.Values, _average, set.Length);
    }

    public double Beta1 { get; init; } = 0.9;
    public double Beta2 { get; init; } = 0.999;
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Decoupled weight decay (Loshchilov and Hutter 2019).</summary>
    public double WeightDecay { get; init; }

    /// <summary>Weight of half the squared norm of the weights, added to the loss.</summary>
    public double Ridge { get; init; }

    /// <summary>Largest global norm of a gradient; longer ones are scaled down. 0: no limit.</summary>
    public double ClipNorm { get; init; }

    /// <summary>Decay of the running average of the weights.</summary>
    public double AverageDecay { get; init; } = 0.999;

    /// <summary>Steps taken.</summary>
    public long Step { get; set; }

    /// <summary>The averaged weights, laid out like the set.</summary>
    public float* Average => _average;

    /// <summary>The first and second moments, laid out like the set.</summary>
    public float* FirstMoment => _first;
    public float* SecondMoment => _second;

    /// <summary>
    /// Takes one step from the shards' gradients, in the order of the shards. Returns the gradient's global norm before
    /// clipping; if it is not finite nothing was changed.
    /// </summary>
    public double Update(ReadOnlySpan<nint> shards, double rate, int threads)
    {
        var blocks = shards.ToArray();
        var length = _set.Length;
        ParallelShards.Run(_squares.Length, threads, (piece, _) => Reduce(blocks, (long)piece * Chunk, Math.Min(length, (piece + 1L) * Chunk)));
        _set.ClearMasked(_gradient);
        ParallelShards.Run(_squares.Length, threads, (piece, _) =>
            _squares[piece] = Optimizers.SumOfSquares(_gradient + (long)piece * Chunk, Math.Min(Chunk, length - (long)piece * Chunk)));
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
            var at = (long)piece * Chunk;
            Optimizers.Adam(_set.Values + at, _gradient + at, _first + at, _second + at, _average + at, Math.Min(Chunk, length - at),
                (float)rate, (float)Beta1, (float)Beta2, correction1, correction2, (float)Epsilon, (float)WeightDecay, (float)Ridge, averageRate, scale);
        });
        _set.Changed();
        return norm;
    }

    void Reduce(nint[] blocks, long from, long to)
    {
        var b = stackalloc float*[8];
        for (var i = 0; i < 8; i++) b[i] = (float*)blocks[i] + from;
        Reductions.Tree(b, _gradient + from, to - from);
    }
}
