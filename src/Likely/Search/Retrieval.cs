using Likely.Models;
using Likely.Tensors;

namespace Likely;

/// <summary>
/// What items are worth that are found by the nearness of their codes, relevant being those that share a label with the query. Items as near as each other have no order: what is told of them is the mean over all orders, so that of r relevant
/// ones among n behind h of R the t-th of those r is expected at rank h' + t (n + 1) / (r + 1), and average precision is that of McSherry and Najork 2008. All means are over the queries that have something relevant to find.
/// </summary>
public sealed class Retrieval
{
    const int Piece = 32; // queries whose distances are computed together

    static readonly double[] RecallLevels = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
    static readonly int[] RankLevels = [1, 3, 7, 15, 31, 63, 127, 255, 511, 1023];

    Retrieval(CodeDistance distance) => Distance = distance;

    public CodeDistance Distance { get; }

    /// <summary>Queries that have something relevant to find.</summary>
    public int Queries { get; private set; }

    /// <summary>The mean over queries of the mean of the precision at the rank of each relevant item.</summary>
    public double MeanAveragePrecision { get; private set; }

    /// <summary>The share of relevant items: the precision of an order by chance.</summary>
    public double Chance { get; private set; }

    /// <summary>Precision where a share of the relevant items is found, rounded up to whole ones: t / the rank of the t-th.</summary>
    public IReadOnlyList<(double Recall, double Precision)> AtRecall { get; private set; } = [];

    /// <summary>Precision and recall of the nearest 1, 3, 7, 15, ... items.</summary>
    public IReadOnlyList<(int Count, double Precision, double Recall)> AtCount { get; private set; } = [];

    /// <summary>Of bits, all items at most so many bits away: how many, the share of them all that is relevant, and recall.</summary>
    public IReadOnlyList<(int Radius, double Count, double Precision, double Recall)> AtRadius { get; private set; } = [];

    /// <summary>Measures how well queries find items.</summary>
    /// <param name="queries">What is looked for.</param>
    /// <param name="items">What is found; if they are the same codes, an item does not find itself.</param>
    /// <param name="distance">How near codes are; null: by Hamming where all are bits, else by cosine.</param>
    /// <param name="within">Codes of bits of the same queries and items: those at most so many bits away are found first, in the order of the distance, and the others after them, in that of bits. Null: all are alike.</param>
    /// <param name="threads">Worker threads, 0: all processors; no result depends on it.</param>
    /// <param name="progress">Told the share of queries that is done, from worker threads.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="UsageException">No query has anything relevant to find, or codes are no bits.</exception>
    public static Retrieval Of(LabelledCodes queries, LabelledCodes items, CodeDistance? distance = null, ShortList? within = null, int threads = 0, Action<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(items);
        if (queries.Width != items.Width) throw new ArgumentException($"codes of {queries.Width} numbers find none of {items.Width}", nameof(items));
        var areBits = items.AreBits && queries.AreBits;
        var result = new Retrieval(distance ?? (areBits ? CodeDistance.Hamming : CodeDistance.Cosine));
        if (result.Distance == CodeDistance.Hamming && !areBits) throw new UsageException("the codes are not all of bits, zeros and ones, and have no Hamming distance; compare them by cosine");
        RequireNumbers(queries);
        if (!ReferenceEquals(queries, items)) RequireNumbers(items);
        var middle = result.Distance == CodeDistance.Cosine ? Middle(items) : null;
        var rows = Items(items, result.Distance, middle);
        var offsets = middle is null ? null : Offsets(rows, items, middle);
        var side = result.Distance == CodeDistance.Euclidean ? null : rows.Transposed();
        var centres = side is null ? new Centroids(rows) : null;
        if (within is not null && (!within.Queries.AreBits || !within.Items.AreBits || within.Queries.Count != queries.Count || within.Items.Count != items.Count || within.Queries.Width != within.Items.Width))
            throw new ArgumentException("a short list is of codes of bits, one for each query and item", nameof(within));
        var list = within is null ? null : Items(within.Items, CodeDistance.Hamming).Transposed();
        var byLabel = ByLabel(items);
        var rankings = new Ranking?[queries.Count];
        var done = 0;
        ParallelShards.Run((queries.Count + Piece - 1) / Piece, ParallelShards.Workers(threads), (piece, _) =>
        {
            cancellation.ThrowIfCancellationRequested();
            var (first, count) = (piece * Piece, Math.Min(Piece, queries.Count - piece * Piece));
            Matrix asked = new(count, queries.Width), near = new(count, items.Count);
            for (var i = 0; i < count; i++) Copy(queries, first + i, result.Distance, asked[i], middle);
            if (side is not null) asked.Multiply(count, side, offsets, near);
            else Apart(asked, centres!, near);
            if (within is not null) Prefer(within, list!, first, near);
            var (ids, relevant) = (new int[items.Count], new bool[items.Count]);
            for (var i = 0; i < count; i++) rankings[first + i] = Rank(near[i], queries.Labels[first + i], byLabel, ReferenceEquals(queries, items) ? first + i : -1, ids, relevant, result.Distance == CodeDistance.Hamming ? queries.Width : -1, cancellation);
            progress?.Invoke((double)Interlocked.Add(ref done, count) / queries.Count);
        });
        result.Average([.. rankings.OfType<Ranking>()]);
        return result;
    }

    // A code that has no place in any order would be found nowhere, or everywhere.
    static void RequireNumbers(LabelledCodes codes)
    {
        var at = Array.FindIndex(codes.Values, value => !(Math.Abs(value) <= RowBlocks.Largest));
        if (at >= 0) throw new UsageException($"item {at / codes.Width} has {RowBlocks.Named(codes.Values[at])} in column {at % codes.Width} of its {codes.Width} numbers, all counted from 0, and is near nothing; leave it out, or look at what made it");
    }

    // Scores that grow with nearness: distances with their sign changed.
    static void Apart(Matrix asked, Centroids items, Matrix near)
    {
        items.Distances(asked, asked.Rows, near);
        for (var i = 0; i < near.Rows; i++)
            foreach (ref var distance in near[i]) distance = -distance;
    }

    // Scores of what is not in the short list fall below those of what is.
    static void Prefer(ShortList within, Matrix list, int first, Matrix near)
    {
        Matrix codes = new(near.Rows, within.Queries.Width), alike = new(near.Rows, near.Columns);
        for (var i = 0; i < near.Rows; i++) Copy(within.Queries, first + i, CodeDistance.Hamming, codes[i]);
        codes.Multiply(near.Rows, list, null, alike);
        for (var i = 0; i < near.Rows; i++)
        {
            Span<float> scores = near[i], bits = alike[i];
            var (least, width) = (0f, within.Queries.Width);
            foreach (var score in scores) least = Math.Min(least, score);
            for (var j = 0; j < scores.Length; j++)
                if (bits[j] < width - 2 * within.Radius) scores[j] = least - 1 + bits[j] - width;
        }
    }

    sealed record Ranking(int Items, int Relevant, double AveragePrecision, double[] AtRecall, double[] HitsAtCount, (int Count, int Hits)[] AtRadius);

    // One query. Scores are larger where codes are nearer; of bits they are bits - 2 x distance.
    static Ranking? Rank(Span<float> scores, IReadOnlyList<int> labels, List<int>[] byLabel, int itself, int[] ids, bool[] relevant, int bits, CancellationToken cancellation)
    {
        var total = 0;
        foreach (var label in labels)
            foreach (var item in label < byLabel.Length ? byLabel[label] : [])
                if (item != itself && !relevant[item]) (relevant[item], total) = (true, total + 1);
        if (total == 0) return null;
        for (var i = 0; i < ids.Length; i++) ids[i] = i;
        var values = scores.ToArray();
        if (itself >= 0) values[itself] = float.NegativeInfinity; // the last, and not counted
        Array.Sort(values, ids, Comparer<float>.Create((a, b) => b.CompareTo(a)));
        var count = itself >= 0 ? ids.Length - 1 : ids.Length;
        double[] atRecall = new double[RecallLevels.Length], hitsAtCount = new double[RankLevels.Length];
        var atRadius = new (int, int)[bits < 0 ? 0 : Math.Min(bits, MostRadius) + 1];
        var (precision, found, recallAt, countAt, radiusAt) = (0.0, 0, 0, 0, 0);
        for (int first = 0, end; first < count; first = end)
        {
            cancellation.ThrowIfCancellationRequested();
            var hits = relevant[ids[first]] ? 1 : 0;
            for (end = first + 1; end < count && values[end] == values[first]; end++) hits += relevant[ids[end]] ? 1 : 0;
            var (n, r) = (end - first, hits);
            for (; radiusAt < atRadius.Length && bits - 2 * radiusAt > values[first]; radiusAt++) atRadius[radiusAt] = (first, found);
            for (var j = 1; j <= n && r > 0; j++) precision += (double)r / n * (found + 1 + (n == 1 ? 0 : (j - 1.0) * (r - 1) / (n - 1))) / (first + j);
            for (; recallAt < atRecall.Length && Wanted(recallAt) <= found + r; recallAt++) atRecall[recallAt] = Wanted(recallAt) / (first + (Wanted(recallAt) - found) * (n + 1.0) / (r + 1));
            for (; countAt < hitsAtCount.Length && RankLevels[countAt] <= end; countAt++) hitsAtCount[countAt] = found + (double)r * (RankLevels[countAt] - first) / n;
            found += r;
        }
        for (; countAt < hitsAtCount.Length; countAt++) hitsAtCount[countAt] = found;
        for (; radiusAt < atRadius.Length; radiusAt++) atRadius[radiusAt] = (count, found);
        foreach (var label in labels)
            foreach (var item in label < byLabel.Length ? byLabel[label] : []) relevant[item] = false;
        return new Ranking(count, total, precision / total, atRecall, hitsAtCount, atRadius);

        double Wanted(int level) => Math.Max(1, Math.Ceiling(RecallLevels[level] * total - 1e-9));
    }

    const int MostRadius = 8;

    // Means in the order of the queries.
    void Average(Ranking[] rankings)
    {
        if (rankings.Length == 0) throw new UsageException("no query shares a label with any item, and there is nothing to find; items need labels, such as a sub-folder for each");
        Queries = rankings.Length;
        var items = rankings[0].Items;
        MeanAveragePrecision = Mean(ranking => ranking.AveragePrecision);
        Chance = Mean(ranking => (double)ranking.Relevant / ranking.Items);
        AtRecall = [.. RecallLevels.Select((recall, i) => (recall, Mean(ranking => ranking.AtRecall[i])))];
        AtCount = [.. RankLevels.Where(rank => rank <= items).Select((rank, i) => (rank, Mean(ranking => ranking.HitsAtCount[i] / rank), Mean(ranking => ranking.HitsAtCount[i] / ranking.Relevant)))];
        AtRadius = [.. rankings[0].AtRadius.Select((_, i) =>
        {
            var found = rankings.Sum(ranking => (long)ranking.AtRadius[i].Count);
            return (i, (double)found / Queries, found == 0 ? double.NaN : (double)rankings.Sum(ranking => (long)ranking.AtRadius[i].Hits) / found, Mean(ranking => (double)ranking.AtRadius[i].Hits / ranking.Relevant));
        })];

        double Mean(Func<Ranking, double> number)
        {
            var sum = 0.0;
            foreach (var ranking in rankings) sum += number(ranking);
            return sum / rankings.Length;
        }
    }

    static List<int>[] ByLabel(LabelledCodes items)
    {
        var most = 0;
        foreach (var labels in items.Labels)
            foreach (var label in labels) most = Math.Max(most, label + 1);
        var byLabel = new List<int>[most];
        for (var label = 0; label < most; label++) byLabel[label] = [];
        for (var i = 0; i < items.Count; i++)
            foreach (var label in items.Labels[i]) byLabel[label].Add(i);
        return byLabel;
    }

    static Matrix Items(LabelledCodes items, CodeDistance distance, double[]? middle = null)
    {
        var rows = new Matrix(items.Count, items.Width);
        for (var i = 0; i < items.Count; i++) Copy(items, i, distance, rows[i], middle);
        return rows;
    }

    // A code as products want it: of length 1 and perhaps about the middle, as it is, or -1 and 1.
    static void Copy(LabelledCodes codes, int item, CodeDistance distance, Span<float> row, double[]? middle = null)
    {
        var from = codes.Values.AsSpan(item * codes.Width, codes.Width);
        var (factor, offset) = distance == CodeDistance.Hamming ? (2.0, -1.0) : (1, 0);
        if (distance == CodeDistance.Cosine) factor = Inverse(from);
        for (var d = 0; d < from.Length; d++) row[d] = (float)(from[d] * factor + offset - (middle is null ? 0 : middle[d]));
    }

    // One over the length, 0 of zeros.
    static double Inverse(ReadOnlySpan<float> code)
    {
        var squares = 0.0;
        foreach (var value in code) squares += (double)value * value;
        return squares > 0 ? 1 / Math.Sqrt(squares) : 0;
    }

    // The mean direction m of items that nearly all have the same, as rows far from zero do: their cosines differ where single precision has no digits, so that a and b are compared about m. Null where they spread.
    static double[]? Middle(LabelledCodes items)
    {
        const double Spread = 0.01;
        var (mean, length) = (new double[items.Width], 0.0);
        for (var i = 0; i < items.Count; i++)
        {
            var from = items.Values.AsSpan(i * items.Width, items.Width);
            var factor = Inverse(from);
            for (var d = 0; d < mean.Length; d++) mean[d] += from[d] * factor;
        }
        for (var d = 0; d < mean.Length; d++) length += (mean[d] /= Math.Max(1, items.Count)) * mean[d];
        return 1 - length < Spread ? mean : null;
    }

    // a b = m a + (a - m) (b - m) + (m b - m m), where m b - m m is (1 - m m - (b - m)^2) / 2 of b of length 1, less what all such have; zeros, b = 0, are as far as can be.
    static Matrix Offsets(Matrix rows, LabelledCodes items, double[] middle)
    {
        var (offsets, length) = (new Matrix(1, rows.Rows), 0.0);
        foreach (var value in middle) length += value * value;
        for (var i = 0; i < rows.Rows; i++)
        {
            var (squares, row) = (0.0, rows[i].ToArray());
            foreach (var value in row) squares += (double)value * value;
            offsets[0][i] = (float)(Inverse(items.Values.AsSpan(i * items.Width, items.Width)) > 0 ? -squares / 2 : -(1 + length) / 2);
        }
        return offsets;
    }
}
