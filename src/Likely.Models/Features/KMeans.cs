using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// k-means: K centroids c that make the sum over rows x of min over k of |x - c_k|^2 small. They begin as rows, drawn by k-means++ with several candidates each (Arthur and Vassilvitskii 2007), and move to the means of
/// the rows nearest to them (Lloyd 1982), where bounds by the triangle inequality spare most distances (Hamerly 2010); or they move a little with every drawn batch (Sculley 2010). A code is
/// the distances to all centroids, a one for the nearest, or max(0, mean distance - distance) (Coates et al. 2011, "triangle"); the row of a code is the nearest centroid.
/// </summary>
public sealed record KMeansConfig : FeatureConfig
{
    [Key("centroids", 1, 1 << 20)]
    public int Clusters { get; init; } = 10;
    [Key("where centroids begin: at rows far from each other, drawn by k-means++, or at any rows", "spread", "random")]
    public string Start { get; init; } = "spread";
    [Key("most times that all rows are gone over", 1, 1 << 20)]
    public int Iterations { get; init; } = 300;
    [Key("ends when centroids move by less than this share of the rows' mean variance", 0, 1)]
    public double Tolerance { get; init; } = 1e-4;
    [Key("rows drawn for a step; 0: all rows are in every step", 0, 1 << 24)]
    public int Batch { get; init; }
    [Key("beginnings, of which the best end is kept", 1, 1000)]
    public int Restarts { get; init; } = 1;
    [Key("a code: the distances to all centroids, a one for the nearest, or by how much each is nearer than on average", "distances", "nearest", "triangle")]
    public string Code { get; init; } = "distances";

    public override string Name => "kmeans";

    public override string Summary => "k-means: the centroids nearest to the rows (Lloyd 1982; k-means++, Arthur and Vassilvitskii 2007)";

    private protected override FeatureModel Create(Space space, int classes) => new KMeans(this, space);
}

sealed class KMeans : FeatureModel
{
    readonly KMeansConfig _config;
    readonly Parameter _centroids;
    readonly Lazy<Centroids> _all;

    public KMeans(KMeansConfig config, Space space) : base(config, space)
    {
        _config = config;
        _centroids = new ParameterScope(Parameters).Weight("centroids", 1, config.Clusters, space.Dimensions);
        _all = new(() => new Centroids(_centroids.ToMatrix()));
    }

    internal override int CodeWidth => _config.Clusters;

    public override IReadOnlyList<float[]> Atoms()
    {
        var centroids = _centroids.ToMatrix();
        return [.. Enumerable.Range(0, CodeWidth).Select(k => centroids[k].ToArray())];
    }

    internal override void Learn(RowBlocks rows, FitOptions options)
    {
        if (rows.Rows < CodeWidth) throw new ModelException($"clusters={CodeWidth} is more than there are rows, {rows.Rows}");
        KMeansSearch? best = null;
        for (var restart = 0; restart < _config.Restarts; restart++)
        {
            var search = new KMeansSearch(_config, rows, options, restart);
            search.Run();
            if (best is null || search.Objective < best.Objective) best = search;
        }
        var values = new float[CodeWidth * rows.Width];
        for (var k = 0; k < CodeWidth; k++) best!.Rows[k].CopyTo(values.AsSpan(k * rows.Width));
        _centroids.Assign(values);
        Fitting = new Dictionary<string, double> { ["objective"] = best!.Objective, ["iterations"] = best.Iterations, ["converged"] = best.Converged ? 1 : 0 };
    }

    private protected override void Encode(Matrix rows, Matrix codes)
    {
        if (_config.Code == "nearest")
        {
            var nearest = new int[rows.Rows];
            _all.Value.Nearest(rows, 0, (new Matrix(rows.Rows, rows.Columns), codes), nearest, new double[rows.Rows]);
            for (var i = 0; i < rows.Rows; i++)
            {
                codes[i].Clear();
                codes[i][nearest[i]] = 1;
            }
            return;
        }
        _all.Value.Distances(rows, rows.Rows, codes);
        for (var i = 0; i < rows.Rows && _config.Code == "triangle"; i++)
        {
            var code = codes[i];
            var sum = 0.0;
            foreach (var distance in code) sum += distance;
            var mean = (float)(sum / code.Length);
            foreach (ref var distance in code) distance = MathF.Max(0, mean - distance);
        }
    }

    private protected override void Decode(Matrix codes, Matrix rows)
    {
        var centroids = _all.Value.Rows;
        for (var i = 0; i < codes.Rows; i++)
        {
            var code = codes[i];
            centroids[code.IndexOf(_config.Code == "distances" ? Least(code) : Most(code))].CopyTo(rows[i]);
        }
    }

    static float Least(ReadOnlySpan<float> values)
    {
        var least = values[0];
        foreach (var value in values) least = MathF.Min(least, value);
        return least;
    }

    static float Most(ReadOnlySpan<float> values)
    {
        var most = values[0];
        foreach (var value in values) most = MathF.Max(most, value);
        return most;
    }
}
