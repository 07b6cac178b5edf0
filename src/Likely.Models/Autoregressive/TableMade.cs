using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// <see cref="MadeConfig"/> of the columns of a table, each of its own alphabet: log p(row) = sum over columns of log p(x_c | x_before c), by a softmax over
/// names, or names and a mixture over levels (<see cref="Head.OfColumn"/>). A symbol enters as <see cref="ColumnLayout"/> says.
/// </summary>
sealed unsafe class TableMade : AutoregressiveModel
{
    readonly MadeNetwork _network;
    readonly Head[] _heads;
    readonly int[] _outputs;

    public TableMade(MadeConfig config, Space space) : base(config, space, 0)
    {
        _heads = [.. space.Columns!.Select(column => Head.OfColumn(column, config.Components))];
        _outputs = Array.ConvertAll(_heads, head => head.Outputs);
        var places = _heads.SelectMany(head => Enumerable.Range(0, head.Outputs).Select(head.InitialBias)).ToArray();
        _network = new MadeNetwork(config, Parameters, space.Dimensions, [.. space.Columns!.Select(ColumnLayout.InputsOf)], _outputs, output => places[output]);
    }

    /// <summary>That of the first column; each has its own.</summary>
    public override Head Head => _heads[0];

    public override IReadOnlyList<InnerState> States => _network.States;

    public override int Members => _network.Members;

    public override bool TakesAnyOrder => _network.TakesAnyOrder;

    internal override long KeptBytes => _network.KeptBytes;

    internal override long WalkBytes(int batch, Extent extent) => sizeof(float) * batch * _network.Units;

    public override double MultiplyAddsOn(Extent extent) => _network.Connections;

    ColumnLayout Layout(int[]? order) => new(Space.Columns!, _heads, _outputs, order);

    Tensor Outputs(SymbolBatch batch, Pass pass, int member, out ColumnLayout layout)
    {
        var weights = _network.Weights(pass.Tape, member);
        layout = Layout(weights.Member?.Order);
        return _network.Outputs(Ops.ColumnInputs(pass.Tape, batch.Symbols, batch.Count, layout), weights, pass);
    }

    private protected override Tensor Score(Tape tape, SymbolBatch batch, float scale, int member, Run? run)
    {
        var outputs = Outputs(batch, Pass.Whole(tape, batch.Space.Extent, batch.LabelMemory), member, out var layout);
        return Ops.ColumnLogProbabilities(outputs, batch.Symbols, layout, scale);
    }

    private protected override void Tell(Tape tape, SymbolBatch batch, DistributionSource source, DistributionsReader read, int member, Run? run)
    {
        var outputs = Outputs(batch, Pass.Whole(tape, batch.Space.Extent, batch.LabelMemory), member, out var layout);
        for (var step = 0; step < layout.Count; step++)
            read(layout.ColumnAt(step), new SymbolDistributions(_heads[layout.ColumnAt(step)], source, outputs.Data + layout.FirstOutput[step], outputs.Stride, null, 0, batch.Count));
    }

    private protected override IPredictor Begin(int batch, ReadOnlySpan<int> labels, int member, Extent extent, SourceSymbols? sources) => Walk(batch, _network.Weights(member));

    private protected override IPredictor BeginInOrder(int batch, int[] order) => Walk(batch, _network.Weights(order));

    TableWalk Walk(int batch, MadeWeights weights) => new(Space, batch, Layout(weights.Member.Order), _heads, new MaskedSums(batch, weights.Products, weights.Direct, weights.Member.Known));
}
