using Likely.Tensors;
using Likely.Tensors.Kernels;

namespace Likely.Models;

/// <summary>
/// Predictive sparse decomposition (Kavukcuoglu, Ranzato and LeCun 2008): atoms D and an encoder F that make the mean over rows x of min over z of 1/2 |x - D z|^2 + penalty |z|_1 + prediction/2 |z - F(x)|^2 small. Codes z of a batch are solved for
/// as a Lasso's, atoms are improved by sums over what was seen, and the encoder takes a step towards z. F(x) = gain tanh(W x + b), or what of W x + b is beyond a threshold, as in one step of a Lasso's solver (Gregor and LeCun 2010).
/// A code is F(x), one product and no search; the row of a code is D z.
/// </summary>
public sealed record PsdConfig : FeatureConfig
{
    [Key("atoms", 1, 1 << 16)]
    public int Atoms { get; init; } = 256;
    [Key("what the numbers of a code cost", 1e-9, 1e9)]
    public double Penalty { get; init; } = 1;
    [Key("what it counts that codes are as they are predicted", 1e-6, 1e6)]
    public double Prediction { get; init; } = 1;
    [Key("what predicts a code: gains times tanh, or what is beyond thresholds, so that small numbers are zero", "tanh", "shrink")]
    public string Encoder { get; init; } = "tanh";
    [Key("how far codes in learning may be from the conditions of optimality, as a share of a row's largest correlation with an atom", 1e-7, 0.1)]
    public double Residual { get; init; } = 1e-3;
    [Key("rows of a step", 1, 1 << 20)]
    public int Batch { get; init; } = 256;
    [Key("times that all rows are gone over", 1, 1 << 20)]
    public int Iterations { get; init; } = 10;
    [Key("of the encoder's steps by Adam, falling to zero over all of them", 1e-9, 1)]
    public double Rate { get; init; } = 2e-3;
    [Key("how fast the sums that atoms are improved by are forgotten: at step t what was seen counts (1 - 1/t)^forgetting times", 0, 1000)]
    public double Forgetting { get; init; } = 2;
    [Key("atoms that no row uses: rows take their place, or they stay", "replace", "keep")]
    public string Unused { get; init; } = "replace";

    public override string Name => "psd";

    public override string Summary => "predictive sparse decomposition: a dictionary with an encoder that predicts its codes (Kavukcuoglu et al. 2008)";

    public override string? PassKey => "iterations";

    internal override int Passes => Iterations;

    internal override FeatureConfig WithPasses(double times) => this with { Iterations = Times(Iterations, times) };

    private protected override FeatureModel Create(Space space, int classes) => new Psd(this, space);
}

sealed class Psd : FeatureModel
{
    readonly PsdConfig _config;
    readonly Parameter _atoms, _weights, _biases, _gains;
    readonly Lazy<(Matrix Atoms, SparsePredictor Predictor)> _parts;

    public Psd(PsdConfig config, Space space) : base(config, space)
    {
        var scope = new ParameterScope(Parameters);
        _config = config;
        _atoms = scope.Weight("atoms", 1, config.Atoms, space.Dimensions);
        var encoder = scope.At("encoder");
        (_weights, _biases, _gains) = (encoder.Weight("weight", 1, space.Dimensions, config.Atoms), encoder.Bias("bias", config.Atoms), encoder.Bias(config.Encoder == "tanh" ? "gain" : "threshold", config.Atoms));
        _parts = new(() => (_atoms.ToMatrix(), new SparsePredictor(_weights.ToMatrix(), _biases.ToMatrix(), _gains.ToMatrix(), config.Encoder == "shrink")));
    }

    internal override int CodeWidth => _config.Atoms;

    public override IReadOnlyList<float[]> Atoms() => [.. _atoms.ToArray().Chunk(Space.Dimensions)];

    internal override void Learn(RowBlocks rows, FitOptions options)
    {
        if (rows.Rows < _config.Atoms) throw new ModelException($"atoms={_config.Atoms} is more than there are rows, {rows.Rows}");
        var learning = new PsdLearning(_config, rows, options);
        learning.Run();
        _atoms.Assign(learning.Atoms);
        _weights.Assign(learning.Predictor.Weights);
        _biases.Assign(learning.Predictor.Biases);
        _gains.Assign(learning.Predictor.Gains);
        Fitting = learning.Facts;
    }

    private protected override void Encode(Matrix rows, Matrix codes) => _parts.Value.Predictor.Predict(rows, codes);

    private protected override void Decode(Matrix codes, Matrix rows) => codes.Multiply(codes.Rows, _parts.Value.Atoms, null, rows);
}
