using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// NADE, the neural autoregressive distribution estimator (Larochelle and Murray 2011), for binary variables: one layer of hidden
/// units h_d = sigmoid(c + sum over k before d of W_k x_k) with p(x_d = 1 | before) = sigmoid(b_d + V_d . h_d), eq. 3 to 5. The sums
/// are shared by all variables, so a density, and a sample too, costs O(D H).
/// </summary>
public sealed record NadeConfig : DensityConfig
{
    [Key("hidden units", 1, 65536)]
    public int Hidden { get; init; } = 500;
    [Key("raster: variables are visited as they come; random: in an order drawn from ordering_seed", "raster", "random")]
    public string Ordering { get; init; } = "raster";
    [Key("seed of ordering=random", 0, int.MaxValue)]
    public int OrderingSeed { get; init; }

    public override string Name => "nade";

    public override string Summary => "NADE: one hidden layer, binary variables, O(DH) density and samples (Larochelle and Murray 2011)";

    protected override AutoregressiveModel Create(Space space, int classes) => new Nade(this, space);
}

sealed unsafe class Nade : BinaryModel
{
    readonly NadeWeights _weights;
    readonly Lazy<int[]?> _order;
    readonly int _hidden;

    public Nade(NadeConfig config, Space space) : base(config, space)
    {
        var dimensions = space.Dimensions;
        _hidden = config.Hidden;
        _order = new(() => VisitingOrder.Create(config.Ordering, config.OrderingSeed, dimensions));
        var scope = new ParameterScope(Parameters);
        var input = scope.Weight("input", 1, dimensions, _hidden, 0.5);
        var output = scope.Weight("output", 1, dimensions, _hidden, 0.5);
        var visible = scope.Bias("visible_bias", dimensions);
        var hidden = scope.Bias("hidden_bias", _hidden);
        _weights = new NadeWeights(input, output, visible, hidden, new(() => _order.Value ?? [.. Enumerable.Range(0, dimensions)]), space.Symbols);
    }

    /// <summary>The dense count 2 D H; the first half is spent only on variables that are one.</summary>
    public override double MultiplyAddsOn(Extent extent) => 2.0 * Space.Dimensions * _hidden;

    internal override long WalkBytes(int batch, Extent extent) => 2L * sizeof(float) * batch * _hidden;

    /// <summary>The hidden units behind the last variable.</summary>
    public override IReadOnlyList<InnerState> States => [new("hidden", _hidden)];

    protected override Tensor Logits(SymbolBatch batch, int member, Pass pass)
    {
        if (pass.Run?.Observer is not null) pass.Show(0, Last(batch, pass.Tape));
        return Ops.Nade(pass.Tape, _weights, batch.Symbols, batch.Count);
    }

    // h after all variables, [1, B, H], which no logit reads.
    Tensor Last(SymbolBatch batch, Tape tape)
    {
        var (sums, hidden) = (tape.New(new Shape(1, batch.Count, _hidden)), tape.New(new Shape(1, batch.Count, _hidden)));
        Ops.NadeBegin(_weights, sums, hidden);
        var (symbols, sub) = (new int[batch.Count], Space.Symbols);
        for (var step = 0; step < Space.Dimensions; step++)
        {
            var dimension = _order.Value?[step] ?? step;
            var first = batch.Symbols.Pointer + (long)(dimension / sub) * sub * batch.Count + dimension % sub;
            for (var b = 0; b < symbols.Length; b++) symbols[b] = first[(long)b * sub];
            Ops.NadeObserve(_weights, sums, hidden, step, symbols);
        }
        return hidden;
    }

    private protected override IPredictor Begin(int batch, ReadOnlySpan<int> labels, int member, Extent extent, SourceSymbols? sources)
        => new Walk(this, batch);

    sealed class Walk : BinaryPredictor
    {
        readonly NadeWeights _weights;
        readonly Tensor _sums, _hidden;

        public Walk(Nade model, int batch) : base(model.Space, batch, model._order.Value)
        {
            _weights = model._weights;
            var memory = new Tape();
            _sums = memory.New(new Shape(1, batch, model._hidden));
            _hidden = memory.New(new Shape(1, batch, model._hidden));
            Ops.NadeBegin(_weights, _sums, _hidden);
        }

        Walk(Walk from, ReadOnlySpan<int> examples) : base(from, examples.Length)
        {
            _weights = from._weights;
            var memory = new Tape();
            (_sums, _hidden) = (RunMemory.Copy(from._sums, memory, examples), RunMemory.Copy(from._hidden, memory, examples));
        }

        public override IPredictor Fork(ReadOnlySpan<int> examples) => new Walk(this, Checked(examples));

        protected override void Predict(int step, float* logits) => Ops.NadeLogits(_weights, _hidden, step, logits);

        protected override void Absorb(int step, ReadOnlySpan<int> symbols) => Ops.NadeObserve(_weights, _sums, _hidden, step, symbols);
    }
}
