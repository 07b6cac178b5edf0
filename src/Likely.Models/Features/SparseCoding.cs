using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Sparse coding: K atoms of length at most 1 that make the mean over rows x of min over z of 1/2 |x - D z|^2 + penalty |z|_1 small (Olshausen and Field 1996), learned by turns (codes by <see cref="Lasso"/>, then atoms one after the other,
/// each the best that it can be while the codes stay), of all rows at once, or of one batch after another with what was seen before kept as sums that are slowly forgotten (Mairal et al. 2010). A code is z; the row of a code is D z.
/// </summary>
public sealed record SparseCodingConfig : FeatureConfig
{
    [Key("atoms", 1, 1 << 16)]
    public int Atoms { get; init; } = 256;
    [Key("what the numbers of a code cost: the larger, the more of them are zero; grows with the rows' length", 1e-9, 1e9)]
    public double Penalty { get; init; } = 1;
    [Key("how codes are found", "coordinate-descent", "fista")]
    public string Algorithm { get; init; } = "coordinate-descent";
    [Key("codes have no number below zero")]
    public bool Positive { get; init; }
    [Key("how far codes may be from the conditions of optimality, as a share of a row's largest correlation with an atom", 1e-7, 0.1)]
    public double Residual { get; init; } = 1e-5;
    [Key("atoms from batch after batch, or from all rows at once, so that the objective never rises", "online", "batch")]
    public string Learner { get; init; } = "online";
    [Key("rows of a step of the online learner", 1, 1 << 20)]
    public int Batch { get; init; } = 256;
    [Key("most times that all rows are gone over", 1, 1 << 20)]
    public int Iterations { get; init; } = 10;
    [Key("ends when the objective has fallen by less than this share in going over all rows", 0, 1)]
    public double Tolerance { get; init; } = 1e-3;
    [Key("how fast the online learner forgets: at step t what was seen counts (1 - 1/t)^forgetting times", 0, 1000)]
    public double Forgetting { get; init; } = 2;
    [Key("atoms that no row uses: rows take their place, or they stay", "replace", "keep")]
    public string Unused { get; init; } = "replace";

    public override string Name => "sparse-coding";

    public override string Summary => "sparse coding: a dictionary of atoms, few of which make a row (Olshausen and Field 1996; Mairal et al. 2010)";

    internal LassoOptions Coder(int threads) => new() { Penalty = Penalty, Algorithm = Algorithm, Positive = Positive, Residual = Residual, Threads = threads };

    public override string? PassKey => "iterations";

    internal override int Passes => Iterations;

    internal override FeatureConfig WithPasses(double times) => this with { Iterations = Times(Iterations, times) };

    private protected override FeatureModel Create(Space space, int classes) => new SparseCoding(this, space);
}

/// <summary>A fitted dictionary.</summary>
public sealed class SparseCoding : FeatureModel
{
    readonly SparseCodingConfig _config;
    readonly Parameter _atoms;
    readonly Lazy<(Matrix Atoms, Lasso Coder)> _coder;

    internal SparseCoding(SparseCodingConfig config, Space space) : base(config, space)
    {
        _config = config;
        _atoms = new ParameterScope(Parameters).Weight("atoms", 1, config.Atoms, space.Dimensions);
        _coder = new(() =>
        {
            var atoms = _atoms.ToMatrix();
            return (atoms, new Lasso(atoms, config.Coder(1)));
        });
    }

    internal override int CodeWidth => _config.Atoms;

    /// <summary>The mean objective of a row at each step of fitting: of all rows, or of the step's batch; empty for a model from a file.</summary>
    public IReadOnlyList<double> Objectives { get; private set; } = [];

    public override IReadOnlyList<float[]> Atoms() => [.. _atoms.ToArray().Chunk(Space.Dimensions)];

    internal override void Learn(RowBlocks rows, FitOptions options)
    {
        if (rows.Rows < _config.Atoms) throw new ModelException($"atoms={_config.Atoms} is more than there are rows, {rows.Rows}");
        var learning = new DictionaryLearning(_config, rows, options);
        learning.Run();
        _atoms.Assign(learning.Atoms);
        (Objectives, Fitting) = (learning.Objectives, learning.Facts);
    }

    private protected override void Encode(Matrix rows, Matrix codes) => _coder.Value.Coder.Encode(rows, codes, new float[rows.Rows]);

    private protected override void Decode(Matrix codes, Matrix rows) => codes.Multiply(codes.Rows, _coder.Value.Atoms, null, rows);
}
