using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Isomap: rows as points of few coordinates whose distances are those along the data (Tenenbaum, de Silva and Langford 2000). Each row is joined to its nearest others, shortest paths from some rows, the landmarks, measure
/// along these edges, and y = -V' (d - mean d) / 2 of the squared path lengths d to the landmarks, V the eigenvectors of -H D H / 2 over the roots of their values (landmark MDS, de Silva and Tenenbaum 2004). All rows
/// as landmarks is the classical method. Parts of the graph that nothing joins are bridged by the shortest edges between them. A new row reaches the landmarks through its nearest rows, so the model keeps these.
/// </summary>
public sealed record IsomapConfig : FeatureConfig
{
    [Key("coordinates", 1, 1024)]
    public int Components { get; init; } = 2;
    [Key("nearest rows that each is joined to", 1, 4096)]
    public int Neighbours { get; init; } = 10;
    [Key("rows that paths are measured from; auto: all of up to 1,000, or so many drawn", 1, 1 << 20, Automatic = true)]
    public int Landmarks { get; init; }
    [Key("rows that the model is made of and keeps, drawn where there are more; auto: all", 1, 1 << 24, Automatic = true)]
    public int Rows { get; init; }

    public override string Name => "isomap";

    public override string Summary => "Isomap: coordinates that keep distances along the data, with landmarks (Tenenbaum et al. 2000; de Silva and Tenenbaum 2004)";

    internal override FeatureConfig Fitted(int rows)
    {
        const int Usual = 1000;
        var kept = Rows == 0 ? rows : Math.Min(Rows, rows);
        if (kept <= Neighbours) throw new ModelException($"neighbours={Neighbours} is as many as there are other rows, or more: there are {kept} rows");
        var landmarks = Landmarks == 0 ? Math.Min(kept, Usual) : Math.Min(Landmarks, kept);
        if (Components >= landmarks) throw new ModelException($"components={Components} wants more landmarks than {landmarks}");
        return this with { Rows = kept, Landmarks = landmarks };
    }

    private protected override FeatureModel Create(Space space, int classes)
        => Rows > 0 && Landmarks > 0 ? new Isomap(this, space) : throw new ModelException("isomap keeps the rows that it is fitted to, and is none without them");
}

sealed class Isomap : FeatureModel
{
    readonly IsomapConfig _config;
    readonly Parameter _mean, _rows, _paths, _directions, _squares;
    readonly Lazy<(NearestRows Nearest, float[] Paths, Matrix Directions, float[] Squares, float[] Mean)> _fitted;

    public Isomap(IsomapConfig config, Space space) : base(config, space)
    {
        var scope = new ParameterScope(Parameters);
        _config = config;
        _mean = scope.Bias("mean", space.Dimensions);
        _rows = scope.Weight("rows", 1, config.Rows, space.Dimensions);
        _paths = scope.Weight("paths", 1, config.Rows, config.Landmarks);
        _directions = scope.Weight("directions", 1, config.Landmarks, config.Components);
        _squares = scope.Bias("mean_squares", config.Landmarks);
        _fitted = new(() => (new NearestRows(_rows.ToMatrix()), _paths.ToArray(), _directions.ToMatrix(), _squares.ToArray(), _mean.ToArray()));
    }

    public override bool Decodes => false;

    internal override int CodeWidth => _config.Components;

    internal override void Learn(RowBlocks rows, FitOptions options)
    {
        int[] chosen = Drawn(rows.Rows, _config.Rows, options.Seed, "rows"), landmarks = Drawn(_config.Rows, _config.Landmarks, options.Seed, "landmarks");
        var (mean, kept) = (Array.ConvertAll(rows.Mean(), value => (float)value), new Matrix(chosen.Length, rows.Width));
        var (at, block) = (-1, kept);
        for (var i = 0; i < chosen.Length; i++)
        {
            if (chosen[i] / RowBlocks.Length != at) block = rows[at = chosen[i] / RowBlocks.Length];
            Subtract(block[chosen[i] % RowBlocks.Length], mean, kept[i]);
        }
        _mean.Assign(mean);
        _rows.Assign(kept);
        var graph = new NeighbourGraph(kept, _config.Neighbours, rows.Threads, (done, words) => options.Progress?.Invoke(new FitMoment(0.4 * done, words)), rows.Cancellation);
        // Into the model at once, as they are the largest part of it.
        var (searches, lengths) = (new PathSearch[rows.Threads], new float[rows.Threads][]);
        ParallelShards.Run(landmarks.Length, rows.Threads, (landmark, worker) =>
        {
            rows.Cancellation.ThrowIfCancellationRequested();
            var own = lengths[worker] ??= new float[kept.Rows];
            (searches[worker] ??= graph.NewSearch()).Find(landmarks[landmark], own);
            unsafe
            {
                for (var i = 0; i < own.Length; i++) _paths.Data[(long)i * _paths.Stride + landmark] = own[i];
            }
        });
        Parameters.Changed();
        options.Progress?.Invoke(new FitMoment(0.8, $"paths from {landmarks.Length} rows"));
        var scaling = new LandmarkScaling(_paths, landmarks, _config.Components, options.Seed, rows.Threads, rows.Cancellation);
        _squares.Assign(scaling.MeanSquares);
        _directions.Assign(scaling.Directions);
        Fitting = new Dictionary<string, double> { ["parts"] = graph.Parts, ["longest_bridge"] = graph.LongestBridge, ["edges"] = graph.Edges, ["residual_variance"] = scaling.ResidualVariance };
    }

    private protected override void Encode(Matrix rows, Matrix codes)
    {
        var ((nearest, paths, directions, squares, mean), landmarks) = (_fitted.Value, _config.Landmarks);
        var (centred, distances) = (new Matrix(rows.Rows, rows.Columns), new Matrix(rows.Rows, landmarks));
        for (var i = 0; i < rows.Rows; i++) Subtract(rows[i], mean, centred[i]);
        var found = nearest.Find(centred, 0, rows.Rows, _config.Neighbours);
        for (var i = 0; i < rows.Rows; i++)
        {
            var row = distances[i];
            row.Fill(float.PositiveInfinity);
            foreach (var (neighbour, distance) in found[i])
            {
                var path = paths.AsSpan(neighbour * landmarks, landmarks);
                for (var l = 0; l < row.Length; l++) row[l] = MathF.Min(row[l], distance + path[l]);
            }
            for (var l = 0; l < row.Length; l++) row[l] = (float)(((double)squares[l] - (double)row[l] * row[l]) / 2);
        }
        distances.Multiply(rows.Rows, directions, null, codes);
    }

    // So many numbers below a bound, in their order: all of them, or drawn.
    static int[] Drawn(int bound, int count, ulong seed, string what)
    {
        int[] numbers = count == bound ? [.. Enumerable.Range(0, bound)] : new Philox(seed, RandomPurpose.Sampling, Philox.Hash($"isomap.{what}")).Permutation(bound, 0)[..count];
        Array.Sort(numbers);
        return numbers;
    }

    static void Subtract(ReadOnlySpan<float> row, float[] mean, Span<float> result)
    {
        for (var d = 0; d < result.Length; d++) result[d] = row[d] - mean[d];
    }
}
