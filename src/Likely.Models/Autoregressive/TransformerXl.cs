using Likely.Models.Layers;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Transformer-XL (Dai et al. 2019): a sequence goes through in segments of <c>context</c> symbols, each seeing besides its own the keys and values that every layer keeps of the last <c>memory</c> positions before it,
/// so that what is seen grows by so many with every layer. Positions are told by distances alone: scores are q k of contents plus a r of distances, r a sinusoid; the paper's two biases are those of the maps that
/// give q and a. Training carries the memory from window to window as a constant, as it was computed; the paper computes its keys anew with the latest weights. Rows are normalised before each part.
/// </summary>
public sealed record TransformerXlConfig : DensityConfig
{
    [Key("blocks of attention and a linear map, a bend, a linear map", 1, 64)]
    public int Layers { get; init; } = 4;
    [Key("heads of attention, which share the channels", 1, 64)]
    public int Heads { get; init; } = 4;
    [Key("numbers of a position between blocks, a multiple of heads", 1, 8192)]
    public int Channels { get; init; } = 128;
    [Key("symbols of a training window and of a segment", 1, 16_384)]
    public int Context { get; init; } = 64;
    [Key("positions before a segment that each layer keeps, and every position of the segment sees", 0, 16_384)]
    public int Memory { get; init; } = 64;
    [Key("share of what enters, and of what each part of a block adds, dropped while training", 0, 0.95)]
    public double Dropout { get; init; }
    [Key("how rows are normalised: centred, with variance 1, or by their root mean square", "layer", "rms")]
    public string Norm { get; init; } = "layer";
    [Key("the bend between a block's linear maps", "gelu", "squared-relu")]
    public string Activation { get; init; } = "gelu";
    [Key("whether half of the channels that each part of a block reads are those of the position before")]
    public bool TokenShift { get; init; }
    [Key("whether the output's weights are the rows that symbols enter as")]
    public bool Tied { get; init; } = true;

    public override string Name => "transformer-xl";

    public override string Summary => "Transformer-XL: segments that see what layers remember of those before, by distances (Dai et al. 2019)";

    public override double LearningRate => 1e-3;

    public override int LargestBatch => 12;

    public override int MostLevels => 1 << 16;

    public override int? Window => Context;

    protected override AutoregressiveModel Create(Space space, int classes) => new TransformerXl(this, space);
}

sealed class TransformerXl : SequenceModel
{
    readonly TransformerXlConfig _config;
    readonly TransformerStack _stack;

    public TransformerXl(TransformerXlConfig config, Space space) : base(config, space, 0, new SoftmaxHead(1, space.Levels))
    {
        var (scope, channels, reach) = (new ParameterScope(Parameters), config.Channels, config.Memory + config.Context);
        _config = config;
        var options = new TransformerBlockOptions(channels, config.Heads, config.Layers, reach)
        {
            Dropout = config.Dropout,
            Rotation = new Rotation(channels / config.Heads, reach),
            IsRelative = true,
            Centres = config.Norm == "layer",
            IsSquared = config.Activation == "squared-relu",
            Shifts = config.TokenShift,
        };
        _stack = new TransformerStack(scope, space.Levels, options, config.Context, PositionRows.None);
        Output = _stack.Output(scope, space.Levels, config.Tied);
        MultiplyAddsPerPosition = channels * (config.Layers * (13.0 * channels + 3 * (config.Memory + config.Context / 2.0)) + space.Levels);
    }

    protected override double MultiplyAddsPerPosition { get; }

    public override IReadOnlyList<InnerState> States => _stack.States;

    protected override int? Context => _config.Context;

    protected override bool Recalls => true;

    // A run that was read from a file begins with the end of a segment, one that was not with symbols: both make what they remember in one order.
    internal override void BeginSegment(Run run, int example)
    {
        _stack.Begin(run);
        _stack.Keep(run, example, _config.Memory);
    }

    protected override OutputMap Output { get; }

    protected override Tensor Forward(SymbolInput x, Pass pass)
    {
        if (pass.Run is { } run) _stack.Begin(run);
        return _stack.Forward(x, pass);
    }
}
