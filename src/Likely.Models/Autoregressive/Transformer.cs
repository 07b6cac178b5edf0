using Likely.Models.Layers;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// GPT-2's Transformer (Radford et al. 2019; Vaswani et al. 2017): symbols enter as learned rows, with one for each position added; blocks of attention and of two linear maps
/// with a bend between, each reading what is normalised and adding to what it read; and what is left is normalised and scored against the symbols' rows. A sequence longer than
/// <c>context</c> is seen in windows, see <see cref="ContextWindows"/>. Defaults are those of nanoGPT for characters on a processor (Karpathy 2022).
/// </summary>
public sealed record TransformerConfig : DensityConfig
{
    [Key("blocks of attention and a linear map, a bend, a linear map", 1, 64)]
    public int Layers { get; init; } = 4;
    [Key("heads of attention, which share the channels", 1, 64)]
    public int Heads { get; init; } = 4;
    [Key("numbers of a position between blocks, a multiple of heads", 1, 8192)]
    public int Channels { get; init; } = 128;
    [Key("symbols of a training window, and the most that a position looks back on", 1, 16_384)]
    public int Context { get; init; } = 64;
    [Key("what a position sees of those before it: all; the last of them; or in layers by turns the last and every one a stride apart, or its block's and the last of each block (Child et al. 2019)", "dense", "local", "strided", "fixed")]
    public string Attention { get; init; } = "dense";
    [Key("positions of a stretch or block that is not dense; 0: the square root of context", 0, 16_384)]
    public int Stride { get; init; }
    [Key("last positions of each block that all later ones see, where attention is fixed", 1, 16_384)]
    public int Summaries { get; init; } = 4;
    [Key("whether each layer sees both parts where attention is strided or fixed, and not by turns")]
    public bool Merged { get; init; }
    [Key("whether half of the heads see each part where attention is strided or fixed, and not layers by turns")]
    public bool ByHeads { get; init; }
    [Key("share of what enters, and of what each part of a block adds, dropped while training", 0, 0.95)]
    public double Dropout { get; init; }
    [Key("how positions are told: a learned row each, or queries and keys turned by their angles", "learned", "rotary")]
    public string Positions { get; init; } = "learned";
    [Key("how rows are normalised: centred, with variance 1, or by their root mean square", "layer", "rms")]
    public string Norm { get; init; } = "layer";
    [Key("whether queries and keys are divided by their root mean square, head by head")]
    public bool QueryKeyNorm { get; init; }
    [Key("the bend between a block's linear maps", "gelu", "squared-relu")]
    public string Activation { get; init; } = "gelu";
    [Key("whether half of the channels that each part of a block reads are those of the position before")]
    public bool TokenShift { get; init; }
    [Key("whether the output's weights are the rows that symbols enter as")]
    public bool Tied { get; init; } = true;
    [Key("whether the last map of each part of a block begins at zero, so that blocks begin by adding nothing")]
    public bool ZeroOutput { get; init; }

    public override string Name => "transformer";

    public override string Summary => "Transformer: blocks of attention over all symbols of a window (Vaswani et al. 2017; GPT-2, Radford et al. 2019)";

    public override double LearningRate => 1e-3;

    public override int LargestBatch => 12;

    public override int MostLevels => 1 << 16;

    public override int? Window => Context;

    public override bool CarriesPast => false;

    protected override AutoregressiveModel Create(Space space, int classes) => new Transformer(this, space);
}

sealed class Transformer : SequenceModel
{
    readonly TransformerConfig _config;
    readonly TransformerStack _stack;

    public Transformer(TransformerConfig config, Space space) : base(config, space, 0, new SoftmaxHead(1, space.Levels))
    {
        var (scope, channels) = (new ParameterScope(Parameters), config.Channels);
        _config = config;
        var rotation = config.Positions == "rotary" ? new Rotation(channels / config.Heads, config.Context) : null;
        var options = new TransformerBlockOptions(channels, config.Heads, config.Layers, config.Context)
        {
            Dropout = config.Dropout,
            Rotation = rotation,
            NormalizesHeads = config.QueryKeyNorm,
            Centres = config.Norm == "layer",
            IsSquared = config.Activation == "squared-relu",
            BeginsAtZero = config.ZeroOutput,
            Shifts = config.TokenShift,
        };
        var patterns = Enumerable.Range(0, config.Layers).Select(i => Pattern(config, i)).ToArray();
        _stack = new TransformerStack(scope, space.Levels, options, config.Context, config.Positions == "learned" ? PositionRows.Entry : PositionRows.None, patterns);
        Output = _stack.Output(scope, space.Levels, config.Tied);
        MultiplyAddsPerPosition = channels * (12.0 * channels * config.Layers + 2 * patterns.Sum(pattern => pattern.MeanKeys(config.Context)) + space.Levels);
    }

    static AttentionPattern Pattern(TransformerConfig config, int layer)
    {
        var stride = config.Stride > 0 ? config.Stride : Math.Max(1, (int)Math.Round(Math.Sqrt(config.Context)));
        if (config.Attention == "dense" && config.Stride > 0) throw new ModelException($"stride={config.Stride} is of attention that is not dense");
        if (config.Merged && config.Attention is not ("strided" or "fixed")) throw new ModelException($"merged=true is of attention=strided and attention=fixed, not of attention={config.Attention}");
        if (config.ByHeads && (config.Attention is not ("strided" or "fixed") || config.Merged || config.Heads < 2)) throw new ModelException($"by_heads=true is of attention=strided and attention=fixed with several heads, and not with merged=true: of attention={config.Attention}, heads={config.Heads}, merged={(config.Merged ? "true" : "false")} it is not");
        if (config.Attention == "fixed" && config.Summaries > stride) throw new ModelException($"summaries={config.Summaries} is more than the {stride} positions of a block");
        return config.Attention switch
        {
            "dense" => AttentionPattern.Dense,
            "local" => AttentionPattern.Local(stride),
            "strided" => config.Merged ? AttentionPattern.Strided(stride) : Parts(AttentionPattern.Local(stride), AttentionPattern.Column(stride)),
            _ => config.Merged ? AttentionPattern.Merged(stride, config.Summaries) : Parts(AttentionPattern.Block(stride), AttentionPattern.Summary(stride, config.Summaries)),
        };

        AttentionPattern Parts(AttentionPattern first, AttentionPattern second) => config.ByHeads ? AttentionPattern.ByHeads(first, second) : layer % 2 == 0 ? first : second;
    }

    protected override double MultiplyAddsPerPosition { get; }

    public override IReadOnlyList<InnerState> States => _stack.States;

    protected override int? Context => _config.Context;

    protected override OutputMap Output { get; }

    protected override Tensor Forward(SymbolInput x, Pass pass) => _stack.Forward(x, pass);
}
