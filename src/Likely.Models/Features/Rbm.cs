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

    public override bool IsTrained => true;

    public override string? PassKey => "epochs";

    internal override int Passes => Epochs;

    internal override FeatureConfig WithPasses(double times) => this with { Epochs = Times(Epochs, times) };

    private protected override FeatureModel Create(Space space, int classes) => new Rbm(this, space);
}

/// <summary>A fitted machine, which is a density of rows as well.</summary>
public sealed class Rbm : FeatureModel, IRowDensity
{
    const int DrawnSteps = 1000; // of Gibbs sampling for a drawn row

    readonly RbmConfig _config;
    readonly BoltzmannMachine _machine;
    readonly Parameter _partition;

    internal Rbm(RbmConfig config, Space space) : base(config, space)
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

    /// <summary>The deviation of log Z: a sixth of what its bounds are apart. Infinite without an estimate, or with one of a single chain, which tells nothing of how far it may be off.</summary>
    public double LogError => _config.Chains > 1 && LogPartition is var (_, low, high) ? (high - low) / 6 : double.PositiveInfinity;

    public bool TellsDensities => !IsPrepared && _config.Chains > 0;

    /// <summary>-F(x) - log Z; of binary units the logarithm of a probability.</summary>
    /// <exception cref="ModelException">log Z was not estimated, the rows were prepared, or a row of binary units is not from 0 to 1.</exception>
    public void LogDensities(ReadOnlySpan<float> rows, Span<double> logs)
    {
        RequireOwnRows();
        if (LogPartition is not var (partition, _, _)) throw new ModelException("the machine's log Z was not estimated, as chains=0 was given, so that it tells no likelihoods; train it with chains=100");
        var width = Space.Dimensions;
        if (rows.Length < (long)logs.Length * width) throw new ArgumentException($"{rows.Length} numbers are no {logs.Length} rows of {width}", nameof(rows));
        for (int first = 0, some; first < logs.Length; first += some)
        {
            some = Math.Min(RowBlocks.Length, logs.Length - first);
            var x = new Matrix(some, width);
            for (var i = 0; i < some; i++) rows.Slice((first + i) * width, width).CopyTo(x[i]);
            if (!IsGaussian) RequireShares(rows.Slice(first * width, some * width));
            var energies = _machine.Energies(new Tape(), x, 1);
            for (var i = 0; i < some; i++) logs[first + i] = (double)energies.Row(0, i)[0] - partition;
        }
    }

    /// <summary>Draws rows by 1,000 steps of Gibbs sampling from visible units without hidden ones.</summary>
    public void Draw(ulong seed, long first, Span<float> rows)
    {
        RequireOwnRows();
        var width = Space.Dimensions;
        if (rows.Length % width != 0) throw new ArgumentException($"{rows.Length} numbers are no rows of {width}", nameof(rows));
        var random = new Philox(seed, RandomPurpose.Sampling, Philox.Hash("rbm"));
        for (int from = 0, some, count = rows.Length / width; from < count; from += some)
        {
            some = Math.Min(RowBlocks.Length, count - from);
            var drawn = _machine.Draw(random, first + from, some, DrawnSteps);
            for (var i = 0; i < some; i++) drawn[i].CopyTo(rows.Slice((from + i) * width, width));
        }
    }

    static void RequireShares(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
            if (value is not (>= 0 and <= 1)) throw new ModelException(FormattableString.Invariant($"a row has a number {value}, and the machine's binary units have likelihoods of rows from 0 to 1 alone; scale the rows, or fit one with visible=gaussian"));
    }

    void RequireOwnRows()
    {
        if (IsPrepared) throw new ModelException("the machine is a density of rows that were normalized or whitened, and not of the rows themselves; train one with normalize=none and whitening=none");
    }

    /// <summary>The weights that enter each hidden unit.</summary>
    public override IReadOnlyList<float[]> Atoms() => RowNumbers.Columns(_machine.Weight);

    internal override void Learn(RowBlocks rows, FitOptions options)
    {
        if (_config.Chains == 1) throw new ModelException("chains=1 estimates log Z without telling how far it may be off; take at least 2, or chains=0 for no estimate");
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
            const int Tried = 32;
            var (annealing, temperatures) = (new Annealing(_machine, IsGaussian, rows.Mean(), rows.Rows, options.Seed), options.Trial is null ? _config.Temperatures : Math.Min(Tried, _config.Temperatures));
            double estimate, low, high;
            using var trial = options.Trial?.Begin((double)_config.Temperatures / temperatures, isInPasses: false);
            do (estimate, low, high) = annealing.Estimate(_config.Chains, temperatures, rows.Threads, rows.Cancellation, done => options.Progress?.Invoke(new FitMoment(share + (1 - share) * done, "log Z by annealing; chains=0 leaves it out")));
            while (trial?.HasSeen() == false);
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
