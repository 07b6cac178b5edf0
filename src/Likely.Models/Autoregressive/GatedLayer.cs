using Likely.Models.Layers;
using Likely.Tensors;

namespace Likely.Models.Autoregressive;

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
