namespace Likely.Models;

/// <summary>
/// Shortest paths from one row to all along edges: rows wait in buckets by how far they are, a share of a mean edge wide, and those of the nearest bucket pass on what they know until nothing in it changes (Dijkstra 1959;
/// Meyer and Sanders 2003, "delta-stepping"). Lengths are the least sums along paths in single precision, whatever is looked at first. One thread at a time uses it.
/// </summary>
/// <param name="begins">Where the edges of each row begin; one more at the end.</param>
/// <param name="ends">The row at the other end of each.</param>
/// <param name="edges">The length of each.</param>
sealed class PathSearch(int[] begins, int[] ends, float[] edges)
{
    const int MostBuckets = 4096, Share = 4; // buckets in turn; of a mean edge

    readonly float[] _passed = new float[begins.Length - 1]; // how far a row was when it passed that on
    readonly List<int>[] _buckets = [.. Enumerable.Range(0, Turns(begins.Length - 1, edges)).Select(_ => new List<int>())];
    readonly double _perLength = 1 / Width(begins.Length - 1, edges);

    /// <summary>The lengths of the paths from a row to all.</summary>
    public void Find(int source, Span<float> lengths)
    {
        lengths.Fill(float.PositiveInfinity);
        _passed.AsSpan().Fill(-1);
        lengths[source] = 0;
        _buckets[0].Add(source);
        for (var (bucket, waiting) = (0L, 1); waiting > 0; bucket++)
        {
            var rows = _buckets[bucket % _buckets.Length];
            for (var next = 0; next < rows.Count; next++) // grows
            {
                var at = rows[next];
                var length = lengths[at];
                // It has come nearer meanwhile, and was in an earlier bucket, or waits here twice.
                if (_passed[at] == length) continue;
                _passed[at] = length;
                for (var edge = begins[at]; edge < begins[at + 1]; edge++)
                {
                    var (to, whole) = (ends[edge], length + edges[edge]);
                    if (whole >= lengths[to]) continue;
                    lengths[to] = whole;
                    _buckets[Math.Max(bucket, (long)(whole * _perLength)) % _buckets.Length].Add(to);
                    waiting++;
                }
            }
            waiting -= rows.Count;
            rows.Clear();
        }
    }

    // Of a bucket: so that no edge leads farther than once around.
    static double Width(int rows, float[] edges)
    {
        double sum = 0, most = 0;
        foreach (var edge in edges) (sum, most) = (sum + edge, Math.Max(most, edge));
        var width = Math.Max(sum / Math.Max(1, edges.Length) / Share, Math.Max(most / MostBuckets, most * rows / long.MaxValue));
        return width > 0 ? width : 1;
    }

    static int Turns(int rows, float[] edges) => (int)((edges.Length == 0 ? 0 : edges.Max()) / Width(rows, edges)) + 3;
}
