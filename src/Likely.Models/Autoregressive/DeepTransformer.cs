using Likely.Models.Layers;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Deeper self-attention (Al-Rfou et al. 2019, "Character-level language modeling with deeper self-attention"): a Transformer whose blocks are each told the positions by learned rows of their own, and that
/// learns by losses beside the main one. While training, what leaves block l of n is normalised and scored too, by the same output, with weight 1 - 2 n p / l where that is above 0, p the share of the training
/// that is over: all of them are gone half way; and every one of these outputs also tells the symbol after the next, by an output of its own with weight one half. None of it takes part
/// afterwards. The paper has 64 blocks of 512 channels over 512 symbols, and drop-out of 0.55; rows are normalised before each part here.
/// </summary>
public sealed record DeepTransformerConfig : DensityConfig
{
    [Key("blocks of attention and a linear map, a bend, a linear map", 1, 64)]
    public int Layers { get; init; } = 12;
    [Key("heads of attention, which share the channels", 1, 64)]
    public int Heads { get; init; } = 2;
    [Key("numbers of a position between blocks, a multiple of heads", 1, 8192)]
    public int Channels { get; init; } = 64;
    [Key("symbols of a training window, and the most that a position looks back on", 1, 16_384)]
    public int Context { get; init; } = 128;
    [Key("share of what enters, and of what each part of a block adds, dropped while training", 0, 0.95)]
    public double Dropout { get; init; }
    [Key("the bend between a block's linear maps", "gelu", "squared-relu")]
    public string Activation { get; init; } = "gelu";
    [Key("whether blocks before the last are trained to predict too, the less the further the training is")]
    public bool Intermediate { get; init; } = true;
    [Key("symbols ahead that are predicted while training, those beyond the first with half the weight", 1, 2)]
    public int Targets { get; init; } = 2;

    public override string Name => "deep-transformer";

    public override string Summary => "deeper self-attention: positions told to every block, and losses at all of them that fade (Al-Rfou et al. 2019)";

    public override double LearningRate => 1e-3;

    public override int LargestBatch => 12;

    public override int MostLevels => 1 << 16;

    public override int? Window => Context;

    public override bool CarriesPast => false;

    protected override AutoregressiveModel Create(Space space, int classes) => new DeepTransformer(this, space);
}

sealed class DeepTransformer : SequenceModel
{
    readonly DeepTransformerConfig _config;
    readonly TransformerStack _stack;
    readonly OutputMap? _further;

    public DeepTransformer(DeepTransformerConfig config, Space space) : base(config, space, 0, new SoftmaxHead(1, space.Levels))
    {
        var (scope, channels) = (new ParameterScope(Parameters), config.Channels);
        _config = config;
        var options = new TransformerBlockOptions(channels, config.Heads, config.Layers, config.Context) { Dropout = config.Dropout, IsSquared = config.Activation == "squared-relu" };
        _stack = new TransformerStack(scope, space.Levels, options, config.Context, PositionRows.Blocks);
        if (config.Targets > 1) _further = new OutputMap(scope.At("further"), channels, space.Levels, TransformerBlock.Deviation * Math.Sqrt(channels));
        Output = _stack.Output(scope, space.Levels, isTied: true);
        MultiplyAddsPerPosition = channels * (config.Layers * (12.0 * channels + config.Context) + space.Levels);
    }

    protected override double MultiplyAddsPerPosition { get; }

    public override IReadOnlyList<InnerState> States => _stack.States;

    protected override int? Context => _config.Context;

    protected override OutputMap Output { get; }

    protected override Tensor Forward(SymbolInput x, Pass pass) => _stack.Forward(x, pass);

    /// <summary>The losses of a training: of what each block gives that still counts, the last first, the next symbols' log-probabilities, and behind them those of the ones after.</summary>
    internal List<(Tensor Logs, double Weight)> Losses(Tape tape, SymbolBatch batch, float scale, double progress)
    {
        var losses = new List<(Tensor, double)>();
        // The last symbol of an example has none after it: without lengths, which a batch has where they differ, nothing would say so.
        var further = new int[batch.Count];
        for (var i = 0; i < further.Length; i++) further[i] = Math.Max(0, (batch.Lengths.IsEmpty ? batch.Space.Positions : batch.Lengths[i]) - 1);
        Add(_stack.Blocks(new SymbolInput(batch.Inputs(), batch.Space.Positions, batch.Count), Pass.Whole(tape, batch.Space.Extent, batch.LabelMemory), (layer, h) =>
        {
            var weight = 1 - 2 * progress * _config.Layers / layer;
            if (_config.Intermediate && weight > 0) Add(h, weight);
        }), 1);
        losses.Reverse();
        return losses;

        void Add(Tensor h, double weight)
        {
            var row = _stack.Normalized(h);
            if (_further is not null) losses.Add((_further.LogProbabilities(Head, row, batch.Symbols.At(batch.Count), (float)(scale * weight / 2), further), weight / 2));
            losses.Add((Output.LogProbabilities(Head, row, batch.Symbols, (float)(scale * weight), batch.Lengths), weight));
        }
    }

    private protected override Tensor Score(Tape tape, SymbolBatch batch, float scale, int member, Run? run)
        => tape is { Recording: true, Progress: { } progress } && run is null ? Losses(tape, batch, scale, progress)[0].Logs : base.Score(tape, batch, scale, member, run);
}
