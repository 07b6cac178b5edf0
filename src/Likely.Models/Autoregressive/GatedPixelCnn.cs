using Likely.Models.Layers;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Gated PixelCNN (van den Oord et al. 2016b, "Conditional image generation with PixelCNN decoders", fig. 2): a vertical stack
/// sees all rows above, a horizontal stack the current row to the left and, layer by layer, the vertical stack; together no blind
/// spot. Units are tanh(a) * sigmoid(b), eq. 2; classes enter as biases of the gates, eq. 3.
/// </summary>
public sealed record GatedPixelCnnConfig : DensityConfig
{
    [Key("feature maps of each stack", 1, 4096)]
    public int Channels { get; init; } = 32;
    [Key("gated layers", 1, 1000)]
    public int Layers { get; init; } = 7;
    [Key("side of the first layer's filter; the others are 3 (published: 7). auto: as wide as the picture asks for and a little time allows", 3, 99, Odd = true, Automatic = true)]
    public int Kernel { get; init; }
    [Key("feature maps between the two last products; 0: as many as channels", 0, 8192)]
    public int HeadChannels { get; init; }
    [Key("share of gated features dropped while training", 0, 0.95)]
    public double Dropout { get; init; }
    [Key("learned numbers that each symbol enters as, besides its value; for data in which single levels matter", 0, 256)]
    public int Embedding { get; init; }
    [HeadKey]
    public string Head { get; init; } = "auto";
    [Key("logistic components of head=mixture", 1, 16)]
    public int Components { get; init; } = 10;
    [Key("side of a linear filter that adds its prediction to the means of head=mixture, so that the network learns what is left, whatever the colours; 0: none", 0, 31)]
    public int Linear { get; init; }
    [Key("true: learn p(x | label) from the labels")]
    public bool Conditional { get; init; }

    public override string Name => "gated-pixelcnn";

    public override string Summary => "Gated PixelCNN: vertical and horizontal stacks, no blind spot (van den Oord et al. 2016b)";

    public override double LearningRate => 3e-3;

    public override int LargestBatch => 16;

    public override bool UsesLabels => Conditional;

    public override DensityConfig Published => new GatedPixelCnnConfig { Kernel = 7 };

    // A later layer costs 8 taps of channels x 2 channels, the first filter one tap of its inputs x 2 channels for each position it sees.
    public override DensityConfig Fitted(Space space) => Kernel != 0 ? this
        : this with { Kernel = FirstFilter.Side(space, 8L * Channels, space.Symbols * (Linear > 0 ? 3L : 1L + Embedding)) };

    protected override AutoregressiveModel Create(Space space, int classes) => new GatedPixelCnn(this, space, Conditional ? classes : 0);
}

sealed class GatedPixelCnn : GridModel
{
    readonly GatedLayer[] _layers;
    readonly RowStack<GateConditions?> _vertical;
    readonly Pointwise _hidden, _output;
    readonly MaskedConvolution? _linear;

    public GatedPixelCnn(GatedPixelCnnConfig config, Space space, int classes)
        : base(config, space, classes, Models.Head.Create(config.Head, space, config.Components), config.Embedding, config.Linear > 0)
    {
        var groups = new ChannelGroups(Head.NeedsGroups ? Head.Symbols : 1);
        var scope = new ParameterScope(Parameters);
        _layers = new GatedLayer[config.Layers];
        for (var i = 0; i < config.Layers; i++) _layers[i] = new GatedLayer(scope.At("layers").At(i), config, Inputs, classes, groups, i);
        var head = config.HeadChannels > 0 ? config.HeadChannels : config.Channels;
        _hidden = new Pointwise(scope.At("hidden"), config.Channels, head, 1.4, groups.Within(config.Channels, head));
        _output = new Pointwise(scope.At("output"), head, Head.Outputs, config.Linear > 0 ? 0.02 : 0.5, groups.Within(head, Head.Outputs), config.Linear > 0 ? Head.ResidualBias : Head.InitialBias);
        if (config.Linear > 0) _linear = Prediction(scope.At("linear"), config);
        _vertical = new RowStack<GateConditions?>(Vertical);
        var perPosition = head * (config.Channels + (double)Head.Outputs);
        foreach (var layer in _layers) perPosition += layer.MultiplyAdds;
        if (config.Linear > 0) perPosition += (double)((config.Linear | 1) * (config.Linear | 1) / 2) * Inputs * Head.Outputs;
        MultiplyAddsPerPosition = perPosition;
        States = [.. Enumerable.Range(0, config.Layers).Select(i => new InnerState($"layers.{i}", config.Channels)), new InnerState("hidden", head)];
        FieldOfView = (config.Kernel / 2 + config.Layers - 1, config.Kernel / 2 + config.Layers - 1);
    }

    protected override double MultiplyAddsPerPosition { get; }

    public override int InputReach(Extent extent) => Math.Max(_layers[0].Reach(extent), _linear?.Reach(extent) ?? 0);

    public override (int Rows, int Columns)? FieldOfView { get; }

    public override IReadOnlyList<InnerState> States { get; }

    public override Tensor Forward(Tensor x, Pass pass)
    {
        var conditions = Conditions(pass);
        var vertical = _vertical.Forward(x, conditions, pass);
        var h = x;
        for (var i = 0; i < _layers.Length; i++)
        {
            h = _layers[i].Horizontal(h, vertical[i], conditions?.Horizontal[i], pass);
            pass.Show(i, h);
        }
        h = Ops.Relu(_hidden.Forward(Ops.Relu(h)));
        pass.Show(_layers.Length, h);
        var result = _output.Forward(h);
        return _linear is null ? result : _linear.Forward(x, pass, onto: result);
    }

    // Hundreds of its weights add up to a mean that must be right to a level of 256.
    const double FilterRate = 0.01;

    // It begins as a plane through the pixels to the left, above and between them.
    MaskedConvolution Prediction(ParameterScope scope, GatedPixelCnnConfig config)
    {
        if (config.Embedding > 0) throw new ModelException($"linear and embedding={config.Embedding} exclude each other: symbols enter with their differences or with learned numbers");
        if (!Enumerable.Range(0, Head.Outputs).Any(output => Head.Prediction(output, 0) != 0))
            throw new ModelException("linear is for head=mixture: no other head has means that a prediction could be added to");
        var taps = ConvolutionTaps.Masked(config.Linear | 1, withCentre: false);
        var width = Inputs / Space.Symbols;
        return new MaskedConvolution(scope, taps, Inputs, Head.Outputs, 0, bias: false, start: (tap, input, output) => input % width == 0 ? Head.Prediction(output, input / width) * Plane(taps[tap]) : 0, rate: FilterRate);

        static double Plane((int Row, int Column) tap) => tap switch { (0, -1) or (-1, 0) => 0.75, (-1, -1) => -0.5, _ => 0 };
    }

    // What each horizontal layer begins its chains with.
    Tensor[] Vertical(Tensor x, GateConditions? conditions, Pass pass)
    {
        var toHorizontal = new Tensor[_layers.Length];
        for (var i = 0; i < _layers.Length; i++) x = _layers[i].Vertical(x, conditions?.Vertical[i], pass, out toHorizontal[i])!;
        return toHorizontal;
    }

    GateConditions? Conditions(Pass pass)
    {
        if (Classes == 0) return null;
        if (pass.Run is not { } run) return new GateConditions(_layers, pass.Tape, pass.Labels.Span);
        return run.Slot(this, () => new GateConditions(_layers, run.Memory, run.Labels));
    }
}

/// <summary>
/// One layer of Gated PixelCNN (van den Oord et al. 2016b, fig. 2). The first layer's filters are k wide and see only what lies
/// strictly before: rows above for the vertical stack, columns to the left for the horizontal one. The others are 3 wide and
/// include the current row or position. The vertical pre-activation reaches the horizontal stack through a 1x1 product, whose
/// chain the horizontal convolution continues; the horizontal output is added to its input except in the first layer.
/// </summary>
sealed class GatedLayer
{
    readonly MaskedConvolution _vertical, _horizontal;
    readonly Pointwise _link, _residual;
    readonly ClassCondition? _verticalClass, _horizontalClass;
    readonly bool _first, _last;
    readonly float _dropout;
    readonly ulong _path;

    public GatedLayer(ParameterScope scope, GatedPixelCnnConfig config, int symbols, int classes, ChannelGroups groups, int index)
    {
        var channels = config.Channels;
        (_first, _last, _dropout, _path) = (index == 0, index == config.Layers - 1, (float)config.Dropout, Philox.Hash(scope.Path));
        var inputs = _first ? symbols : channels;
        var half = _first ? config.Kernel / 2 : 1;
        var above = new List<(int, int)>();
        for (var row = _first ? -half : -1; row <= (_first ? -1 : 0); row++)
            for (var column = -half; column <= half; column++) above.Add((row, column));
        var left = new List<(int, int)>();
        for (var column = -half; column < 0; column++) left.Add((0, column));
        if (!_first || groups.Count > 1) left.Add((0, 0));

        _vertical = new MaskedConvolution(scope.At("vertical"), above, inputs, 2 * channels);
        _link = new Pointwise(scope.At("link"), 2 * channels, 2 * channels);
        var centre = left.Count - 1;
        var mask = groups.Mask(inputs, channels, strictly: _first);
        _horizontal = new MaskedConvolution(scope.At("horizontal"), left, inputs, 2 * channels,
            bias: false, mask: mask is null ? null : (tap, input, output) => tap != centre || mask(input, output % channels));
        _residual = new Pointwise(scope.At("residual"), channels, channels, 1, groups.Within(channels, channels));
        if (classes > 0)
        {
            _verticalClass = new ClassCondition(scope.At("vertical_class"), classes, 2 * channels);
            _horizontalClass = new ClassCondition(scope.At("horizontal_class"), classes, 2 * channels);
        }
        MultiplyAdds = 2.0 * channels * inputs * (above.Count + left.Count) + 4.0 * channels * channels + (double)channels * channels;
    }

    /// <summary>Multiply-adds at one position.</summary>
    public double MultiplyAdds { get; }

    /// <summary>How many positions back it reads of its inputs.</summary>
    public int Reach(Extent extent) => Math.Max(_vertical.Reach(extent), _horizontal.Reach(extent));

    public Tensor VerticalCondition(Tape tape, ReadOnlySpan<int> labels) => _verticalClass!.Forward(tape, labels);

    public Tensor HorizontalCondition(Tape tape, ReadOnlySpan<int> labels) => _horizontalClass!.Forward(tape, labels);

    /// <summary>The next layer's vertical input (null after the last), and what the horizontal convolution begins with.</summary>
    public Tensor? Vertical(Tensor x, Tensor? condition, Pass pass, out Tensor toHorizontal)
    {
        var features = _vertical.Forward(x, pass);
        toHorizontal = _link.Forward(features);
        return _last ? null : Ops.Gate(features, condition);
    }

    public Tensor Horizontal(Tensor x, Tensor vertical, Tensor? condition, Pass pass)
    {
        var gated = Ops.Dropout(Ops.Gate(_horizontal.Forward(x, pass, onto: vertical), condition), _dropout, _path);
        var result = _residual.Forward(gated);
        return _first ? result : Ops.Add(result, x);
    }
}

/// <summary>The classes' biases of all gates, looked up for one batch.</summary>
sealed class GateConditions
{
    public GateConditions(GatedLayer[] layers, Tape tape, ReadOnlySpan<int> labels)
    {
        (Vertical, Horizontal) = (new Tensor[layers.Length], new Tensor[layers.Length]);
        for (var i = 0; i < layers.Length; i++)
        {
            Vertical[i] = layers[i].VerticalCondition(tape, labels);
            Horizontal[i] = layers[i].HorizontalCondition(tape, labels);
        }
    }

    public Tensor[] Vertical { get; }
    public Tensor[] Horizontal { get; }
}
