using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Which of some centroids that move is nearest to each row: that of the least squared distance in single precision, the first of equal ones, whatever spares distances. An upper bound of the distance to it and lower
/// bounds of those to groups of others, each of one centroid where there is room (Elkan 2003) or of several (Ding et al. 2015), move with the centroids; what is left open is asked one by one, or by products.
/// </summary>
sealed class KMeansBounds
{
    const float Up = 1 + 1f / (1 << 22), Down = 1 - 1f / (1 << 22); // more than a sum can be rounded by
    const int MostGroups = 128; // bounds of a row

    readonly RowBlocks _rows;
    readonly int _clusters, _groups;
    readonly float _slack; // what single precision can be wrong by, as a share of the squares that a distance is made of
    readonly float[] _upper, _lower, _squares, _moved, _groupMoved, _half;
    readonly int[] _nearest;
    readonly (Matrix Rows, Matrix Products)[] _scratch; // of each thread

    /// <param name="rows">The rows.</param>
    /// <param name="start">Centroids, whose number and origin those that rows are assigned to have.</param>
    public KMeansBounds(RowBlocks rows, Centroids start)
    {
        var clusters = start.Rows.Rows;
        (_rows, _clusters, _groups, _slack) = (rows, clusters, Math.Clamp(Math.Min(rows.Width, Array.MaxLength / rows.Rows), 1, Math.Min(clusters, MostGroups)), start.Slack);
        (_upper, _squares, _lower, _nearest) = (new float[rows.Rows], new float[rows.Rows], new float[(long)rows.Rows * _groups], new int[rows.Rows]);
        (_moved, _half, _groupMoved) = (new float[clusters], new float[clusters], new float[_groups]);
        _scratch = new (Matrix, Matrix)[rows.Threads];
        _upper.AsSpan().Fill(float.PositiveInfinity);
        rows.Each((block, _) =>
        {
            var (x, shifted) = (rows[block], new Matrix(1, rows.Width));
            for (var i = 0; i < x.Rows; i++)
            {
                start.Shift(x, i, 1, shifted);
                _squares[block * RowBlocks.Length + i] = shifted.Dot(0, shifted, 0);
            }
        });
    }

    /// <summary>The nearest centroid of each row.</summary>
    public ReadOnlySpan<int> Nearest => _nearest;

    /// <summary>Gives a row to a centroid that is to begin there.</summary>
    public void Give(int row, int centroid) => (_nearest[row], _upper[row]) = (centroid, float.PositiveInfinity);

    /// <summary>Tells how far each centroid has moved since rows were assigned.</summary>
    public void Move(ReadOnlySpan<double> distances)
    {
        _groupMoved.AsSpan().Clear();
        for (var k = 0; k < distances.Length; k++)
        {
            _moved[k] = (float)distances[k] * Up;
            ref var most = ref _groupMoved[Group(k)];
            most = MathF.Max(most, _moved[k]);
        }
    }

    /// <summary>Tells the nearest centroid of every row, but of those whose bounds say that it is still the same; returns how many rows have another.</summary>
    public long Assign(Centroids centroids)
    {
        Spread(centroids);
        var changes = new long[_rows.Count];
        _rows.Each((block, worker) =>
        {
            var (x, first, asked) = (_rows[block], block * RowBlocks.Length, new List<int>());
            for (var i = 0; i < x.Rows; i++)
            {
                var at = first + i;
                if (!float.IsFinite(_upper[at])) asked.Add(i);
                else if (!IsSettled(at) && Narrow(x, i, at, centroids, ref changes[block])) asked.Add(i);
            }
            if (asked.Count == 0) return;
            if (_scratch[worker].Rows is null) _scratch[worker] = (new Matrix(RowBlocks.Length, x.Columns), new Matrix(RowBlocks.Length, _clusters));
            var (some, products) = _scratch[worker];
            if (asked.Count == x.Rows) centroids.Shift(x, 0, x.Rows, some);
            else
                for (var j = 0; j < asked.Count; j++) centroids.Shift(x, asked[j], 1, some, j);
            some.Multiply(asked.Count, centroids.Columns, null, products);
            for (var j = 0; j < asked.Count; j++) Choose(x, asked[j], first + asked[j], products[j], centroids, ref changes[block]);
        });
        return changes.Sum();
    }

    // Moves the bounds of a row with the centroids; true if they say that its nearest is the same.
    bool IsSettled(int at)
    {
        var lower = _lower.AsSpan(at * _groups, _groups);
        var upper = _upper[at] = (_upper[at] + _moved[_nearest[at]]) * Up;
        var least = float.PositiveInfinity;
        for (var g = 0; g < lower.Length; g++)
        {
            var bound = (lower[g] - _groupMoved[g]) * Down;
            lower[g] = bound;
            least = bound < least ? bound : least;
        }
        return upper < MathF.Max(least, _half[_nearest[at]]);
    }

    // Looks at the centroids that may have come nearer one by one; true if these are so many that all are asked at once.
    bool Narrow(Matrix x, int i, int at, Centroids centroids, ref long changes)
    {
        const int MostAsked = 256;
        var lower = _lower.AsSpan(at * _groups, _groups);
        var (own, square) = (_nearest[at], x.SquaredDistance(i, centroids.Rows, _nearest[at]));
        var upper = _upper[at] = (float)Math.Sqrt(square) * (1 + _slack);
        if (upper < _half[own]) return false;
        var asked = 0;
        for (var g = 0; g < lower.Length; g++)
            if (lower[g] <= upper) asked += First(g + 1) - First(g);
        if (asked * 6 > _clusters || asked > MostAsked) return true;
        var (nearest, least, next) = (own, square, 0);
        Span<float> found = stackalloc float[MostAsked];
        for (var g = 0; g < lower.Length && next < asked; g++)
            for (int k = First(g), end = lower[g] <= upper ? First(g + 1) : k; k < end; k++)
            {
                found[next++] = k == own ? square : x.SquaredDistance(i, centroids.Rows, k);
                if (found[next - 1] < least || found[next - 1] == least && k < nearest) (nearest, least) = (k, found[next - 1]);
            }
        next = 0;
        for (var g = 0; g < lower.Length && next < asked; g++)
        {
            if (lower[g] > upper) continue;
            var bound = float.MaxValue;
            for (var k = First(g); k < First(g + 1); k++, next++)
                if (k != nearest && found[next] < bound) bound = found[next];
            lower[g] = (float)Math.Sqrt(bound) * (1 - _slack);
        }
        if (nearest == own) return false;
        // What was nearest till now is one of the others of its group.
        ref var left = ref lower[Group(own)];
        left = MathF.Min(left, (float)Math.Sqrt(square) * (1 - _slack));
        changes++;
        (_nearest[at], _upper[at]) = (nearest, (float)Math.Sqrt(least) * (1 + _slack));
        return false;
    }

    // Of a row whose products with all centroids are known.
    void Choose(Matrix x, int i, int at, Span<float> products, Centroids centroids, ref long changes)
    {
        var (square, most) = ((double)_squares[at], double.PositiveInfinity);
        for (var k = 0; k < products.Length; k++)
        {
            var (distance, error) = (square - 2.0 * products[k] + centroids.Squares[k], _slack * (square + centroids.Squares[k]));
            most = Math.Min(most, distance + error);
            products[k] = (float)Math.Max(0, distance - error); // the least that it can be
        }
        var (nearest, least) = (0, float.PositiveInfinity);
        for (var k = 0; k < products.Length; k++)
            if (products[k] * Down <= most && x.SquaredDistance(i, centroids.Rows, k) is var exact && exact < least) (nearest, least) = (k, exact);
        if (!float.IsFinite(_upper[at]) || nearest != _nearest[at]) changes++;
        (_nearest[at], _upper[at]) = (nearest, (float)Math.Sqrt(least) * (1 + _slack));
        var lower = _lower.AsSpan(at * _groups, _groups);
        for (var g = 0; g < lower.Length; g++)
        {
            var bound = float.MaxValue;
            for (var k = First(g); k < First(g + 1); k++)
                if (k != nearest && products[k] < bound) bound = products[k];
            lower[g] = (float)Math.Sqrt(bound) * Down;
        }
    }

    // Half of the distance from each centroid to its nearest other.
    void Spread(Centroids centroids)
    {
        var blocks = (_clusters + RowBlocks.Length - 1) / RowBlocks.Length;
        ParallelShards.Run(blocks, _rows.Threads, (block, _) =>
        {
            var (first, count) = (block * RowBlocks.Length, Math.Min(RowBlocks.Length, _clusters - block * RowBlocks.Length));
            Matrix some = new(count, _rows.Width), distances = new(count, _clusters);
            for (var i = 0; i < count; i++) centroids.Rows[first + i].CopyTo(some[i]);
            centroids.Distances(some, count, distances);
            for (var i = 0; i < count; i++)
            {
                var least = float.MaxValue;
                for (var k = 0; k < _clusters; k++)
                    if (k != first + i) least = MathF.Min(least, distances[i][k]);
                var square = (double)least * least;
                _half[first + i] = (float)Math.Sqrt(Math.Max(0, square - _slack * (3 * centroids.Squares[first + i] + 2 * square))) * Down / 2;
            }
        });
    }

    // Centroids of a group lie side by side.
    int First(int group) => (int)((long)group * _clusters / _groups);

    int Group(int centroid) => (int)(((long)centroid * _groups + _groups - 1) / _clusters);
}
