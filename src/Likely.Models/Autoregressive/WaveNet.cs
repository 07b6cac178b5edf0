using Likely.Models.Layers;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// WaveNet (van den Oord et al. 2016c, "WaveNet: a generative model for raw audio", fig. 4): symbols enter as learned rows; stacks of layers, each a dilated causal convolution, a
/// gate tanh(a) * sigmoid(b) (eq. 2), and two linear maps of it, one added to what the layer read and one to a sum over all layers, of which the last products make the next
/// symbol's distribution. Levels of a quantity in time, such as samples, that are more than 256 enter as numbers instead (<see cref="LevelNumbers"/>). Dilations double from layer to layer and begin anew with each stack, so that few layers see far. Classes enter the gates (eq. 3),
/// and so does the source of a pair, or what is given beside a sound, position by position (local conditioning): the column that stands at <c>stretch</c> positions is a convolution over the source's symbols around, and a map of its own takes it into each gate.
/// Training carries the last inputs of every layer from window to window of <c>context</c> symbols, but for pairs, whose targets are whole. Defaults are those of nv-wavenet's smaller networks, with fewer layers.
/// </summary>
public sealed record WaveNetConfig : DensityConfig
{
    const int MostStretch = 4096, LongestPrediction = 32;

    [Key("layers of a stack, of dilations 1, 2, 4, 8 and so on", 1, 14)]
    public int Layers { get; init; } = 9;
    [Key("stacks of such layers, one upon the other", 1, 64)]
    public int Stacks { get; init; } = 2;
    [Key("numbers of a position between layers", 1, 4096)]
    public int Channels { get; init; } = 32;
    [Key("numbers of a position that each layer adds to, for the last products", 1, 8192)]
    public int Skip { get; init; } = 64;
    [Key("positions that a layer reads, its dilation apart", 2, 32)]
    public int Kernel { get; init; } = 2;
    [Key("share of gated numbers dropped while training", 0, 0.95)]
    public double Dropout { get; init; }
    [Key("symbols of a training window, beyond which gradients do not go; what the layers read does", 1, 65_536)]
    public int Context { get; init; } = 512;
    [Key("true: learn p(x | label) from the labels")]
    public bool Conditional { get; init; }
    [Key("of what is given a source: positions that each of its symbols conditions; auto: of pairs 1, of sound as many samples as the longest has for each symbol of the longest source", 1, MostStretch, Automatic = true)]
    public int Stretch { get; init; }
    [Key("of what is given a source: its symbols, the position's own in the middle, that condition a position", 1, 64)]
    public int Around { get; init; } = 9;
    [Key("distribution of a symbol; auto: softmax", ["auto", "softmax", "mixture"])]
    public string Head { get; init; } = "auto";
    [Key("logistics of head=mixture", 1, 16)]
    public int Components { get; init; } = 10;
    [Key("symbols of which a linear prediction is made, fitted again every 32 to the 256 before: means of head=mixture are told from it, and the network learns what it misses; 0: none", 0, LongestPrediction)]
    public int Linear { get; init; }

    public override string Name => "wavenet";

    public override string Summary => "WaveNet: gated causal convolutions, each reading twice as far back as the one before (van den Oord et al. 2016c)";

    public override double LearningRate => 2e-3;

    public override int LargestBatch => 4;

    public override bool UsesLabels => Conditional;

    public override int MostLevels => 1 << 16;

    public override int? Window => Context;

    public override bool TakesSources => true;

    public override long? Lasts(int source) => (long)Math.Max(1, Stretch) * source;

    // Of pairs 1 and auto are one thing and have one name, as models have that were trained before there was another.
    public override DensityConfig Fitted(Space space) => space is { Source: > 0, IsInTime: true }
        ? Stretch > 0 ? this : this with { Stretch = (int)Math.Clamp((space.Extent.Positions + space.Source / 2) / space.Source, 1, MostStretch) }
        : Stretch == 1 ? this with { Stretch = 0 } : this;

    /// <summary>Columns of a source of so many symbols, one each.</summary>
    internal static int ColumnsOf(int source) => Math.Max(1, source);

    protected override AutoregressiveModel Create(Space space, int classes) => new WaveNet(this, space, Conditional ? classes : 0);
}

sealed class WaveNet : SequenceModel
{
    readonly SymbolTable? _symbols;
    readonly LevelNumbers? _numbers; // of many levels, in place of a table
    readonly Pointwise? _entry;
    readonly SourceCondition? _source;
    readonly Layer[] _layers;
    readonly Parameter _skipBias;
    readonly Pointwise _hidden;
    readonly Prediction? _prediction;

    public WaveNet(WaveNetConfig config, Space space, int classes) : base(config, space, classes, config.Head == Models.Head.Auto ? new SoftmaxHead(1, space.Levels) : Models.Head.Create(config.Head, space, config.Components))
    {
        var (scope, skip) = (new ParameterScope(Parameters), config.Skip);
        if (LevelNumbers.Are(space)) (_numbers, _entry) = (new LevelNumbers(space.Levels), new Pointwise(scope.At("entry"), LevelNumbers.Count, config.Channels));
        else _symbols = new SymbolTable(scope.At("symbols"), space.Levels + 1, 0, config.Channels, null); // one more: the beginning
        _layers = new Layer[config.Stacks * config.Layers];
        for (var i = 0; i < _layers.Length; i++) _layers[i] = new Layer(scope.At("layers").At(i), config, i, space, classes);
        _skipBias = scope.At("skip").Bias("bias", skip);
        _hidden = new Pointwise(scope.At("hidden"), skip, skip, 1.4);
        if (config.Linear > 0) (_prediction, Output) = (new Prediction(scope, config, Head), new OutputMap(Head.Outputs));
        else Output = new OutputMap(scope.At("output"), skip, Head.Outputs, 0.5, start: Head is LogisticMixtureHead ? Head.InitialBias : null);
        MultiplyAddsPerPosition = skip * (skip + (double)Head.Outputs) + (_prediction?.MultiplyAdds ?? 0);
        // What the last layer adds goes to the sum over layers alone.
        States = [.. Enumerable.Range(0, _layers.Length - 1).Select(i => new InnerState($"layers.{i}", config.Channels)), new InnerState("skip", skip), new InnerState("hidden", skip)];
        ReceptiveField = 1 + (_prediction?.Reach ?? 0);
        if (space.Source > 0)
        {
            var columns = new Columns(scope.At("encoder"), config, space.SourceLevels);
            _source = new SourceCondition(columns.Forward, WaveNetConfig.ColumnsOf, columns.Weights, Math.Max(1, config.Stretch));
            MultiplyAddsPerPosition += columns.MultiplyAdds * WaveNetConfig.ColumnsOf(space.Source) / space.Width;
        }
        foreach (var layer in _layers) (MultiplyAddsPerPosition, ReceptiveField) = (MultiplyAddsPerPosition + layer.MultiplyAdds, ReceptiveField + layer.Reach);
    }

    protected override double MultiplyAddsPerPosition { get; }

    public override long? ReceptiveField { get; }

    public override IReadOnlyList<InnerState> States { get; }

    protected override OutputMap Output { get; }

    protected override Tensor Forward(SymbolInput x, Pass pass)
    {
        var (h, conditions) = (_symbols?.Forward(x, pass) ?? _entry!.Forward(_numbers!.Forward(x, pass)), Conditions(pass));
        Tensor? expected = null;
        if (_prediction is not null) (h, expected) = _prediction.Enter(x, h, pass);
        Tensor? source = _source?.Forward(Ops.Zeros(pass.Tape, h.Shape), pass), sum = null;
        for (var i = 0; i < _layers.Length; i++)
        {
            h = _layers[i].Forward(h, source, conditions?[i], pass, _skipBias, ref sum);
            if (i < _layers.Length - 1) pass.Show(i, h);
        }
        pass.Show(_layers.Length - 1, sum!);
        h = Ops.Rectify(_hidden.Forward(Ops.Rectify(sum!)));
        pass.Show(_layers.Length, h);
        return _prediction is null ? h : _prediction.Leave(h, expected!);
    }

    // The classes' biases of all gates: of a walk, whose labels and weights stay, once.
    Tensor[]? Conditions(Pass pass)
    {
        if (Classes == 0) return null;
        if (pass.Run is { } run && pass.Tape == run.Step) return run.Slot(_layers, () => Array.ConvertAll(_layers, layer => layer.Condition(run.Memory, run.Labels)));
        return Array.ConvertAll(_layers, layer => layer.Condition(pass.Tape, pass.Labels.Span));
    }

    // What a linear prediction has missed enters with the symbols, and what it expects leaves with the means, on which the network sets what it has found.
    sealed class Prediction
    {
        readonly LinearPrediction _filter;
        readonly Parameter _missed, _expected, _bias, _output;

        public Prediction(ParameterScope scope, WaveNetConfig config, Head head)
        {
            if (head is not LogisticMixtureHead) throw new ModelException("linear is for head=mixture: no other head has means that a prediction could be added to");
            _filter = new LinearPrediction(config.Linear, head.Levels);
            _missed = scope.At("missed").Weight("weight", 1, LinearPrediction.Missed, config.Channels);
            _expected = scope.At("expected").Weight("weight", 1, 1, head.Outputs, 0, (_, _, output) => head.Prediction(output, 0) != 0, (_, _, output) => head.Prediction(output, 0));
            _bias = scope.At("output").Bias("bias", head.Outputs, head.ResidualBias);
            _output = scope.At("output").Weight("weight", 1, config.Skip, head.Outputs, 0.02);
        }

        public double MultiplyAdds => _filter.MultiplyAdds;

        public int Reach => _filter.Reach;

        public (Tensor H, Tensor Expected) Enter(SymbolInput x, Tensor h, Pass pass)
        {
            var (expected, missed) = _filter.Forward(x, pass);
            return (Ops.Linear(missed, _missed, null, h), expected);
        }

        public Tensor Leave(Tensor h, Tensor expected) => Ops.Linear(h, _output, null, Ops.Linear(expected, _expected, _bias));
    }

    // Sources to columns, [columns, B, channels].
    sealed class Columns(ParameterScope scope, WaveNetConfig config, int levels)
    {
        readonly CentredConvolution _around = new(scope.At("around"), config.Channels, config.Channels, config.Around, 1);

        public Parameter Weights { get; } = scope.At("symbols").Weight("table", 1, levels + 1, config.Channels, 0.5 * Math.Sqrt(levels + 1)); // one more: behind the end

        public double MultiplyAdds => (double)config.Around * config.Channels * config.Channels;

        // Behind the end of an example its columns are zero to the convolution, as there are none behind the longest.
        public Tensor Forward(Tape tape, SourceSymbols sources, int[] lengths)
        {
            var positions = lengths.Max();
            var h = Ops.Lookup(tape, positions, lengths.Length, sources.SideBySide(positions, levels), Weights);
            return Ops.Rectify(_around.Forward(Ops.ClearBehind(h, lengths)));
        }
    }

    sealed class Layer
    {
        readonly CausalConvolution _convolution;
        readonly Parameter? _source;
        readonly ClassCondition? _class;
        readonly Parameter _skip;
        readonly Pointwise? _residual; // the last layer has none, as nothing reads it
        readonly float _dropout;
        readonly ulong _path;

        public Layer(ParameterScope scope, WaveNetConfig config, int index, Space space, int classes)
        {
            var (channels, count) = (config.Channels, config.Stacks * config.Layers);
            _convolution = new CausalConvolution(scope.At("convolution"), channels, 2 * channels, config.Kernel, 1 << index % config.Layers);
            if (space.Source > 0) _source = scope.At("source").Weight("weight", 1, channels, 2 * channels);
            if (classes > 0) _class = new ClassCondition(scope.At("class"), classes, 2 * channels);
            _skip = scope.At("skip").Weight("weight", 1, channels, config.Skip, 2 / Math.Sqrt(count));
            if (index < count - 1) _residual = new Pointwise(scope.At("residual"), channels, channels);
            (_dropout, _path) = ((float)config.Dropout, Philox.Hash(scope.Path));
            MultiplyAdds = _convolution.MultiplyAdds + channels * (config.Skip + (_residual is null ? 0.0 : channels) + (_source is null ? 0.0 : 2 * channels));
        }

        public double MultiplyAdds { get; }

        public int Reach => _convolution.Reach;

        public Tensor Condition(Tape tape, ReadOnlySpan<int> labels) => _class!.Forward(tape, labels);

        // What the next layer reads; the sum over layers goes on, with a bias from the first.
        public Tensor Forward(Tensor x, Tensor? source, Tensor? condition, Pass pass, Parameter skipBias, ref Tensor? sum)
        {
            var inner = _convolution.Forward(x, pass);
            if (_source is not null) inner = Ops.Linear(source!, _source, null, inner);
            var gated = Ops.Dropout(Ops.Gate(inner, condition), _dropout, _path);
            sum = Ops.Linear(gated, _skip, sum is null ? skipBias : null, sum);
            return _residual is null ? x : Ops.Add(_residual.Forward(gated), x);
        }
    }
}
