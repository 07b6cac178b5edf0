using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Spectral hashing (Weiss, Torralba and Fergus 2008, algorithm of section 3): along each principal component, whose values lie in [a, b] in the rows that it is fitted to, the eigenfunctions of the Laplacian of a uniform
/// density are sin(pi/2 + w (v - a)) with w = k pi / (b - a), k = 1, 2, ...; of all components those with the smallest w (the smallest eigenvalues 1 - exp(-e^2 w^2 / 2)) are the bits, [sin(...) > 0].
/// </summary>
public sealed record SpectralHashingConfig : FeatureConfig
{
    [Key("bits of a code", 1, BinaryCodes.MostBits)]
    public int Bits { get; init; } = 64;

    public override string Name => "spectral-hashing";

    public override string Summary => "spectral hashing: the smoothest waves along principal components, cut at zero (Weiss et al. 2008)";

    private protected override FeatureModel Create(Space space, int classes) => new SpectralHash(this, space);
}

sealed class SpectralHash : FeatureModel
{
    readonly SpectralHashingConfig _config;
    readonly int _components;
    readonly Parameter _mean, _directions, _lows, _lengths;
    readonly Lazy<(Matrix Directions, Matrix Mean, (int Component, double Frequency)[] Waves)> _all;

    public SpectralHash(SpectralHashingConfig config, Space space) : base(config, space)
    {
        var scope = new ParameterScope(Parameters);
        (_config, _components) = (config, Math.Min(config.Bits, space.Dimensions));
        _mean = scope.Bias("mean", space.Dimensions);
        _directions = scope.Weight("components", 1, _components, space.Dimensions);
        _lows = scope.Bias("lows", _components);
        _lengths = scope.Bias("lengths", _components);
        _all = new(All);
    }

    internal override int CodeWidth => _config.Bits;

    public override int Bits => _config.Bits;

    public override bool Decodes => false;

    public override IReadOnlyList<float[]> Atoms() => [.. _directions.ToArray().Chunk(Space.Dimensions)];

    internal override void Learn(RowBlocks rows, FitOptions options)
    {
        var directions = PrincipalDirections.Fit(rows, Space, _components, $"bits={Bits}", options);
        float[] lows = new float[_components], highs = new float[_components];
        Array.Fill(lows, float.PositiveInfinity);
        Array.Fill(highs, float.NegativeInfinity);
        for (var block = 0; block < rows.Count; block++)
        {
            var projected = directions.Project(rows[block], rows.Threads);
            for (var i = 0; i < projected.Rows; i++)
            {
                var row = projected[i];
                for (var c = 0; c < row.Length; c++) (lows[c], highs[c]) = (Math.Min(lows[c], row[c]), Math.Max(highs[c], row[c]));
            }
        }
        var lengths = new float[_components];
        for (var c = 0; c < lengths.Length; c++) lengths[c] = highs[c] - lows[c];
        if (Array.TrueForAll(lengths, length => !(length > 0))) throw new ModelException("spectral hashing cuts rows along where they differ, and these are all alike");
        _mean.Assign(directions.Mean);
        _directions.Assign([.. Enumerable.Range(0, _components).SelectMany(c => directions.Rows[c].ToArray())]);
        _lows.Assign(lows);
        _lengths.Assign(lengths);
        Fitting = new Dictionary<string, double> { ["components_used"] = Waves(lengths, Bits).Select(wave => wave.Component).Distinct().Count() };
    }

    // The smallest frequencies of all components, of equal ones the earlier component's.
    static (int Component, double Frequency)[] Waves(float[] lengths, int bits)
    {
        var (waves, next) = (new (int, double)[bits], new int[lengths.Length]);
        Array.Fill(next, 1);
        for (var k = 0; k < bits; k++)
        {
            var (best, least) = (-1, double.PositiveInfinity);
            for (var c = 0; c < lengths.Length; c++)
                if (lengths[c] > 0 && next[c] * Math.PI / lengths[c] is var frequency && frequency < least) (best, least) = (c, frequency);
            if (best < 0) throw new ModelException("the model has no directions that rows differ in");
            waves[k] = (best, least);
            next[best]++;
        }
        return waves;
    }

    private protected override void Encode(Matrix rows, Matrix codes)
    {
        var (directions, mean, waves) = _all.Value;
        var (centred, projected, lows) = (new Matrix(rows.Rows, rows.Columns), new Matrix(rows.Rows, _components), _lows.ToArray());
        for (var i = 0; i < rows.Rows; i++)
        {
            Span<float> from = rows[i], to = centred[i];
            for (var d = 0; d < to.Length; d++) to[d] = from[d] - mean[0][d];
        }
        centred.Multiply(rows.Rows, directions, null, projected);
        for (var i = 0; i < rows.Rows; i++)
        {
            Span<float> values = projected[i], code = codes[i];
            for (var k = 0; k < code.Length; k++)
            {
                var (component, frequency) = waves[k];
                code[k] = ExactMath.Cos(frequency * ((double)values[component] - lows[component])) > 0 ? 1 : 0;
            }
        }
    }

    (Matrix, Matrix, (int, double)[]) All() => (_directions.ToMatrix().Transposed(), _mean.ToMatrix(), Waves(_lengths.ToArray(), Bits));
}
