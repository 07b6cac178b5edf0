using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// One loop, many uses: a walk goes through a model's symbols in its visiting order and lets a <see cref="Chooser"/> decide each
/// value. Examples are independent of the batch they are in, so a walk may split a batch among threads without changing a bit.
/// </summary>
public static class Walk
{
    /// <summary>Decides the symbols of one step for a batch: writes one symbol per example, given the dimension (index within an example) and the distributions if the walk asks for them.</summary>
    public delegate void Chooser(int dimension, SymbolDistributions distributions, Span<int> symbols);

    /// <summary>Most examples that one predictor carries at once.</summary>
    const int Group = 64;

    const int Stretch = 1 << 10; // symbols of an example

    /// <summary>Runs a predictor to its end.</summary>
    /// <param name="predictor">A predictor, which goes on from where it is.</param>
    /// <param name="choose">Decides every symbol.</param>
    /// <param name="surprise">If given, receives -log p (nats) of every symbol: [dimension, batch].</param>
    /// <param name="withDistributions">Whether the chooser needs distributions.</param>
    /// <param name="cancellation">Ends the walk between two steps.</param>
    public static void Run(IPredictor predictor, Chooser choose, float[]? surprise = null, bool withDistributions = true, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(predictor);
        ArgumentNullException.ThrowIfNull(choose);
        if (surprise is not null && surprise.Length < (long)predictor.Batch * predictor.Count)
            throw new ArgumentException($"{predictor.Batch} examples of {predictor.Count} symbols need room for the surprise of each, not {surprise.Length}", nameof(surprise));
        var symbols = new int[predictor.Batch];
        var logs = new float[surprise is null ? 0 : predictor.Batch];
        for (var step = predictor.Position; step < predictor.Count; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            var dimension = predictor.DimensionAt(step);
            choose(dimension, withDistributions ? predictor.Next() : default, symbols);
            predictor.Observe(symbols, logs);
            for (var b = 0; b < logs.Length; b++) surprise![dimension * predictor.Batch + b] = -logs[b];
        }
    }

    /// <summary>Draws new examples.</summary>
    /// <param name="model">The density.</param>
    /// <param name="count">How many.</param>
    /// <param name="seed">Example i of a seed is the same whatever the count, batch or threads.</param>
    /// <param name="labels">One per example for a conditional model; null: the classes in turn.</param>
    /// <param name="temperature">Logits are divided by it; 1 draws from the model itself.</param>
    /// <param name="threads">Worker threads; 0: all processors.</param>
    /// <param name="space">What the examples are; null: those of the model's own space.</param>
    /// <param name="progress">Called with the share done.</param>
    /// <param name="cancellation">Ends the walk early.</param>
    /// <param name="sources">What each example is given, of a model of sequences that are given another one; null: nothing. Their ends are symbols as others are.</param>
    /// <param name="undrawn">Of each dimension the symbols that are not drawn; null: all may be.</param>
    /// <returns>As many examples [dimensions], in the order row, column, channel.</returns>
    /// <exception cref="ArgumentException">There are fewer or more labels or sources than examples, or one is not a class or no source.</exception>
    public static int[][] Sample(AutoregressiveModel model, int count, ulong seed = 1, int[]? labels = null, float temperature = 1,
        int threads = 0, Space? space = null, Action<double>? progress = null, CancellationToken cancellation = default, IReadOnlyList<int[]>? sources = null, Func<int, Range>? undrawn = null)
        => Fill(model ?? throw new ArgumentNullException(nameof(model)), count, null, null, seed, labels, temperature, threads, space ?? model.Space, progress, cancellation, sources, undrawn);

    /// <summary>
    /// Draws what is unknown of one example given what is known before it. An exact draw from the conditional if
    /// <see cref="IsExact"/>; else known symbols that come later are kept but do not inform the earlier draws.
    /// </summary>
    /// <param name="model">The density.</param>
    /// <param name="item">Symbols; those that are unknown are ignored.</param>
    /// <param name="known">Per dimension: whether the symbol is known.</param>
    /// <param name="count">How many completions.</param>
    /// <param name="seed">Completion i of a seed is the same whatever the count, batch or threads.</param>
    /// <param name="labels">One per completion for a conditional model; null: the classes in turn.</param>
    /// <param name="temperature">Logits are divided by it; 1 draws from the model itself.</param>
    /// <param name="threads">Worker threads; 0: all processors.</param>
    /// <param name="space">What the examples are; null: those of the model's own space.</param>
    /// <param name="progress">Called with the share done.</param>
    /// <param name="cancellation">Ends the walk early.</param>
    /// <param name="undrawn">Of each dimension the symbols that are not drawn.</param>
    /// <param name="sources">What each completion is given, as of <see cref="Sample"/>.</param>
    /// <returns>As many examples [dimensions], in the order row, column, channel.</returns>
    /// <exception cref="ArgumentException">The item or what is known of it has another length than the model's examples.</exception>
    public static int[][] Complete(AutoregressiveModel model, int[] item, bool[] known, int count, ulong seed = 1, int[]? labels = null, float temperature = 1,
        int threads = 0, Space? space = null, Action<double>? progress = null, CancellationToken cancellation = default, Func<int, Range>? undrawn = null, IReadOnlyList<int[]>? sources = null)
        => Fill(model ?? throw new ArgumentNullException(nameof(model)), count, item ?? throw new ArgumentNullException(nameof(item)), known ?? throw new ArgumentNullException(nameof(known)), seed, labels, temperature, threads, space ?? model.Space, progress, cancellation, sources, undrawn);

    /// <summary>True if no known symbol is visited after an unknown one, so that completing draws from the exact conditional.</summary>
    public static bool IsExact(AutoregressiveModel model, bool[] known, Space? space = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(known);
        var own = space ?? model.Space;
        if (known.Length != own.Dimensions) throw new ArgumentException($"an example of {own} has {own.Dimensions} symbols, not {known.Length}", nameof(known));
        if (model.TakesAnyOrder) return true;
        if (model.Members > 1) return Array.TrueForAll(known, isKnown => isKnown) || !Array.Exists(known, isKnown => isKnown);
        var order = model.Predict(1, model.Classes > 0 ? [0] : [], 0, own.Extent);
        var unknownSeen = false;
        for (var step = 0; step < known.Length; step++)
        {
            var isKnown = known[order.DimensionAt(step)];
            if (isKnown && unknownSeen) return false;
            unknownSeen |= !isKnown;
        }
        return true;
    }

    static int[][] Fill(AutoregressiveModel model, int count, int[]? item, bool[]? known, ulong seed, int[]? labels, float temperature,
        int threads, Space space, Action<double>? progress, CancellationToken cancellation, IReadOnlyList<int[]>? sources = null, Func<int, Range>? undrawn = null)
    {
        if (!model.Takes(space)) throw new ArgumentException($"the model is one of {model.Space}, and the examples are of {space}", nameof(space));
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        threads = ParallelShards.Workers(threads);
        if (item is not null && item.Length != space.Dimensions || known is not null && known.Length != space.Dimensions)
            throw new ArgumentException($"an example of {space} has {space.Dimensions} symbols, not {item?.Length} of which {known?.Length} are told to be known or not");
        if (labels is not null && model.Classes > 0 && (labels.Length != count || labels.Any(label => (uint)label >= (uint)model.Classes)))
            throw new ArgumentException($"{count} examples need as many labels below {model.Classes}", nameof(labels));
        if (sources is not null && sources.Count != count) throw new ArgumentException($"{count} examples need one source each, not {sources.Count}", nameof(sources));
        SymbolDistributions.RequireTemperature(temperature);
        ScoringMemory.RequireWalk(model, space, count, threads);
        var results = new int[count][];
        // What is known comes first, where any order may be taken.
        int[]? order = known is null || !model.TakesAnyOrder ? null : [.. Enumerable.Range(0, known.Length).OrderBy(dimension => !known[dimension])];
        var pieces = Pieces(count, seed, threads, order is null ? model.Members : 1);
        var steps = (long)pieces.Count * space.Dimensions;
        var done = 0L;
        ParallelShards.Run(pieces.Count, threads, (piece, _) =>
        {
            var (member, examples) = pieces[piece];
            var (random, sampler) = (new Philox(seed, RandomPurpose.Sampling), new Sampler(temperature));
            foreach (var example in examples) results[example] = new int[space.Dimensions];
            int[] own = model.Classes == 0 ? [] : Array.ConvertAll(examples, example => labels is null ? example % model.Classes : labels[example]);
            var uniform = new double[examples.Length];
            var predictor = model.Predict(examples.Length, own, member, space.Extent, sources is null ? null : Array.ConvertAll(examples, example => sources[example]), order: order);
            if (known is not null) Interlocked.Add(ref done, Begin(predictor, item!, known, examples, results, cancellation));
            Run(predictor, (dimension, distributions, symbols) =>
            {
                if (known is not null && known[dimension]) symbols.Fill(item![dimension]);
                else
                {
                    for (var b = 0; b < uniform.Length; b++) uniform[b] = random.UniformDouble((ulong)examples[b], (ulong)dimension);
                    sampler.Draw(distributions, uniform, symbols, undrawn?.Invoke(dimension) ?? default);
                }
                for (var b = 0; b < examples.Length; b++) results[examples[b]][dimension] = symbols[b];
                var now = Interlocked.Increment(ref done);
                if (progress is not null && now % 64 == 0) progress((double)now / steps);
            }, cancellation: cancellation);
        });
        return results;
    }

    // What is known in one stretch is observed in long ones; returns how much that is.
    static int Begin(IPredictor predictor, int[] item, bool[] known, int[] examples, int[][] results, CancellationToken cancellation)
    {
        var stretch = new int[Math.Min(Stretch, predictor.Count) * examples.Length];
        for (int step = 0, count; ; step += count)
        {
            cancellation.ThrowIfCancellationRequested();
            for (count = 0; count < stretch.Length / examples.Length && step + count < predictor.Count && known[predictor.DimensionAt(step + count)]; count++)
            {
                var dimension = predictor.DimensionAt(step + count);
                stretch.AsSpan(count * examples.Length, examples.Length).Fill(item[dimension]);
                foreach (var example in examples) results[example][dimension] = item[dimension];
            }
            if (count == 0) return step;
            predictor.Observe(stretch.AsSpan(0, count * examples.Length));
        }
    }

    /// <summary>Examples that one predictor carries when so many are drawn.</summary>
    internal static int PieceOf(int count, int threads) => Math.Clamp((count + threads - 1) / threads, 1, Group);

    // Groups of examples of one member, at least one group a thread.
    static List<(int Member, int[] Examples)> Pieces(int count, ulong seed, int threads, int ofMembers)
    {
        var choice = new Philox(seed, RandomPurpose.Sampling, Philox.Hash("member"));
        var members = new List<int>[ofMembers];
        for (var i = 0; i < count; i++)
            (members[ofMembers == 1 ? 0 : choice.Below((ulong)i, 0, ofMembers)] ??= []).Add(i);
        var size = PieceOf(count, threads);
        var pieces = new List<(int, int[])>();
        for (var member = 0; member < members.Length; member++)
            if (members[member] is { } examples)
                foreach (var chunk in examples.Chunk(size)) pieces.Add((member, chunk));
        return pieces;
    }
}
