using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// MADE, the masked autoencoder for distribution estimation (Germain et al. 2015), for binary variables and for the columns of a table: an autoencoder whose weights
/// are masked (<see cref="MadeMember"/>) so that each output depends on earlier inputs alone, eq. 9 to 14. Several masks and orderings
/// share the weights and make an ensemble that averages probabilities of whole examples (sec. 4.2 and 4.3). Everything is computed
/// in visiting order with units sorted by degree, so a walk computes each unit once and a sample costs about one forward pass.
/// </summary>
public sealed record MadeConfig : DensityConfig
{
    [Key("units of each hidden layer", 1, 65536)]
    public int Hidden { get; init; } = 500;
    [Key("hidden layers", 1, 100)]
    public int Layers { get; init; } = 1;
    [Key("sets of masks trained in turn; 1: one set for ever", 1, 1024)]
    public int Masks { get; init; } = 1;
    [Key("orders of the variables trained in turn; 1: as they come, more: random ones; 0: a new one at each step (Uria et al. 2014), so that any may be completed from any others, and masks= says how many make the ensemble", 0, 1024)]
    public int Orderings { get; init; } = 1;
    [Key("true: inputs also reach outputs directly")]
    public bool Direct { get; init; } = true;
    [Key("share of each layer's hidden units dropped while training; wide layers overfit without", 0, 0.95)]
    public double Dropout { get; init; }
    [Key("of a table's columns of numbers: logistics that are mixed, of each", 1, 16)]
    public int Components { get; init; } = 8;
    [Key("seed of masks and orderings", 0, int.MaxValue)]
    public int MaskSeed { get; init; }

    public override string Name => "made";

    public override string Summary => "MADE: masked autoencoder, binary variables or the columns of a table, ensembles of masks and orderings (Germain et al. 2015)";

    public override bool TakesColumns => true;

    protected override AutoregressiveModel Create(Space space, int classes) => space.Columns is null ? new Made(this, space) : new TableMade(this, space);
}

sealed class Made : BinaryModel
{
    readonly MadeNetwork _network;

    public Made(MadeConfig config, Space space) : base(config, space) => _network = new MadeNetwork(config, Parameters, space.Dimensions);

    public override IReadOnlyList<InnerState> States => _network.States;

    public override int Members => _network.Members;

    public override bool TakesAnyOrder => _network.TakesAnyOrder;

    internal override long KeptBytes => _network.KeptBytes;

    internal override long WalkBytes(int batch, Extent extent) => sizeof(float) * batch * _network.Units;

    /// <summary>Connections of the first member; masked ones are not counted.</summary>
    public override double MultiplyAddsOn(Extent extent) => _network.Connections;

    protected override Tensor Logits(SymbolBatch batch, int member, Pass pass)
    {
        var weights = _network.Weights(pass.Tape, member);
        var (sub, order) = (Space.Symbols, weights.Member?.Order);
        return Ops.ToPositions(_network.Outputs(Ops.Variables(pass.Tape, batch.Symbols, Space.Positions, batch.Count, sub, order), weights, pass), sub, order);
    }

    private protected override IPredictor Begin(int batch, ReadOnlySpan<int> labels, int member, Extent extent, SourceSymbols? sources) => Walk(batch, _network.Weights(member));

    private protected override IPredictor BeginInOrder(int batch, int[] order) => Walk(batch, _network.Weights(order));

    MaskedWalk Walk(int batch, MadeWeights weights) => new(Space, batch, weights.Member.Order, new MaskedSums(batch, weights.Products, weights.Direct, weights.Member.Known));
}
