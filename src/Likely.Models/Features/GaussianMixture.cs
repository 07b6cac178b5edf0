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

    private protected override FeatureModel Create(Space space, int classes) => new GaussianMixture(this, space);
}

/// <summary>A fitted mixture, which is a density of rows as well.</summary>
public sealed class GaussianMixture : FeatureModel, IRowDensity
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

    public double LogError => 0;

    public bool TellsDensities => LogVolume is not null;

    /// <inheritdoc/>
    /// <exception cref="ModelException">It was fitted to rows that were normalized.</exception>
    public void LogDensities(ReadOnlySpan<float> rows, Span<double> logs)
    {
        var joint = new double[Math.Min(logs.Length, RowBlocks.Length) * CodeWidth];
        for (int first = 0, some; first < logs.Length; first += some)
        {
            some = Math.Min(RowBlocks.Length, logs.Length - first);
            LogJoint(rows[Math.Min(rows.Length, first * Space.Dimensions)..], some, joint);
            for (var i = 0; i < some; i++) logs[first + i] = Gaussians.Normalize(joint.AsSpan(i * CodeWidth, CodeWidth));
        }
    }

    /// <summary>log (w_k N_k(x)) of some rows and each Gaussian, in nats.</summary>
    /// <param name="rows">[count, dimensions].</param>
    /// <param name="count">How many.</param>
    /// <param name="logs">Receives [count, <see cref="FeatureModel.Width"/>].</param>
    /// <exception cref="ArgumentException">There are fewer rows, or less room.</exception>
    /// <exception cref="ModelException">It was fitted to rows that were normalized.</exception>
    public void LogJoint(ReadOnlySpan<float> rows, int count, Span<double> logs)
    {
        var (width, volume) = (Space.Dimensions, RequireVolume());
        if (rows.Length < (long)count * width || logs.Length < (long)count * CodeWidth) throw new ArgumentException($"{count} rows of {width} numbers have {CodeWidth} logarithms each, and there are {rows.Length} numbers and room for {logs.Length}");
        for (int first = 0, some; first < count; first += some)
        {
            some = Math.Min(RowBlocks.Length, count - first);
            var x = new Matrix(some, width);
            for (var i = 0; i < some; i++) rows.Slice((first + i) * width, width).CopyTo(x[i]);
            var own = logs.Slice(first * CodeWidth, some * CodeWidth);
            _gaussians.Value.Fill(AsSeen(x), own);
            for (var i = 0; i < own.Length; i++) own[i] += volume;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ModelException">It was fitted to rows that were normalized.</exception>
    public void Draw(ulong seed, long first, Span<float> rows)
    {
        RequireVolume();
        var width = Space.Dimensions;
        if (rows.Length % width != 0) throw new ArgumentException($"{rows.Length} numbers are no rows of {width}", nameof(rows));
        var draws = new Philox(seed, RandomPurpose.Sampling, Philox.Hash("gaussian-mixture"));
        for (var i = 0; i < rows.Length / width; i++) _gaussians.Value.Draw(draws, (ulong)(first + i), rows.Slice(i * width, width));
        if (!IsPrepared) return;
        var seen = new Matrix(rows.Length / width, width);
        for (var i = 0; i < seen.Rows; i++) rows.Slice(i * width, width).CopyTo(seen[i]);
        Undo(seen);
        for (var i = 0; i < seen.Rows; i++) seen[i].CopyTo(rows[(i * width)..]);
    }

    double RequireVolume() => LogVolume ?? throw new ModelException("the mixture is a density of rows that were normalized, as which many rows look the same, and not of the rows themselves; fit one with normalize=none");

    internal override void Learn(RowBlocks rows, FitOptions options)
    {
        if (rows.Rows < Math.Max(2, CodeWidth)) throw new ModelException($"components={CodeWidth} is more than {rows.Rows} rows can tell apart");
        var fit = new GaussianMixtureFit(_config, rows, options);
        fit.Run();
        _weights.Assign(fit.LogWeights);
        _means.Assign(fit.Means);
        _scales.Assign(fit.Scales);
        Fitting = new Dictionary<string, double> { ["log_likelihood"] = fit.LogLikelihood + (LogVolume ?? 0), ["iterations"] = fit.Iterations, ["converged"] = fit.Converged ? 1 : 0 };
    }

    private protected override void Encode(Matrix rows, Matrix codes)
    {
        var densities = new double[rows.Rows * CodeWidth];
        _gaussians.Value.Fill(rows, densities);
        for (var i = 0; i < rows.Rows; i++)
        {
            var shares = densities.AsSpan(i * CodeWidth, CodeWidth);
            Gaussians.Normalize(shares);
            for (var k = 0; k < CodeWidth; k++) codes[i][k] = (float)shares[k];
        }
    }

    private protected override void Decode(Matrix codes, Matrix rows) => codes.Multiply(codes.Rows, _means.ToMatrix(), null, rows);
}
