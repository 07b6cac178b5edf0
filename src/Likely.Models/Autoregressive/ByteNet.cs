using Likely.Models.Layers;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// ByteNet (Kalchbrenner et al. 2016, "Neural machine translation in linear time"). Its decoder is a model of sequences (fig. 3 left): symbols enter as learned rows of 2d numbers; stacks of residual
/// blocks, each a linear map to d, a dilated causal convolution of d, and a linear map back to 2d, every one after a normalisation and a rectifier; a last rectified
/// map, and a softmax. Dilations double from block to block and begin anew with each stack. Training carries the last inputs of every
/// convolution from window to window of <c>context</c> symbols. Of pairs it is p(target | source) with an encoder beside (fig. 1): as many blocks, whose convolutions look both ways,
/// go over the source s, extended to <c>stretch</c> |s| + <c>extra</c> positions, and each position of the decoder also reads the encoder's column at the same place; behind the last
/// column the decoder goes on without one (dynamic unfolding). Defaults are smaller than the published 6 stacks of d = 512.
/// </summary>
public sealed record ByteNetConfig : DensityConfig
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
    [Key("of pairs: positions of the encoder for each symbol of the source", 0, 16)]
    public double Stretch { get; init; } = 1;
    [Key("of pairs: positions of the encoder beyond those; auto: by as many as the longest target is longer than the longest source, at least 1", 1, 4096, Automatic = true)]
    public int Extra { get; init; }

    public override string Name => "bytenet";

    public override string Summary => "ByteNet: residual blocks of dilated causal convolutions, and of pairs an encoder of the source (Kalchbrenner et al. 2016)";

    public override double LearningRate => 1e-3;

    public override int LargestBatch => 6;

    public override int MostLevels => 1 << 16;

    public override int? Window => Context;

    public override bool TakesSources => true;

    public override DensityConfig Fitted(Space space)
        => space.Source == 0 || Extra > 0 ? this : this with { Extra = Math.Clamp(space.Width - ColumnsOf(space.Source), 1, 4096) };

    /// <summary>Positions of the encoder for a source of so many symbols.</summary>
    internal int ColumnsOf(int source) => (int)Math.Ceiling(Stretch * source) + Extra;

    protected override AutoregressiveModel Create(Space space, int classes) => new ByteNet(this, space);
}

sealed class ByteNet : SequenceModel
{
    readonly SymbolTable _symbols;
    readonly Block[] _blocks;
    readonly Pointwise _hidden;
    readonly SourceCondition? _source;

    public ByteNet(ByteNetConfig config, Space space) : base(config, space, 0, new SoftmaxHead(1, space.Levels))
    {
        var (scope, width) = (new ParameterScope(Parameters), 2 * config.Channels);
        _symbols = new SymbolTable(scope.At("symbols"), space.Levels + 1, 0, width, null); // one more: the beginning
        _blocks = new Block[config.Stacks * config.Layers];
        for (var i = 0; i < _blocks.Length; i++) _blocks[i] = new Block(scope.At("blocks").At(i), config, i, isCausal: true);
        _hidden = new Pointwise(scope.At("hidden"), width, width);
        Output = new OutputMap(scope.At("output"), width, Head.Outputs, 0.5);
        MultiplyAddsPerPosition = width * (width + (double)Head.Outputs);
        States = [.. Enumerable.Range(0, _blocks.Length).Select(i => new InnerState($"blocks.{i}", width)), new InnerState("hidden", width)];
        ReceptiveField = 1;
        if (space.Source > 0)
        {
            var encoder = new Encoder(scope.At("encoder"), config, space);
            _source = new SourceCondition(encoder.Forward, config.ColumnsOf, encoder.Weights);
            MultiplyAddsPerPosition += encoder.MultiplyAdds * config.ColumnsOf(space.Source) / space.Width;
        }
        foreach (var block in _blocks) (MultiplyAddsPerPosition, ReceptiveField) = (MultiplyAddsPerPosition + block.MultiplyAdds, ReceptiveField + block.Reach);
    }

    protected override double MultiplyAddsPerPosition { get; }

    public override long? ReceptiveField { get; }

    public override IReadOnlyList<InnerState> States { get; }

    protected override OutputMap Output { get; }

    protected override Tensor Forward(SymbolInput x, Pass pass)
    {
        var h = _symbols.Forward(x, pass);
        if (_source is not null) h = _source.Forward(h, pass);
        for (var i = 0; i < _blocks.Length; i++)
        {
            h = _blocks[i].Forward(h, pass);
            pass.Show(i, h);
        }
        h = Ops.Rectify(_hidden.Forward(h));
        pass.Show(_blocks.Length, h);
        return h;
    }

    // Sources to columns: what is no symbol of an example's, and behind its columns, is zero to its convolutions.
    sealed class Encoder
    {
        readonly Parameter _symbols;
        readonly int _behind;
        readonly Block[] _blocks;
        readonly Normalization _norm;
        readonly Pointwise _output;

        public Encoder(ParameterScope scope, ByteNetConfig config, Space space)
        {
            _behind = space.Levels;
            _symbols = scope.At("symbols").Weight("table", 1, space.Levels + 1, 2 * config.Channels, 0.5 * Math.Sqrt(space.Levels + 1)); // one more: behind the end
            _blocks = new Block[config.Stacks * config.Layers];
            for (var i = 0; i < _blocks.Length; i++) _blocks[i] = new Block(scope.At("blocks").At(i), config, i, isCausal: false);
            _norm = new Normalization(scope.At("output").At("norm"), 2 * config.Channels, centred: true);
            _output = new Pointwise(scope.At("output"), 2 * config.Channels, 2 * config.Channels);
            MultiplyAdds = 4.0 * config.Channels * config.Channels + _blocks.Sum(block => block.MultiplyAdds);
        }

        public double MultiplyAdds { get; }

        public Parameter Weights => _symbols;

        public Tensor Forward(Tape tape, SourceSymbols sources, int[] lengths)
        {
            var positions = lengths.Max();
            var h = Ops.Lookup(tape, positions, lengths.Length, sources.SideBySide(positions, _behind), _symbols);
            foreach (var block in _blocks) h = block.Forward(h, lengths);
            return _output.Forward(Ops.Rectify(_norm.Forward(h)));
        }
    }

    sealed class Block
    {
        readonly Normalization _first, _second, _third;
        readonly Pointwise _narrow, _wide;
        readonly CausalConvolution? _convolution;
        readonly CentredConvolution? _bothWays;
        readonly float _dropout;
        readonly ulong _path;

        public Block(ParameterScope scope, ByteNetConfig config, int index, bool isCausal)
        {
            var (channels, count) = (config.Channels, config.Stacks * config.Layers);
            _first = new Normalization(scope.At("narrow").At("norm"), 2 * channels, centred: true);
            _narrow = new Pointwise(scope.At("narrow"), 2 * channels, channels, 1.4);
            _second = new Normalization(scope.At("convolution").At("norm"), channels, centred: true);
            var dilation = 1 << index % config.Layers;
            if (isCausal) _convolution = new CausalConvolution(scope.At("convolution"), channels, channels, config.Kernel, dilation, 1.4);
            else _bothWays = new CentredConvolution(scope.At("convolution"), channels, channels, config.Kernel, dilation, 1.4);
            _third = new Normalization(scope.At("wide").At("norm"), channels, centred: true);
            _wide = new Pointwise(scope.At("wide"), channels, 2 * channels, 1 / Math.Sqrt(count));
            (_dropout, _path) = ((float)config.Dropout, Philox.Hash(scope.Path));
            MultiplyAdds = (4.0 + config.Kernel) * channels * channels;
        }

        public double MultiplyAdds { get; }

        public int Reach => _convolution!.Reach;

        public Tensor Forward(Tensor x, Pass pass) => Add(x, _convolution!.Forward(Inner(x), pass));

        public Tensor Forward(Tensor x, int[] lengths) => Add(x, _bothWays!.Forward(Inner(x, lengths)));

        Tensor Inner(Tensor x, int[]? lengths = null)
        {
            var inner = _second.Forward(_narrow.Forward(Ops.Rectify(_first.Forward(x))));
            return Ops.Rectify(lengths is null ? inner : Ops.ClearBehind(inner, lengths));
        }

        Tensor Add(Tensor x, Tensor inner) => Ops.Add(x, Ops.Dropout(_wide.Forward(Ops.Rectify(_third.Forward(inner))), _dropout, _path));
    }
}
