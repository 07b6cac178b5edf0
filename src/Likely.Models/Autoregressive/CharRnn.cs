using Likely.Models.Layers;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// char-RNN (Karpathy 2015, "The unreasonable effectiveness of recurrent neural networks"; Graves 2013): layers of LSTM cells read a sequence symbol by symbol,
/// and a softmax of the last layer's outputs tells the next. Symbols enter as one-hot vectors, or as learned rows. Training carries the cells' state from
/// window to window of <c>context</c> symbols, and goes back no further (truncated backpropagation through time).
/// </summary>
public sealed record CharRnnConfig : DensityConfig
{
    [Key("units of each layer", 1, 8192)]
    public int Hidden { get; init; } = 128;
    [Key("layers of LSTM cells", 1, 4)]
    public int Layers { get; init; } = 2;
    [Key("share of a layer's outputs dropped while training, before the next layer and before the last product", 0, 0.95)]
    public double Dropout { get; init; }
    [Key("symbols of a training window, beyond which gradients do not go; the state does", 1, 65_536)]
    public int Context { get; init; } = 50;
    [Key("learned numbers that a symbol enters as; 0: a one-hot vector", 0, 4096)]
    public int Embedding { get; init; }

    public override string Name => "char-rnn";

    public override string Summary => "char-RNN: layers of LSTM cells that read symbol after symbol (Karpathy 2015, Graves 2013)";

    public override double LearningRate => 2e-3;

    public override int LargestBatch => 50;

    public override int MostLevels => 1 << 16;

    public override int? Window => Context;

    protected override AutoregressiveModel Create(Space space, int classes) => new CharRnn(this, space);
}

sealed class CharRnn : SequenceModel
{
    readonly SymbolTable _first;
    readonly LstmLayer[] _cells;
    readonly Pointwise[] _between; // from each layer but the last to the next
    readonly ulong[] _paths;
    readonly float _dropout;

    public CharRnn(CharRnnConfig config, Space space) : base(config, space, 0, new SoftmaxHead(1, space.Levels))
    {
        var (scope, hidden) = (new ParameterScope(Parameters), config.Hidden);
        double Start(int gate) => LstmLayer.GateBias(gate, hidden);
        (_cells, _between, _paths) = (new LstmLayer[config.Layers], new Pointwise[config.Layers - 1], new ulong[config.Layers]);
        _first = new SymbolTable(scope.At("input"), space.Levels + 1, config.Embedding, 4 * hidden, Start);
        for (var i = 0; i < _cells.Length; i++)
        {
            var layer = scope.At("layers").At(i);
            if (i > 0) _between[i - 1] = new Pointwise(layer.At("input"), hidden, 4 * hidden, start: Start);
            _cells[i] = new LstmLayer(layer, hidden, 2 * i);
            _paths[i] = Philox.Hash(layer.Path);
        }
        Output = new OutputMap(scope.At("output"), hidden, Head.Outputs);
        _dropout = (float)config.Dropout;
        States = [.. Enumerable.Range(0, config.Layers).SelectMany(i => (InnerState[])[new($"layers.{i}.cell", hidden), new($"layers.{i}.hidden", hidden)])];
        MultiplyAddsPerPosition = _first.MultiplyAdds + 4.0 * hidden * hidden * (2 * _cells.Length - 1) + (double)hidden * Head.Outputs;
    }

    protected override double MultiplyAddsPerPosition { get; }

    public override IReadOnlyList<InnerState> States { get; }

    protected override OutputMap Output { get; }

    protected override Tensor Forward(SymbolInput x, Pass pass)
    {
        var sums = _first.Forward(x, pass);
        for (var i = 0; ; i++)
        {
            var h = Ops.Dropout(_cells[i].Forward(sums, pass), _dropout, _paths[i]);
            if (i == _between.Length) return h;
            sums = _between[i].Forward(h);
        }
    }
}
