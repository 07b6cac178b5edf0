using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// What a model of pairs makes of sources: targets that are drawn, or the likeliest ones. Each source's answer is the same whatever others are asked for, and on any number of threads.
/// </summary>
public sealed class Transduction
{
    const int Rows = 64; // of one walk

    readonly Checkpoint _checkpoint;
    readonly int _threads, _end;

    /// <param name="checkpoint">A model of pairs.</param>
    /// <param name="threads">Worker threads; 0: all processors.</param>
    /// <exception cref="UsageException">It is one of something else.</exception>
    /// <exception cref="DataException">Its tokens are damaged.</exception>
    public Transduction(Checkpoint checkpoint, int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        if (checkpoint.Density.Space is { Source: 0 } or { IsInTime: true }) throw new UsageException($"the model is one of {checkpoint.Density.Space}, and none of pairs, which answers a source");
        Tokens = Continuation.TokensOf(checkpoint) ?? throw new UsageException("the model does not say what its symbols are as bytes");
        (_checkpoint, _threads, _end) = (checkpoint, ParallelShards.Workers(threads), Tokens.LineEnd);
    }

    /// <summary>What symbols are as bytes.</summary>
    public Tokens Tokens { get; }

    /// <summary>The symbols of a source.</summary>
    /// <exception cref="UsageException">It has more than any may have, or a tab or the end of a line, which no pair's source has.</exception>
    public int[] Source(ReadOnlySpan<byte> source)
        => source.IndexOfAny((byte)'\t', (byte)'\n') is >= 0 and var at ? throw new UsageException($"a source is a part of one line, and this has {(source[at] == '\t' ? "a tab" : "the end of a line")} behind {at} bytes")
        : Tokens.Encode(source) is var symbols && symbols.Length <= Space.LongestSource ? symbols : throw new UsageException($"a source has at most {Space.LongestSource} symbols, not {symbols.Length}");

    /// <summary>The likeliest targets of each source, as <see cref="BeamSearch"/> finds them, the likeliest first.</summary>
    /// <param name="sources">Symbols of each, see <see cref="Source"/>.</param>
    /// <param name="beam">Beginnings that are kept of each.</param>
    /// <param name="length">Symbols of a target at most, its end included.</param>
    /// <param name="progress">Told how many more sources are done, from worker threads.</param>
    /// <param name="cancellation">Ends it between two steps.</param>
    /// <exception cref="ModelException">A distribution is not finite.</exception>
    public Hypothesis[][] Search(IReadOnlyList<int[]> sources, int beam, int length, Action<int>? progress = null, CancellationToken cancellation = default)
    {
        var found = new Hypothesis[sources.Count][];
        Each(sources.Count, Math.Max(1, Rows / beam), places =>
        {
            var walk = _checkpoint.Density.Predict(places.Length, extent: Extent.Open, sources: Array.ConvertAll(places, place => sources[place]));
            BeamSearch.Run(walk, symbol => symbol == _end, beam, length, null, cancellation).CopyTo(found, places[0]);
            progress?.Invoke(places.Length);
        });
        return found;
    }

    /// <summary>Draws targets, as many of each source.</summary>
    /// <param name="sources">Symbols of each.</param>
    /// <param name="count">Targets of each.</param>
    /// <param name="length">Symbols of a target at most, its end included.</param>
    /// <param name="sampler">Makes what they are drawn by, once for each walk; null: from the model itself.</param>
    /// <param name="seed">Target j of source i of a seed is the same whatever else is drawn.</param>
    /// <param name="progress">Told how many more targets are done, from worker threads.</param>
    /// <param name="cancellation">Ends it between two steps.</param>
    /// <returns>For each source its targets.</returns>
    /// <exception cref="ModelException">A distribution is not finite.</exception>
    public Hypothesis[][] Draw(IReadOnlyList<int[]> sources, int count, int length, Func<Sampler>? sampler = null, ulong seed = 1, Action<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        var drawn = new Hypothesis[sources.Count][];
        for (var i = 0; i < drawn.Length; i++) drawn[i] = new Hypothesis[count];
        Each(checked(sources.Count * count), Rows, places =>
        {
            var random = new Philox(seed, RandomPurpose.Sampling);
            var own = sampler?.Invoke() ?? new Sampler();
            var walk = _checkpoint.Density.Predict(places.Length, extent: Extent.Open, sources: Array.ConvertAll(places, place => sources[place / count]));
            var (symbols, uniform, logs, totals, ended) = (new int[places.Length], new double[places.Length], new float[places.Length], new double[places.Length], new bool[places.Length]);
            List<int>[] targets = [.. places.Select(_ => new List<int>())];
            for (var step = 0; step < length && Array.Exists(ended, one => !one); step++)
            {
                cancellation.ThrowIfCancellationRequested();
                for (var i = 0; i < uniform.Length; i++) uniform[i] = random.UniformDouble((ulong)(places[i] / count) << 32 | (uint)(places[i] % count), (ulong)step);
                own.Draw(walk.Next(), uniform, symbols);
                walk.Observe(symbols, logs);
                for (var i = 0; i < symbols.Length; i++)
                {
                    if (ended[i]) continue;
                    totals[i] += logs[i];
                    ended[i] = symbols[i] == _end;
                    if (!ended[i]) targets[i].Add(symbols[i]);
                }
            }
            for (var i = 0; i < places.Length; i++) drawn[places[i] / count][places[i] % count] = new Hypothesis([.. targets[i]], totals[i], ended[i]);
            progress?.Invoke(places.Length);
        });
        return drawn;
    }

    // Groups of places side by side.
    void Each(int count, int group, Action<int[]> work)
        => ParallelShards.Run((count + group - 1) / group, _threads, (piece, _) => work([.. Enumerable.Range(piece * group, Math.Min(group, count - piece * group))]));
}
