using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Rows joined to their nearest others, in both directions, by edges as long as the rows are apart. Parts that nothing joins are bridged by the shortest edges between them, as in a shortest tree over the parts
/// (Boruvka 1926).
/// </summary>
sealed class NeighbourGraph
{
    const int Piece = 128; // rows whose neighbours are found together

    readonly int _count, _threads;
    readonly CancellationToken _cancellation;
    readonly int[] _begins, _ends;
    readonly float[] _lengths;

    public NeighbourGraph(Matrix rows, int neighbours, int threads, Action<double, string> progress, CancellationToken cancellation)
    {
        (_count, _threads, _cancellation) = (rows.Rows, threads, cancellation);
        var (nearest, found, done) = (new NearestRows(rows), new (int Row, float Distance)[_count][], 0);
        Each((first, some) =>
        {
            nearest.Find(rows, first, some, neighbours, (query, row) => query == row).CopyTo(found.AsSpan(first));
            Interlocked.Add(ref done, some);
        });
        progress(0.7, $"neighbours of {done} rows");
        var edges = new List<(int From, int To, float Length)>();
        for (var i = 0; i < _count; i++)
            foreach (var (row, distance) in found[i])
                if (i < row || !Array.Exists(found[row], other => other.Row == i)) edges.Add((i, row, distance));
        Bridge(rows, nearest, edges);
        progress(1, $"{Parts} parts");
        Edges = edges.Count;
        (_begins, _ends, _lengths) = (new int[_count + 1], new int[2 * edges.Count], new float[2 * edges.Count]);
        foreach (var (from, to, _) in edges)
        {
            _begins[from + 1]++;
            _begins[to + 1]++;
        }
        for (var i = 0; i < _count; i++) _begins[i + 1] += _begins[i];
        var next = _begins.AsSpan(0, _count).ToArray();
        foreach (var (from, to, length) in edges)
        {
            (_ends[next[from]], _lengths[next[from]++]) = (to, length);
            (_ends[next[to]], _lengths[next[to]++]) = (from, length);
        }
    }

    /// <summary>Edges, each counted once.</summary>
    public int Edges { get; }

    /// <summary>Parts that nothing joined before they were bridged.</summary>
    public int Parts { get; private set; }

    /// <summary>The length of the longest bridge; 0 without any.</summary>
    public float LongestBridge { get; private set; }

    /// <summary>What finds shortest paths, for one thread.</summary>
    public PathSearch NewSearch() => new(_begins, _ends, _lengths);

    void Bridge(Matrix rows, NearestRows nearest, List<(int From, int To, float Length)> edges)
    {
        var parts = new int[_count];
        for (var i = 0; i < _count; i++) parts[i] = i;
        foreach (var (from, to, _) in edges) Join(from, to);
        for (var round = 0; ; round++)
        {
            for (var i = 0; i < _count; i++) parts[i] = Find(i);
            var count = parts.Where((part, i) => part == i).Count();
            if (round == 0) Parts = count;
            if (count == 1) return;
            var best = new (int Row, float Distance)[_count];
            Each((first, some) =>
            {
                var found = nearest.Find(rows, first, some, 1, (query, row) => parts[query] == parts[row]);
                for (var i = 0; i < some; i++) best[first + i] = found[i][0];
            });
            // Of each part the shortest; of equal ones that of the first rows, so that no cycle of equal edges can close.
            var shortest = new Dictionary<int, (float Length, int Low, int High)>();
            for (var i = 0; i < _count; i++)
            {
                var edge = (best[i].Distance, Math.Min(i, best[i].Row), Math.Max(i, best[i].Row));
                if (!shortest.TryGetValue(parts[i], out var own) || edge.CompareTo(own) < 0) shortest[parts[i]] = edge;
            }
            foreach (var (_, (length, low, high)) in shortest.OrderBy(pair => pair.Key))
            {
                if (Find(low) == Find(high)) continue;
                Join(low, high);
                edges.Add((low, high, length));
                LongestBridge = MathF.Max(LongestBridge, length);
            }
        }

        int Find(int i)
        {
            while (parts[i] != i) i = parts[i] = parts[parts[i]];
            return i;
        }

        void Join(int a, int b)
        {
            (a, b) = (Find(a), Find(b));
            parts[Math.Max(a, b)] = Math.Min(a, b);
        }
    }

    void Each(Action<int, int> work) => ParallelShards.Run((_count + Piece - 1) / Piece, _threads, (piece, _) =>
    {
        _cancellation.ThrowIfCancellationRequested();
        work(piece * Piece, Math.Min(Piece, _count - piece * Piece));
    });
}
