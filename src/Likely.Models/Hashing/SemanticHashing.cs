using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Semantic hashing (Salakhutdinov and Hinton 2009): a deep autoencoder of word counts whose code is binary, so that it is an address where documents of like words lie. It is given counts scaled to one length, and what it
/// gives back are the shares of the words, softmax(y); the loss of a document is -sum of (share of a word) log softmax(y). Codes become binary as noise is added to what enters their units, or as they are rounded on
/// the way there and not on the way back (Krizhevsky and Hinton 2011). Any rows of numbers that are not below 0 will do.
/// </summary>
public sealed record SemanticHashingConfig : FeatureConfig
{
    [Key("bits of a code", 1, BinaryCodes.MostBits)]
    public int Bits { get; init; } = 128;
    [Key("units of the layers before the code", 1, 65536, List = true)]
    public string Hidden { get; init; } = "500,500";
    [Key("the bend of hidden layers", CoderNetwork.Sigmoid, CoderNetwork.Tanh, CoderNetwork.Relu, CoderNetwork.Gelu)]
    public string Activation { get; init; } = CoderNetwork.Relu;
    [Key("how codes become binary: by noise in what enters their units, or by rounding", Noisy, Rounded)]
    public string Code { get; init; } = Noisy;
    [Key("the deviation of that noise", 0, 100)]
    public double Noise { get; init; } = 4;
    [Key("where a unit's bit turns: at a half, or at its median over the rows, so that ones and zeros are equally many", "half", "median")]
    public string Threshold { get; init; } = "half";
    [Key("share of the words and of hidden units dropped while training", 0, 0.95)]
    public double Dropout { get; init; } = 0.2;
    [Key("passes over the rows", 1, 100000)]
    public int Epochs { get; init; } = 50;
    [Key("rows of a step", 1, 1 << 20)]
    public int Batch { get; init; } = 128;
    [Key("the learning rate at the beginning; it falls along half a cosine", 1e-7, 10)]
    public double Rate { get; init; } = 1e-3;

    const string Noisy = "noisy";
    internal const string Rounded = "rounded";

    public override string Name => "semantic-hashing";

    public override string Summary => "Semantic hashing: binary codes of word counts by a deep autoencoder (Salakhutdinov and Hinton 2009)";

    public override bool IsTrained => true;

    public override string? PassKey => "epochs";

    internal override int Passes => Epochs;

    internal override FeatureConfig WithPasses(double times) => this with { Epochs = Times(Epochs, times) };

    private protected override FeatureModel Create(Space space, int classes) => new SemanticHashing(this, space);
}

sealed class SemanticHashing : FeatureModel
{
    readonly SemanticHashingConfig _config;
    readonly CoderNetwork _network;
    readonly Parameter _thresholds;

    public SemanticHashing(SemanticHashingConfig config, Space space) : base(config, space)
    {
        _config = config;
        var scope = new ParameterScope(Parameters);
        (_network, _thresholds) = (Network(scope), scope.At("code").Bias("thresholds", config.Bits));
    }

    CoderNetwork Network(ParameterScope scope) => new(scope, [Space.Dimensions, .. KeyAttribute.Numbers(_config.Hidden), _config.Bits], _config.Activation, CoderNetwork.Sigmoid, tied: false);

    internal override int CodeWidth => _config.Bits;

    public override int Bits => _config.Bits;

    public override bool Decodes => false;

    internal override void Learn(RowBlocks rows, FitOptions options)
    {
        rows.Each((block, _) =>
        {
            for (var i = 0; i < rows.RowsOf(block); i++)
                foreach (var value in rows[block][i])
                    if (value < 0) throw new ModelException($"row {block * RowBlocks.Length + i} has a number {value}, and counts of words are not below 0");
        });
        var set = new ParameterSet();
        var network = Network(new ParameterScope(set));
        set.Allocate(options.Seed);
        var random = new Philox(options.Seed, RandomPurpose.Augmentation, Philox.Hash("code"));
        var corruption = new Corruption(Corruption.Masking, _config.Dropout);
        var loss = new RowDescent("all layers", set, rows, new DescentPlan(_config.Epochs, _config.Batch, _config.Rate), options).Run((tape, batch) =>
        {
            var (given, shares) = (batch.Beside(1, rows.Width), batch.Beside(2, rows.Width));
            Scale(corruption.Apply(batch, options.Seed), given);
            Shares(batch.Rows, shares);
            var inputs = network.Encode(Ops.Given(tape, given), bent: false, dropout: (float)_config.Dropout);
            return RowNumbers.Loss(Ops.RowLogs(RowLoss.Counts, network.Decode(Binary(inputs, batch, random)), shares, batch.Scale));
        });
        Parameters.Take(set);
        Fitting = new Dictionary<string, double> { ["nats_per_word"] = loss, ["perplexity"] = ExactMath.Exp(loss) };
        if (_config.Threshold == "median") _thresholds.Assign(Medians(rows));
    }

    // What the units of the code give while training.
    Tensor Binary(Tensor inputs, RowBatch batch, in Philox random)
    {
        var added = batch.Beside(3, _config.Bits);
        if (_config.Code != SemanticHashingConfig.Rounded)
        {
            for (var i = 0; i < batch.Count; i++)
                for (var k = 0; k < added.Columns; k++) added[i][k] = (float)(_config.Noise * random.Normal((ulong)batch.Step << 32 | (uint)(batch.First + i), (ulong)k));
            return Ops.Sigmoid(Ops.Add(inputs, Ops.Given(inputs.Tape, added)));
        }
        var real = Ops.Sigmoid(inputs);
        for (var i = 0; i < batch.Count; i++)
            for (var k = 0; k < added.Columns; k++) added[i][k] = (real.Row(0, i)[k] >= 0.5f ? 1 : 0) - real.Row(0, i)[k];
        return Ops.Add(real, Ops.Given(inputs.Tape, added));
    }

    // To the length that inputs of deviation 1 have, whatever a document's own.
    static void Scale(Matrix rows, Matrix scaled)
    {
        for (var i = 0; i < rows.Rows; i++)
        {
            var squared = rows.Dot(i, rows, i);
            var factor = squared > 0 ? (float)Math.Sqrt(rows.Columns / (double)squared) : 0;
            Span<float> from = rows[i], to = scaled[i];
            for (var d = 0; d < to.Length; d++) to[d] = from[d] * factor;
        }
    }

    static void Shares(Matrix rows, Matrix shares)
    {
        for (var i = 0; i < rows.Rows; i++)
        {
            var sum = 0.0;
            Span<float> from = rows[i], to = shares[i];
            foreach (var count in from) sum += count;
            for (var d = 0; d < to.Length; d++) to[d] = sum > 0 ? (float)(from[d] / sum) : 0;
        }
    }

    float[] Medians(RowBlocks rows)
    {
        var inputs = new float[_config.Bits][];
        for (var k = 0; k < inputs.Length; k++) inputs[k] = new float[rows.Rows];
        rows.Each((block, _) =>
        {
            var own = Inputs(rows[block]);
            for (var i = 0; i < rows.RowsOf(block); i++)
                for (var k = 0; k < inputs.Length; k++) inputs[k][block * RowBlocks.Length + i] = own.Row(0, i)[k];
        });
        return Array.ConvertAll(inputs, values =>
        {
            Array.Sort(values);
            return values[values.Length / 2];
        });
    }

    Tensor Inputs(Matrix rows)
    {
        var scaled = new Matrix(rows.Rows, rows.Columns);
        Scale(rows, scaled);
        return _network.Encode(Ops.Given(new Tape(), scaled), bent: false);
    }

    private protected override void Encode(Matrix rows, Matrix codes)
    {
        var (inputs, thresholds) = (Inputs(rows), _thresholds.ToArray());
        for (var i = 0; i < rows.Rows; i++)
            for (var k = 0; k < thresholds.Length; k++) codes[i][k] = inputs.Row(0, i)[k] >= thresholds[k] ? 1 : 0;
    }
}
