using Likely.Models.Layers;
using Likely.Tensors;

namespace Likely.Models.Autoregressive;

/// <summary>
/// Gated PixelCNN (van den Oord et al. 2016b, "Conditional image generation with PixelCNN decoders", fig. 2): a vertical stack
/// sees all rows above, a horizontal stack the current row to the left and, layer by layer, the vertical stack; together no blind
/// spot. Units are tanh(a) * sigmoid(b), eq. 2; classes enter as biases of the gates, eq. 3.
/// </summary>
public sealed record GatedPixelCnnConfig : ModelConfig
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
    [Key("distribution of a symbol; auto: bernoulli for 2 levels, mixture for colours of 256, else softmax", "auto", "bernoulli", "softmax", "mixture")]
    public string Head { get; init; } = "auto";
    [Key("logistic components of head=mixture", 1, 16)]
    public int Components { get; init; } = 10;
    [Key("true: learn p(x | label) from the labels")]
    public bool Conditional { get; init; }

    public override string Name => "gated-pixelcnn";

    public override string Summary => "Gated PixelCNN: vertical and horizontal stacks, no blind spot (van den Oord et al. 2016b)";

    public override double LearningRate => 3e-3;

    public override int LargestBatch => 16;

    public override bool UsesLabels => Conditional;

    public override ModelConfig Published => new GatedPixelCnnConfig { Kernel = 7 };

    // A later layer costs 8 taps of channels x 2 channels, the first filter one tap of its inputs x 2 channels for each position it sees.
    public override ModelConfig Fitted(Space space) => Kernel != 0 ? this
        : this with { Kernel = FirstFilter.Side(space, 8L * Channels, space.Symbols * (1L + Embedding)) };

    protected override DensityModel Create(Space space, int classes) => new GatedPixelCnn(this, space, Conditional ? classes : 0);
}

sealed class GatedPixelCnn : GridModel
{
    readonly GatedLayer[] _layers;
    readonly RowStack<GateConditions?> _vertical;
    readonly Pointwise _hidden, _output;

    public GatedPixelCnn(GatedPixelCnnConfig config, Space space, int classes)
        : base(config, space, classes, Models.Head.Create(config.Head, space, config.Components), config.Embedding)
    {
        var groups = new ChannelGroups(Head.NeedsGroups ? Head.Symbols : 1);
        var scope = new ParameterScope(Parameters);
        _layers = new GatedLayer[config.Layers];
        for (var i = 0; i < config.Layers; i++) _layers[i] = new GatedLayer(scope.At("layers").At(i), config, Inputs, classes, groups, i);
        var head = config.HeadChannels > 0 ? config.HeadChannels : config.Channels;
        _hidden = new Pointwise(scope.At("hidden"), config.Channels, head, 1.4, groups.Within(config.Channels, head));
        _output = new Pointwise(scope.At("output"), head, Head.Outputs, 0.5, groups.Within(head, Head.Outputs), Head.InitialBias);
        _vertical = new RowStack<GateConditions?>(Vertical);
        var perPosition = head * (config.Channels + (double)Head.Outputs);
        foreach (var layer in _layers) perPosition += layer.MultiplyAdds;
        MultiplyAddsPerPosition = perPosition;
        FieldOfView = (config.Kernel / 2 + config.Layers - 1, config.Kernel / 2 + config.Layers - 1);
    }

    protected override double MultiplyAddsPerPosition { get; }

    public override int InputReach(Extent extent) => _layers[0].Reach(extent);

    public override (int Rows, int Columns)? FieldOfView { get; }

    public override Tensor Forward(Tensor x, Pass pass)
    {
        var conditions = Conditions(pass);
        var vertical = _vertical.Forward(x, conditions, pass);
        var h = x;
        for (var i = 0; i < _layers.Length; i++) h = _layers[i].Horizontal(h, vertical[i], conditions?.Horizontal[i], pass);
        return _output.Forward(Ops.Relu(_hidden.Forward(Ops.Relu(h))));
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
