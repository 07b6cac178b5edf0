using Likely.Models.Layers;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// ByteNet's decoder as a model of sequences (Kalchbrenner et al. 2016, "Neural machine translation in linear time", fig. 3 left): symbols enter as learned rows of 2d numbers; stacks of residual
/// blocks, each a linear map to d, a dilated causal convolution of d, and a linear map back to 2d, every one after a normalisation and a rectifier; a last rectified
/// map, and a softmax. Dilations double from block to block and begin anew with each stack. Training carries the last inputs of every
/// convolution from window to window of <c>context</c> symbols. Defaults are smaller than the published 6 stacks of d = 512.
/// </summary>
public sealed record ByteNetConfig : ModelConfig
{
    [Key("blocks of a stack, of dilations 1, 2, 4, 8 and so on", 1, 14)]
    public int Layers { get; init; } = 5;
    [Key("stacks of such blocks, one upon the other", 1, 64)]
    public int Stacks { get; init; } = 3;
    [Key("numbers of a position within a block; between blocks there are twice as many", 1, 4096)]
    public int Channels { get; init; } = 64;
    [Key("positions that a block reads, its dilation apart", 2, 32)]
    public int Kernel { get; init; } = 3;
    [Key("share of what a block adds dropped while training", 0, 0.95)]
    public double Dropout { get; init; }
    [Key("symbols of a training window, beyond which gradients do not go; what the blocks read does", 1, 65_536)]
    public int Context { get; init; } = 256;

    public override string Name => "bytenet";

    public override string Summary => "ByteNet's decoder: residual blocks of dilated causal convolutions (Kalchbrenner et al. 2016)";

    public override double LearningRate => 1e-3;

    public override int LargestBatch => 6;

    public override int MostLevels => 1 << 16;

    public override int? Window => Context;

    protected override AutoregressiveModel Create(Space space, int classes) => new ByteNet(this, space);
}

sealed class ByteNet : SequenceModel
{
    readonly SymbolTable _symbols;
    readonly Block[] _blocks;
    readonly Pointwise _hidden;

    public ByteNet(ByteNetConfig config, Space space) : base(config, space, 0, new SoftmaxHead(1, space.Levels))
    {
        var (scope, width) = (new ParameterScope(Parameters), 2 * config.Channels);
        _symbols = new SymbolTable(scope.At("symbols"), space.Levels + 1, 0, width, null); // one more: the beginning
        _blocks = new Block[config.Stacks * config.Layers];
        for (var i = 0; i < _blocks.Length; i++) _blocks[i] = new Block(scope.At("blocks").At(i), config, i);
        _hidden = new Pointwise(scope.At("hidden"), width, width);
        Output = new OutputMap(scope.At("output"), width, Head.Outputs, 0.5);
        MultiplyAddsPerPosition = width * (width + (double)Head.Outputs);
        States = [.. Enumerable.Range(0, _blocks.Length).Select(i => new InnerState($"blocks.{i}", width)), new InnerState("hidden", width)];
        ReceptiveField = 1;
        foreach (var block in _blocks) (MultiplyAddsPerPosition, ReceptiveField) = (MultiplyAddsPerPosition + block.MultiplyAdds, ReceptiveField + block.Reach);
    }

    protected override double MultiplyAddsPerPosition { get; }

    public override long? ReceptiveField { get; }

    public override IReadOnlyList<InnerState> States { get; }

    protected override OutputMap Output { get; }

    protected override Tensor Forward(SymbolInput x, Pass pass)
    {
        var h = _symbols.Forward(x, pass);
        for (var i = 0; i < _blocks.Length; i++)
        {
            h = _blocks[i].Forward(h, pass);
            pass.Show(i, h);
        }
        h = Ops.Rectify(_hidden.Forward(h));
        pass.Show(_blocks.Length, h);
        return h;
    }

    sealed class Block
    {
        readonly Normalization _first, _second, _third;
        readonly Pointwise _narrow, _wide;
        readonly CausalConvolution _convolution;
        readonly float _dropout;
        readonly ulong _path;

        public Block(ParameterScope scope, ByteNetConfig config, int index)
        {
            var (channels, count) = (config.Channels, config.Stacks * config.Layers);
            _first = new Normalization(scope.At("narrow").At("norm"), 2 * channels, centred: true);
            _narrow = new Pointwise(scope.At("narrow"), 2 * channels, channels, 1.4);
            _second = new Normalization(scope.At("convolution").At("norm"), channels, centred: true);
            _convolution = new CausalConvolution(scope.At("convolution"), channels, channels, config.Kernel, 1 << index % config.Layers, 1.4);
            _third = new Normalization(scope.At("wide").At("norm"), channels, centred: true);
            _wide = new Pointwise(scope.At("wide"), channels, 2 * channels, 1 / Math.Sqrt(count));
            (_dropout, _path) = ((float)config.Dropout, Philox.Hash(scope.Path));
            MultiplyAdds = 4.0 * channels * channels + _convolution.MultiplyAdds;
        }

        public double MultiplyAdds { get; }

        public int Reach => _convolution.Reach;

        public Tensor Forward(Tensor x, Pass pass)
        {
            var inner = _convolution.Forward(Ops.Rectify(_second.Forward(_narrow.Forward(Ops.Rectify(_first.Forward(x))))), pass);
            return Ops.Add(x, Ops.Dropout(_wide.Forward(Ops.Rectify(_third.Forward(inner))), _dropout, _path));
        }
    }
}
