using Likely.Models.Layers;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// PixelCNN (van den Oord et al. 2016a, "Pixel recurrent neural networks", sec. 3.3 to 3.5 and table 1): a 7x7 convolution of mask A,
/// residual blocks of mask B, two 1x1 products. Square filters under a mask leave a blind spot above to the right, kept here as
/// published (<see cref="GatedPixelCnnConfig"/> has none). Symbols at one position follow R, G, B by groups of channels; a walk then
/// computes a position once for each of its symbols. The mixture head needs no groups and one pass a position.
/// </summary>
public sealed record PixelCnnConfig : DensityConfig
{
    [Key("h: feature maps inside a residual block; there are 2h outside", 1, 4096)]
    public int Channels { get; init; } = 16;
    [Key("residual blocks", 1, 1000)]
    public int Layers { get; init; } = 15;
    [Key("side of the first filter; the blocks' is 3 (published: 7). auto: as wide as the picture asks for and a little time allows", 3, 99, Odd = true, Automatic = true)]
    public int Kernel { get; init; }
    [Key("feature maps between the two last products", 1, 8192)]
    public int HeadChannels { get; init; } = 32;
    [Key("share of a block's features dropped while training", 0, 0.95)]
    public double Dropout { get; init; }
    [Key("learned numbers that each symbol enters as, besides its value; for data in which single levels matter", 0, 256)]
    public int Embedding { get; init; }
    [HeadKey]
    public string Head { get; init; } = "auto";
    [Key("logistic components of head=mixture", 1, 16)]
    public int Components { get; init; } = 10;

    public override string Name => "pixelcnn";

    public override string Summary => "PixelCNN: masked convolutions in residual blocks (van den Oord et al. 2016a)";

    public override double LearningRate => 3e-3;

    public override int LargestBatch => 16;

    public override DensityConfig Published => new PixelCnnConfig { Kernel = 7 };

    // A block costs 9 h^2, the first filter one tap of its inputs x 2h for each position it sees.
    public override DensityConfig Fitted(Space space) => Kernel != 0 ? this
        : this with { Kernel = FirstFilter.Side(space, (9L * Channels + 1) / 2, space.Symbols * (1L + Embedding)) };

    protected override AutoregressiveModel Create(Space space, int classes) => new PixelCnn(this, space);
}

sealed class PixelCnn : GridModel
{
    readonly MaskedConvolution _first;
    readonly ResidualBlock[] _blocks;
    readonly Pointwise _hidden, _output;

    public PixelCnn(PixelCnnConfig config, Space space)
        : base(config, space, 0, Models.Head.Create(config.Head, space, config.Components), config.Embedding)
    {
        var groups = new ChannelGroups(Head.NeedsGroups ? Head.Symbols : 1);
        var (features, head, outputs) = (2 * config.Channels, config.HeadChannels, Head.Outputs);
        var scope = new ParameterScope(Parameters);
        var taps = ConvolutionTaps.Masked(config.Kernel, withCentre: groups.Count > 1);
        var centre = taps.Length - 1;
        var mask = groups.Mask(Inputs, features, strictly: true);
        _first = new MaskedConvolution(scope.At("first"), taps, Inputs, features, mask: mask is null ? null : (tap, input, output) => tap != centre || mask(input, output));
        _blocks = new ResidualBlock[config.Layers];
        for (var i = 0; i < _blocks.Length; i++) _blocks[i] = new ResidualBlock(scope.At("layers").At(i), config, groups);
        _hidden = new Pointwise(scope.At("hidden"), features, head, 1.4, groups.Within(features, head));
        _output = new Pointwise(scope.At("output"), head, outputs, 0.5, groups.Within(head, outputs), Head.InitialBias);
        States = [.. Enumerable.Range(0, config.Layers).Select(i => new InnerState($"layers.{i}", features)), new InnerState("hidden", head)];
        FieldOfView = (config.Kernel / 2 + config.Layers, config.Kernel / 2 + config.Layers);
        MultiplyAddsPerPosition = ((double)taps.Length * Inputs * features + config.Layers * _blocks[0].MultiplyAdds + (double)head * (features + outputs));
    }

    protected override double MultiplyAddsPerPosition { get; }

    public override int InputReach(Extent extent) => _first.Reach(extent);

    public override (int Rows, int Columns)? FieldOfView { get; }

    public override IReadOnlyList<InnerState> States { get; }

    public override Tensor Forward(Tensor x, Pass pass)
    {
        var h = _first.Forward(x, pass);
        for (var i = 0; i < _blocks.Length; i++)
        {
            h = _blocks[i].Forward(h, pass);
            pass.Show(i, h);
        }
        h = Ops.Rectify(_hidden.Forward(Ops.Rectify(h)));
        pass.Show(_blocks.Length, h);
        return _output.Forward(h);
    }
}

/// <summary>
/// The residual block of PixelCNN (van den Oord et al. 2016a, fig. 5, right): ReLU, 1x1 2h -> h, ReLU, 3x3 mask B h -> h, ReLU,
/// 1x1 h -> 2h, added to its input.
/// </summary>
sealed class ResidualBlock
{
    readonly Pointwise _reduce, _expand;
    readonly MaskedConvolution _convolution;
    readonly float _dropout;
    readonly ulong _path;

    public ResidualBlock(ParameterScope scope, PixelCnnConfig config, ChannelGroups groups)
    {
        var half = config.Channels;
        (_dropout, _path) = ((float)config.Dropout, Philox.Hash(scope.Path));
        var taps = ConvolutionTaps.Masked(3, withCentre: true);
        var centre = taps.Length - 1;
        var mask = groups.Mask(half, half, strictly: false);
        _reduce = new Pointwise(scope.At("reduce"), 2 * half, half, 1.4, groups.Within(2 * half, half));
        _convolution = new MaskedConvolution(scope.At("convolution"), taps, half, half, 1.4,
            mask: mask is null ? null : (tap, input, output) => tap != centre || mask(input, output));
        _expand = new Pointwise(scope.At("expand"), half, 2 * half, 0.5, groups.Within(half, 2 * half));
        MultiplyAdds = (4.0 + taps.Length) * half * half;
    }

    /// <summary>Multiply-adds at one position.</summary>
    public double MultiplyAdds { get; }

    public Tensor Forward(Tensor x, Pass pass)
    {
        var h = Ops.Rectify(_reduce.Forward(Ops.Relu(x)));
        h = Ops.Rectify(_convolution.Forward(h, pass));
        return Ops.Add(_expand.Forward(Ops.Dropout(h, _dropout, _path)), x);
    }
}
