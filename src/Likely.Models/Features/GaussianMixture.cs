using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// A mixture of Gaussians, p(x) = sum over k of w_k N(x; m_k, S_k), fitted by expectation and maximisation (Dempster et al. 1977) from the clusters of k-means: r_k(x) = w_k N(x; m_k, S_k) / p(x), in
/// logarithms; then weights, means and covariances become those of the rows, each counted r_k(x) times. Covariances are diagonal, full, or full and the same for all (tied), with <c>floor</c> added to their
/// diagonals. A code is r_1, ..., r_K; the row of a code is the sum of r_k m_k.
/// </summary>
public sealed record GaussianMixtureConfig : FeatureConfig
{
    [Key("Gaussians", 1, 1 << 14)]
    public int Components { get; init; } = 10;
    [Key("covariances: a variance for each number of a row, a matrix for each Gaussian, or one matrix for all", "diagonal", "full", "tied")]
    public string Covariance { get; init; } = "diagonal";
    [Key("most times that all rows are gone over", 1, 1 << 20)]
    public int Iterations { get; init; } = 100;
    [Key("ends when the mean log-likelihood of a row grows by less than so many nats", 0, 1000)]
    public double Tolerance { get; init; } = 1e-3;
    [Key("added to variances, as a share of the rows' mean variance", 1e-12, 1)]
    public double Floor { get; init; } = 1e-4;

    public override string Name => "gaussian-mixture";

    public override string Summary => "mixture of Gaussians by expectation and maximisation, a density of real rows (Dempster et al. 1977)";

    private protected override FeatureModel Create(Space space) => new GaussianMixture(this, space);
}

/// <summary>A fitted mixture, which is a density of rows as well.</summary>
public sealed class GaussianMixture : FeatureModel
{
    readonly GaussianMixtureConfig _config;
    readonly Parameter _weights, _means, _scales;
    readonly Lazy<Gaussians> _gaussians;

    internal GaussianMixture(GaussianMixtureConfig config, Space space) : base(config, space)
    {
        var (scope, dimensions) = (new ParameterScope(Parameters), space.Dimensions);
        _config = config;
        _weights = scope.Bias("log_weights", config.Components);
        _means = scope.Weight("means", 1, config.Components, dimensions);
        // Of diagonal covariances the inverse deviations, of others L with L L' the inverse covariance.
        _scales = config.Covariance switch
        {
            "diagonal" => scope.Weight("inverse_deviations", 1, config.Components, dimensions),
            "full" => scope.Weight("inverse_factors", config.Components, dimensions, dimensions),
            _ => scope.Weight("inverse_factor", 1, dimensions, dimensions),
        };
        _gaussians = new(() => new Gaussians(_weights.ToArray(), _means.ToArray(), _scales.ToArray(), config.Covariance, dimensions));
    }

    internal override int CodeWidth => _config.Components;

    public override IReadOnlyList<float[]> Atoms() => [.. _means.ToArray().Chunk(Space.Dimensions)];

    /// <summary>log p(x) of some rows, in nats.</summary>
    /// <param name="rows">[count, dimensions].</param>
    /// <param name="logs">Receives one number a row.</param>
    /// <exception cref="ArgumentException">There are fewer rows.</exception>
    /// <exception cref="ModelException">It was fitted to rows that were prepared.</exception>
    public void LogDensities(ReadOnlySpan<float> rows, Span<double> logs)
    {
        var width = Space.Dimensions;
        if (IsPrepared) throw new ModelException("the mixture is a density of rows that were normalized or whitened, and not of the rows themselves; fit one with normalize=none and whitening=none");
        if (rows.Length < (long)logs.Length * width) throw new ArgumentException($"{logs.Length} rows of {width} numbers are more than {rows.Length} numbers");
        for (int first = 0, some; first < logs.Length; first += some)
        {
            some = Math.Min(RowBlocks.Length, logs.Length - first);
            var (x, densities) = (new Matrix(some, width), new double[some, CodeWidth]);
            for (var i = 0; i < some; i++) rows.Slice((first + i) * width, width).CopyTo(x[i]);
            _gaussians.Value.Fill(x, densities);
            for (var i = 0; i < some; i++) logs[first + i] = Gaussians.Normalize(densities, i);
        }
    }

    internal override void Learn(RowBlocks rows, FitOptions options)
    {
        if (rows.Rows < Math.Max(2, CodeWidth)) throw new ModelException($"components={CodeWidth} is more than {rows.Rows} rows can tell apart");
        var fit = new GaussianMixtureFit(_config, rows, options);
        fit.Run();
        _weights.Assign(fit.LogWeights);
        _means.Assign(fit.Means);
        _scales.Assign(fit.Scales);
        Fitting = new Dictionary<string, double> { ["log_likelihood"] = fit.LogLikelihood, ["iterations"] = fit.Iterations, ["converged"] = fit.Converged ? 1 : 0 };
    }

    private protected override void Encode(Matrix rows, Matrix codes)
    {
        var densities = new double[rows.Rows, CodeWidth];
        _gaussians.Value.Fill(rows, densities);
        for (var i = 0; i < rows.Rows; i++)
        {
            Gaussians.Normalize(densities, i);
            for (var k = 0; k < CodeWidth; k++) codes[i][k] = (float)densities[i, k];
        }
    }

    private protected override void Decode(Matrix codes, Matrix rows)
    {
        var (means, atoms) = (new Matrix(CodeWidth, Space.Dimensions), Atoms());
        for (var k = 0; k < CodeWidth; k++) atoms[k].CopyTo(means[k]);
        codes.Multiply(codes.Rows, means, null, rows);
    }
}
