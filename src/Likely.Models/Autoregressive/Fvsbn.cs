using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// FVSBN, the fully visible sigmoid belief network (Frey 1998; Gan et al. 2015): every binary variable is a logistic regression
/// on those before it, p(x_i = 1 | before) = sigmoid(b_i + sum over j before i of w_ji x_j). One triangular product gives all
/// variables at once; a sample adds one row of it after another. Rows and columns of the weight are in visiting order.
/// </summary>
public sealed record FvsbnConfig : DensityConfig
{
    [Key("raster: variables are visited as they come; random: in an order drawn from ordering_seed", "raster", "random")]
    public string Ordering { get; init; } = "raster";
    [Key("seed of ordering=random", 0, int.MaxValue)]
    public int OrderingSeed { get; init; }

    public override string Name => "fvsbn";

    public override string Summary => "FVSBN: a logistic regression for each binary variable (Frey 1998, Gan et al. 2015)";

    protected override AutoregressiveModel Create(Space space, int classes) => new Fvsbn(this, space);
}

sealed class Fvsbn : BinaryModel
{
    readonly Lazy<MaskedProduct> _product;
    readonly MaskedProduct _outline; // without its mask, which measuring does not need
    readonly Lazy<int[]?> _order;

    public Fvsbn(FvsbnConfig config, Space space) : base(config, space)
    {
        var dimensions = space.Dimensions;
        _order = new(() => VisitingOrder.Create(config.Ordering, config.OrderingSeed, dimensions));
        var scope = new ParameterScope(Parameters);
        var (weight, bias) = (scope.Weight("weight", 1, dimensions, dimensions, 0.1, (_, input, output) => input < output), scope.Bias("bias", dimensions));
        _outline = new MaskedProduct(weight, bias);
        States = [new InnerState("logits", dimensions)];
        _product = new(() => Product(weight, bias));
    }

    /// <summary>There is no layer but the last: of every variable, as they are visited, its logit given those before.</summary>
    public override IReadOnlyList<InnerState> States { get; }

    public override double MultiplyAddsOn(Extent extent) => Space.Dimensions * (Space.Dimensions - 1.0) / 2;

    internal override long WalkBytes(int batch, Extent extent) => 2L * sizeof(float) * batch * Space.Dimensions;

    protected override Tensor Logits(SymbolBatch batch, int member, Pass pass)
    {
        var sub = Space.Symbols;
        var (product, order) = pass.Tape.Computes ? (_product.Value, _order.Value) : (_outline, null);
        var x = Ops.Variables(pass.Tape, batch.Symbols, Space.Positions, batch.Count, sub, order);
        var logits = Ops.Masked(x, product);
        pass.Show(0, logits);
        return Ops.ToPositions(logits, sub, order);
    }

    private protected override IPredictor Begin(int batch, ReadOnlySpan<int> labels, int member, Extent extent, SourceSymbols? sources)
        => new MaskedWalk(Space, batch, _order.Value, new MaskedSums(batch, [_product.Value], null, []));

    static MaskedProduct Product(Parameter weight, Parameter bias)
    {
        var (inputs, outputs) = (new int[weight.Inputs], new int[weight.Outputs]);
        for (var d = 0; d < inputs.Length; d++) (inputs[d], outputs[d]) = (d, d - 1);
        var product = new MaskedProduct(weight, bias);
        product.Refresh(new DegreeMask(inputs, outputs));
        return product;
    }
}
