using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// The restricted Boltzmann machine (Smolensky 1986; Hinton 2002) as a model: a code is the probabilities of its hidden units, a row that is given back the means of the visible ones. log Z is estimated by annealed importance
/// sampling (<see cref="Annealing"/>) when it is fitted, so that it is a density of rows, with an error bar.
/// </summary>
public sealed record RbmConfig : FeatureConfig
{
    [Key("hidden units", 1, 65536)]
    public int Hidden { get; init; } = 500;
    [Key("units of a row: binary ones, whose rows are from 0 to 1, or Gaussian ones with deviation 1", "binary", "gaussian")]
    public string Visible { get; init; } = "binary";
    [Key("steps of Gibbs sampling: CD-k", 1, 10000)]
    public int Steps { get; init; } = 1;
    [Key("whether the chains of sampling go on from step to step: PCD")]
    public bool Persistent { get; init; }
    [Key("passes over the rows", 1, 100000)]
    public int Epochs { get; init; } = 20;
    [Key("rows of a step", 1, 1 << 20)]
    public int Batch { get; init; } = 128;
    [Key("the learning rate at the beginning; it falls along half a cosine", 1e-7, 10)]
    public double Rate { get; init; } = 1e-3;
    [Key("weight decay", 0, 10)]
    public double WeightDecay { get; init; }
    [Key("chains of annealed importance sampling; 0: log Z is not estimated", 0, 100000)]
    public int Chains { get; init; } = 100;
    [Key("temperatures of each", 2, 10000000)]
    public int Temperatures { get; init; } = 10000;

    public override string Name => "rbm";

    public override string Summary => "Restricted Boltzmann machine: contrastive divergence, log Z by annealing (Hinton 2002; Salakhutdinov and Murray 2008)";

    private protected override FeatureModel Create(Space space, int classes) => new Rbm(this, space);
}

sealed class Rbm : FeatureModel
{
    readonly RbmConfig _config;
    readonly BoltzmannMachine _machine;
    readonly Parameter _partition;

    public Rbm(RbmConfig config, Space space) : base(config, space)
    {
        _config = config;
        var scope = new ParameterScope(Parameters);
        _machine = Machine(scope);
        _partition = scope.At("partition").Bias("log", 3);
    }

    BoltzmannMachine Machine(ParameterScope scope) => new(scope, Space.Dimensions, _config.Hidden, IsGaussian);

    bool IsGaussian => _config.Visible == "gaussian";

    internal override int CodeWidth => _config.Hidden;

    /// <summary>The estimate of log Z in nats and what it lies between with three standard deviations of the mean weight; null: none was made.</summary>
    public (double Estimate, double Low, double High)? LogPartition => _config.Chains > 0 && _partition.ToArray() is [var estimate, var low, var high] ? (estimate, low, high) : null;

    /// <summary>The weights that enter each hidden unit.</summary>
    public override IReadOnlyList<float[]> Atoms()
    {
        var weight = _machine.Weight.ToArray();
        return [.. Enumerable.Range(0, CodeWidth).Select(unit => Enumerable.Range(0, Space.Dimensions).Select(d => weight[d * CodeWidth + unit]).ToArray())];
    }

    internal override void Learn(RowBlocks rows, FitOptions options)
    {
        if (!IsGaussian) rows.RequireShares("a row of binary units is from 0 to 1; choose visible=gaussian, or scale the rows");
        var set = new ParameterSet();
        var machine = Machine(new ParameterScope(set));
        set.Allocate(options.Seed);
        var share = _config.Chains > 0 ? 0.9 : 1;
        var lost = machine.Learn("contrastive divergence", set, rows, new DescentPlan(_config.Epochs, _config.Batch, _config.Rate, _config.WeightDecay), _config.Steps, _config.Persistent, options, (0, share));
        Parameters.Take(set);
        var fitting = new Dictionary<string, double> { ["one_step_squared_error"] = lost };
        if (_config.Chains > 0)
        {
            var (estimate, low, high) = new Annealing(_machine, IsGaussian, rows.Mean(), rows.Rows, options.Seed).Estimate(_config.Chains, _config.Temperatures, rows.Threads, rows.Cancellation, done => options.Progress?.Invoke(new FitMoment(share + (1 - share) * done, "annealing")));
            _partition.Assign([(float)estimate, (float)low, (float)high]);
            (fitting["log_partition"], fitting["log_partition_low"], fitting["log_partition_high"]) = (estimate, low, high);
        }
        Fitting = fitting;
    }

    private protected override void Encode(Matrix rows, Matrix codes) => RowNumbers.Write(Ops.Sigmoid(_machine.Inputs(new Tape(), rows)), codes);

    private protected override void Decode(Matrix codes, Matrix rows)
    {
        var means = _machine.Outputs(Ops.Given(new Tape(), codes));
        RowNumbers.Write(IsGaussian ? means : Ops.Sigmoid(means), rows);
    }
}
