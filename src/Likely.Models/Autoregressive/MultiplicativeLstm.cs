using Likely.Models.Layers;
using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// The multiplicative LSTM of the sentiment neuron (Krause et al. 2016; Radford et al. 2017): one wide layer of LSTM cells that see the state before through weights which the symbol
/// chooses, and a softmax of its outputs. The paper's has hidden=4096, embedding=64, context=256 and 128 texts at a time; the defaults are for a laptop.
/// </summary>
public sealed record MultiplicativeLstmConfig : DensityConfig
{
    [Key("units of the layer", 1, 8192)]
    public int Hidden { get; init; } = 512;
    [Key("learned numbers that a symbol enters as; 0: a one-hot vector", 0, 4096)]
    public int Embedding { get; init; }
    [Key("share of the layer's outputs dropped while training", 0, 0.95)]
    public double Dropout { get; init; }
    [Key("symbols of a training window, beyond which gradients do not go; the state does", 1, 65_536)]
    public int Context { get; init; } = 64;

    public override string Name => "mlstm";

    public override string Summary => "Multiplicative LSTM: a wide layer of cells whose recurrent weights the symbol chooses (Krause et al. 2016, Radford et al. 2017)";

    public override double LearningRate => 2e-3;

    public override int LargestBatch => 32;

    public override int MostLevels => 1 << 16;

    public override int? Window => Context;

    protected override AutoregressiveModel Create(Space space, int classes) => new MultiplicativeLstm(this, space);
}

sealed class MultiplicativeLstm : SequenceModel
{
    readonly SymbolTable _sums, _factors;
    readonly LstmLayer _cells;
    readonly ulong _path;
    readonly float _dropout;

    public MultiplicativeLstm(MultiplicativeLstmConfig config, Space space) : base(config, space, 0, new SoftmaxHead(1, space.Levels))
    {
        var (scope, hidden) = (new ParameterScope(Parameters), config.Hidden);
        _sums = new SymbolTable(scope.At("input"), space.Levels + 1, config.Embedding, 4 * hidden, gate => LstmLayer.GateBias(gate, hidden));
        _factors = new SymbolTable(scope.At("factors"), space.Levels + 1, config.Embedding, hidden, null);
        _cells = new LstmLayer(scope.At("cells"), hidden, 0, isMultiplicative: true);
        Output = new OutputMap(scope.At("output"), hidden, Head.Outputs);
        (_path, _dropout) = (Philox.Hash("cells"), (float)config.Dropout);
        States = [new InnerState("cell", hidden), new InnerState("hidden", hidden)];
        MultiplyAddsPerPosition = _sums.MultiplyAdds + _factors.MultiplyAdds + 5.0 * hidden * hidden + (double)hidden * Head.Outputs;
    }

    protected override double MultiplyAddsPerPosition { get; }

    public override IReadOnlyList<InnerState> States { get; }

    protected override OutputMap Output { get; }

    protected override Tensor Forward(SymbolInput x, Pass pass) => Ops.Dropout(_cells.Forward(_sums.Forward(x, pass), pass, _factors.Forward(x, pass)), _dropout, _path);
}
