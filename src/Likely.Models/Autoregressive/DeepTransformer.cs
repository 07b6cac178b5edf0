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
    readonly Parameter _symbols;
    readonly Parameter[] _positions;
    readonly TransformerBlock[] _blocks;
    readonly Normalization _last;
    readonly OutputMap? _further;
    readonly ulong _path;

    public DeepTransformer(DeepTransformerConfig config, Space space) : base(config, space, 0, new SoftmaxHead(1, space.Levels))
    {
        var (scope, channels) = (new ParameterScope(Parameters), config.Channels);
        _config = config;
        _symbols = scope.Weight("symbols", 1, space.Levels + 1, channels, TransformerBlock.Deviation * Math.Sqrt(space.Levels + 1));
        var options = new TransformerBlockOptions(channels, config.Heads, config.Layers, config.Context) { Dropout = config.Dropout, IsSquared = config.Activation == "squared-relu" };
        (_positions, _blocks) = (new Parameter[config.Layers], new TransformerBlock[config.Layers]);
        for (var i = 0; i < config.Layers; i++)
        {
            var block = scope.At("blocks").At(i);
            _positions[i] = block.Weight("positions", 1, config.Context, channels, TransformerBlock.Deviation * Math.Sqrt(config.Context));
            _blocks[i] = new TransformerBlock(block, options);
        }
        _last = new Normalization(scope.At("norm"), channels, centred: true);
        if (config.Targets > 1) _further = new OutputMap(scope.At("further"), channels, space.Levels, TransformerBlock.Deviation * Math.Sqrt(channels));
        Output = new OutputMap(_symbols, space.Levels);
        _path = Philox.Hash("input");
        States = TransformerBlock.States(config.Layers, channels);
        MultiplyAddsPerPosition = channels * (config.Layers * (12.0 * channels + config.Context) + space.Levels);
    }

    protected override double MultiplyAddsPerPosition { get; }

    public override IReadOnlyList<InnerState> States { get; }

    protected override int? Context => _config.Context;

    protected override OutputMap Output { get; }

    protected override Tensor Forward(SymbolInput x, Pass pass)
    {
        var h = _last.Forward(Blocks(x, pass));
        pass.Show(_blocks.Length, h);
        return h;
    }

    /// <summary>The losses of a training: of what each block gives that still counts, the last first, the next symbols' log-probabilities, and behind them those of the ones after.</summary>
    internal List<(Tensor Logs, double Weight)> Losses(Tape tape, SymbolBatch batch, float scale, double progress)
    {
        var losses = new List<(Tensor, double)>();
        // The last symbol of an example has none after it: without lengths, which a batch has where they differ, nothing would say so.
        var further = new int[batch.Count];
        for (var i = 0; i < further.Length; i++) further[i] = Math.Max(0, (batch.Lengths.IsEmpty ? batch.Space.Positions : batch.Lengths[i]) - 1);
        Add(Blocks(new SymbolInput(batch.Inputs(), batch.Space.Positions, batch.Count), Pass.Whole(tape, batch.Space.Extent, batch.LabelMemory), (layer, h) =>
        {
            var weight = 1 - 2 * progress * _blocks.Length / layer;
            if (_config.Intermediate && weight > 0) Add(h, weight);
        }), 1);
        losses.Reverse();
        return losses;

        void Add(Tensor h, double weight)
        {
            var row = _last.Forward(h);
            if (_further is not null) losses.Add((_further.LogProbabilities(Head, row, batch.Symbols.At(batch.Count), (float)(scale * weight / 2), further), weight / 2));
            losses.Add((Output.LogProbabilities(Head, row, batch.Symbols, (float)(scale * weight), batch.Lengths), weight));
        }
    }

    private protected override Tensor Score(Tape tape, SymbolBatch batch, float scale, int member, Run? run)
        => tape is { Recording: true, Progress: { } progress } && run is null ? Losses(tape, batch, scale, progress)[0].Logs : base.Score(tape, batch, scale, member, run);

    // What leaves the last block; what leaves those before is shown on the way.
    Tensor Blocks(SymbolInput x, Pass pass, Action<int, Tensor>? show = null)
    {
        var before = (int[]?)_blocks[0].Before(pass.Run)?.Clone();
        var places = GC.AllocateArray<int>(x.Positions * x.Batch, pinned: true);
        for (var i = 0; i < places.Length; i++) places[i] = i / x.Batch + (before?[i % x.Batch] ?? 0);
        var h = Ops.Dropout(Ops.Lookup(pass.Tape, x.Positions, x.Batch, x.Symbols, _symbols), (float)_config.Dropout, _path);
        for (var i = 0; i < _blocks.Length; i++)
        {
            if (i > 0) show?.Invoke(i, h);
            h = _blocks[i].Forward(Ops.Add(h, Ops.Lookup(pass.Tape, x.Positions, x.Batch, new PinnedSymbols(places), _positions[i])), before, pass);
            pass.Show(i, h);
        }
        return h;
    }
}
