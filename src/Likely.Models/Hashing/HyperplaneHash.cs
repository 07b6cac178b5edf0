using Likely.Tensors;

namespace Likely.Models;

/// <summary>A model whose bits say on which side of a hyperplane a row lies: bit k = [w_k' (x - m) + t_k >= 0], with m the mean of the rows it was fitted to and t_k 0 but where it is learned.</summary>
abstract class HyperplaneHash : FeatureModel
{
    readonly int _bits;
    readonly Lazy<(Matrix Directions, Matrix Mean, Matrix? Thresholds)> _planes;

    private protected HyperplaneHash(FeatureConfig config, Space space, int bits, bool hasThresholds = false) : base(config, space)
    {
        var scope = new ParameterScope(Parameters);
        _bits = bits;
        Mean = scope.Bias("mean", space.Dimensions);
        Directions = scope.Weight("directions", 1, bits, space.Dimensions);
        Thresholds = hasThresholds ? scope.Bias("thresholds", bits) : null;
        _planes = new(() => (Directions.ToMatrix().Transposed(), Mean.ToMatrix(), Thresholds?.ToMatrix()));
    }

    internal override int CodeWidth => _bits;

    public override int Bits => _bits;

    public override bool Decodes => false;

    private protected Parameter Mean { get; }

    private protected Parameter Directions { get; }

    private protected Parameter? Thresholds { get; }

    public override IReadOnlyList<float[]> Atoms() => [.. Directions.ToArray().Chunk(Space.Dimensions)];

    private protected override void Encode(Matrix rows, Matrix codes)
    {
        var (directions, mean, thresholds) = _planes.Value;
        var centred = new Matrix(rows.Rows, rows.Columns);
        for (var i = 0; i < rows.Rows; i++)
        {
            Span<float> from = rows[i], to = centred[i];
            for (var d = 0; d < to.Length; d++) to[d] = from[d] - mean[0][d];
        }
        centred.Multiply(rows.Rows, directions, thresholds, codes);
        for (var i = 0; i < codes.Rows; i++)
            foreach (ref var side in codes[i]) side = side >= 0 ? 1 : 0;
    }
}
