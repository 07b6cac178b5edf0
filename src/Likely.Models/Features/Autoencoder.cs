using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// An autoencoder: layers that make a code of a row and layers that give the row back (<see cref="CoderNetwork"/>), with one hidden layer or many (Hinton and Salakhutdinov 2006). A denoising one is given
/// corrupted rows and asked for the clean ones (Vincent et al. 2008); a stacked one is trained layer by layer first, as autoencoders or as Boltzmann machines (Bengio et al. 2007; Hinton et al. 2006), and then as a
/// whole, to give rows back or to tell their classes. The loss of a row is the sum over its numbers of (x - y)^2, or with <c>loss=cross-entropy</c> of -x log y - (1 - x) log(1 - y).
/// </summary>
public sealed record AutoencoderConfig : FeatureConfig
{
    [Key("units of the layers up to the code", 1, 65536, List = true)]
    public string Hidden { get; init; } = "500";
    [Key("the bend of hidden layers", CoderNetwork.Sigmoid, CoderNetwork.Tanh, CoderNetwork.Relu, CoderNetwork.Gelu, CoderNetwork.Linear)]
    public string Activation { get; init; } = CoderNetwork.Sigmoid;
    [Key("the bend of the code; auto: that of hidden layers where there is one layer, else none", Auto, CoderNetwork.Sigmoid, CoderNetwork.Tanh, CoderNetwork.Relu, CoderNetwork.Gelu, CoderNetwork.Linear)]
    public string Code { get; init; } = Auto;
    [Key("what rows that are given back are bent by; auto: sigmoid with loss=cross-entropy, else linear", Auto, CoderNetwork.Sigmoid, CoderNetwork.Linear)]
    public string Output { get; init; } = Auto;
    [Key("what is small where a row is given back well; cross-entropy takes numbers from 0 to 1", "squared", "cross-entropy")]
    public string Loss { get; init; } = "squared";
    [Key("whether the way back has the weights of the way there, turned")]
    public bool Tied { get; init; }
    [Key("what rows are given as while training: numbers are 0 with a probability, get noise, or become the least or greatest with a probability", Corruption.None, Corruption.Masking, Corruption.Gaussian, Corruption.SaltAndPepper)]
    public string Noise { get; init; } = Corruption.None;
    [Key("the probability, or the deviation of the noise", 0, 1000)]
    public double Amount { get; init; } = 0.25;
    [Key("how layers are trained one by one before all are together", Pretraining.None, Pretraining.Autoencoders, Pretraining.Machines)]
    public string Pretrain { get; init; } = Pretraining.None;
    [Key("passes over the rows for each layer that is trained on its own", 1, 100000)]
    public int PretrainEpochs { get; init; } = 20;
    [Key("the learning rate there", 1e-7, 10)]
    public double PretrainRate { get; init; } = 1e-3;
    [Key("what all layers together are trained for: rows given back, or labels, in which case rows are not given back", Reconstruction, Labels)]
    public string Goal { get; init; } = Reconstruction;
    [Key("passes over the rows", 0, 100000)]
    public int Epochs { get; init; } = 30;
    [Key("rows of a step", 1, 1 << 20)]
    public int Batch { get; init; } = 128;
    [Key("the learning rate at the beginning; it falls along half a cosine", 1e-7, 10)]
    public double Rate { get; init; } = 1e-3;
    [Key("weight decay", 0, 10)]
    public double WeightDecay { get; init; }
    [Key("share of hidden units dropped while all layers are trained together", 0, 0.95)]
    public double Dropout { get; init; }

    const string Auto = "auto";
    internal const string Reconstruction = "reconstruction", Labels = "labels";

    public override string Name => "autoencoder";

    public override string Summary => "Autoencoder: denoising, stacked, deep (Hinton and Salakhutdinov 2006; Vincent et al. 2010)";

    internal string CodeBend => Code != Auto ? Code : KeyAttribute.Numbers(Hidden).Length == 1 ? Activation : CoderNetwork.Linear;

    internal bool IsSigmoid => Output == CoderNetwork.Sigmoid || Output == Auto && Loss == "cross-entropy";

    public override bool IsTrained => true;

    public override string? PassKey => "epochs";

    internal override int Passes => Epochs + (Pretrain == Pretraining.None ? 0 : PretrainEpochs * KeyAttribute.Numbers(Hidden).Length);

    internal override FeatureConfig WithPasses(double times) => this with { Epochs = Times(Epochs, times), PretrainEpochs = Pretrain == Pretraining.None ? PretrainEpochs : Times(PretrainEpochs, times) };

    private protected override FeatureModel Create(Space space, int classes)
    {
        if (Loss == "cross-entropy" && !IsSigmoid) throw new ModelException("output=linear gives no probabilities, which loss=cross-entropy is of; leave one of them out");
        if (Goal == Labels && classes < 2) throw new ModelException("goal=labels learns to tell classes, and the rows have no two");
        return new Autoencoder(this, space, Goal == Labels ? classes : 0);
    }
}

sealed class Autoencoder : FeatureModel, IRowClassifier
{
    readonly AutoencoderConfig _config;
    readonly Weights _weights;

    public Autoencoder(AutoencoderConfig config, Space space, int classes) : base(config, space)
        => (_config, Classes, _weights) = (config, classes, new Weights(new ParameterScope(Parameters), config, space.Dimensions, classes));

    // All that is trained.
    sealed class Weights
    {
        public Weights(ParameterScope scope, AutoencoderConfig config, int dimensions, int classes)
        {
            int[] sizes = [dimensions, .. KeyAttribute.Numbers(config.Hidden)];
            (Network, Width) = (new CoderNetwork(scope, sizes, config.Activation, config.CodeBend, config.Tied, decodes: classes == 0), sizes[^1]);
            if (classes == 0) return;
            (ClassWeight, ClassBias) = (scope.At("classes").Weight("weight", 1, Width, classes, 0.1), scope.At("classes").Bias("bias", classes));
        }

        public CoderNetwork Network { get; }
        public int Width { get; }
        public Parameter? ClassWeight { get; }
        public Parameter? ClassBias { get; }

        public Tensor Logits(Tensor code) => Ops.Linear(code, ClassWeight!, ClassBias);
    }

    internal override int CodeWidth => _weights.Width;

    public override bool Decodes => Classes == 0;

    public int Classes { get; }

    /// <summary>The weights that enter each unit of the first layer.</summary>
    public override IReadOnlyList<float[]> Atoms() => RowNumbers.Columns(_weights.Network.Layers[0].Weight);

    internal override void Learn(RowBlocks rows, FitOptions options)
    {
        if (_config.IsSigmoid && (Classes == 0 || _config.Pretrain != Pretraining.None)) rows.RequireShares("what is bent by a sigmoid is from 0 to 1; choose loss=squared with output=linear, or scale the rows");
        var set = new ParameterSet();
        var weights = new Weights(new ParameterScope(set), _config, rows.Width, Classes);
        set.Allocate(options.Seed);
        var before = _config.Passes > 0 ? 1 - (double)_config.Epochs / _config.Passes : 0;
        if (_config.Pretrain != Pretraining.None) Pretraining.Run(_config, weights.Network, rows, options, before);
        if (_config.Epochs > 0)
        {
            // What is told apart by layers that were trained on corrupted rows is told by the rows as they are (Vincent et al. 2010, sec. 4).
            var corruption = Corruption.For(Classes > 0 ? Corruption.None : _config.Noise, _config.Amount, rows);
            var plan = new DescentPlan(_config.Epochs, _config.Batch, _config.Rate, _config.WeightDecay);
            var mean = new RowDescent("all layers", set, rows, plan, options) { Part = (before, 1 - before) }.Run((tape, batch) =>
            {
                var code = weights.Network.Encode(Ops.Given(tape, corruption.Apply(batch, options.Seed)), dropout: (float)_config.Dropout);
                return RowNumbers.Loss(Classes > 0 ? ClassLogs(weights.Logits(code), batch, (ILabelledRows)rows.Source) : Logs(weights.Network.Decode(code), batch));
            });
            Fitting = new Dictionary<string, double> { ["loss"] = mean };
        }
        Parameters.Take(set);
    }

    Tensor Logs(Tensor outputs, RowBatch batch)
        => _config.Loss == "cross-entropy" ? Ops.RowLogs(RowLoss.CrossEntropy, outputs, batch.Rows, batch.Scale)
            : Ops.RowLogs(RowLoss.Squared, _config.IsSigmoid ? Ops.Sigmoid(outputs) : outputs, batch.Rows, batch.Scale);

    // Rows without a class count for nothing.
    Tensor ClassLogs(Tensor logits, RowBatch batch, ILabelledRows rows)
    {
        var wanted = batch.Beside(1, Classes);
        for (var i = 0; i < batch.Count; i++)
        {
            wanted[i].Clear();
            if (rows.Label(batch.Items[i]) is var label and >= 0) wanted[i][label] = 1;
        }
        return Ops.RowLogs(RowLoss.Counts, logits, wanted, batch.Scale);
    }

    private protected override void Encode(Matrix rows, Matrix codes) => RowNumbers.Write(_weights.Network.Encode(Ops.Given(new Tape(), rows)), codes);

    private protected override void Decode(Matrix codes, Matrix rows)
    {
        var outputs = _weights.Network.Decode(Ops.Given(new Tape(), codes));
        RowNumbers.Write(_config.IsSigmoid ? Ops.Sigmoid(outputs) : outputs, rows);
    }

    public unsafe void Classify(ReadOnlySpan<float> rows, int count, Span<float> logs)
    {
        if (Classes == 0) throw new InvalidOperationException("the model has learned to give rows back, and not to tell classes");
        Turn(rows, count, Space.Dimensions, logs, Classes, (given, made) =>
        {
            var logits = _weights.Logits(_weights.Network.Encode(Ops.Given(new Tape(), AsSeen(given))));
            for (var i = 0; i < given.Rows; i++)
            {
                var row = logits.Data + (long)i * logits.Stride;
                var sum = Tensors.Kernels.Likelihood.LogSumExp(row, Classes, out _, out _);
                for (var k = 0; k < Classes; k++) made[i][k] = row[k] - sum;
            }
        });
    }
}
