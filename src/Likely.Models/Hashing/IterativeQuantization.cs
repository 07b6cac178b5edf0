using Likely.Tensors;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Likely.Models;

/// <summary>
/// Iterative quantization (Gong and Lazebnik 2011, section 3): the rows' first principal components V, turned by the rotation R that brings them nearest to corners of a cube,
/// min |B - V R|^2 with B = sign(V R). B and R take turns: from the singular vectors of B' V = S O S^' follows R = S^ S' (orthogonal Procrustes). The way back is the mean of what lies
/// on those sides along each direction: x ~ m + sum over k of s_k (2 b_k - 1) w_k with s_k the mean of |w_k' (x - m)|.
/// </summary>
public sealed record ItqConfig : FeatureConfig
{
    [Key("bits of a code, at most as many as a row has numbers", 1, BinaryCodes.MostBits)]
    public int Bits { get; init; } = 64;
    [Key("times that codes and rotation take turns", 0, 10000)]
    public int Iterations { get; init; } = 50;

    public override string Name => "itq";

    public override string Summary => "iterative quantization: principal components turned towards the corners of a cube (Gong and Lazebnik 2011)";

    private protected override FeatureModel Create(Space space, int classes)
        => Bits <= space.Dimensions ? new IterativeQuantization(this, space) : throw new ModelException($"bits={Bits} is more than the {space.Dimensions} numbers of a row, each of which gives one direction; lsh has as many as it is asked for");
}

sealed class IterativeQuantization : HyperplaneHash
{
    readonly ItqConfig _config;
    readonly Parameter _scales;
    readonly Lazy<(Matrix Back, Matrix Mean)> _back;

    public IterativeQuantization(ItqConfig config, Space space) : base(config, space, config.Bits)
    {
        _config = config;
        _scales = new ParameterScope(Parameters).Bias("scales", config.Bits);
        _back = new(Back);
    }

    public override bool Decodes => true;

    internal override void Learn(RowBlocks rows, FitOptions options)
    {
        var directions = PrincipalDirections.Fit(rows, Space, Bits, $"bits={Bits}", options with { Progress = moment => options.Progress?.Invoke(moment with { Done = moment.Done / 2 }) });
        var projected = new Matrix[rows.Count];
        for (var block = 0; block < rows.Count; block++) projected[block] = directions.Project(rows[block], rows.Threads);
        var rotation = Start(options.Seed);
        for (var iteration = 0; iteration < _config.Iterations; iteration++)
        {
            rows.Cancellation.ThrowIfCancellationRequested();
            var sums = new double[Bits, Bits];
            Each(projected, rotation, rows.Threads, (v, turned) =>
            {
                for (var i = 0; i < turned.Rows; i++)
                    foreach (ref var value in turned[i]) value = value >= 0 ? 1 : -1;
                turned.AddProducts(turned.Rows, v, sums, rows.Threads);
            });
            var found = Matrix<double>.Build.DenseOfArray(sums).Svd();
            rotation = (found.U * found.VT).Transpose();
            options.Progress?.Invoke(new FitMoment(0.5 + (iteration + 1.0) / _config.Iterations / 2, $"rotation {iteration + 1}"));
        }
        var (scales, squares) = (new double[Bits], 0.0);
        Each(projected, rotation, rows.Threads, (_, turned) =>
        {
            for (var i = 0; i < turned.Rows; i++)
            {
                var row = turned[i];
                for (var k = 0; k < row.Length; k++)
                {
                    scales[k] += Math.Abs(row[k]);
                    squares += (Math.Abs(row[k]) - 1.0) * (Math.Abs(row[k]) - 1.0);
                }
            }
        });
        Mean.Assign(directions.Mean);
        Directions.Assign(directions.Turned(rotation.ToArray()));
        _scales.Assign(Array.ConvertAll(scales, sum => (float)(sum / rows.Rows)));
        Fitting = new Dictionary<string, double> { ["quantization_error"] = squares / rows.Rows };
    }

    Matrix<double> Start(ulong seed)
    {
        var random = new Philox(seed, RandomPurpose.Initialization, Philox.Hash("itq"));
        return Matrix<double>.Build.Dense(Bits, Bits, (i, j) => random.Normal((ulong)i, (ulong)j)).QR(QRMethod.Thin).Q;
    }

    // V R of each block, in order.
    static void Each(Matrix[] projected, Matrix<double> rotation, int threads, Action<Matrix, Matrix> take)
    {
        var weights = new Matrix(rotation.RowCount, rotation.ColumnCount);
        for (var i = 0; i < weights.Rows; i++)
            for (var j = 0; j < weights.Columns; j++) weights[i][j] = (float)rotation[i, j];
        foreach (var v in projected)
        {
            var turned = new Matrix(v.Rows, weights.Columns);
            v.Multiply(weights, turned, threads);
            take(v, turned);
        }
    }

    private protected override void Decode(Matrix codes, Matrix rows)
    {
        var (back, mean) = _back.Value;
        var signs = new Matrix(codes.Rows, codes.Columns);
        for (var i = 0; i < codes.Rows; i++)
            for (var k = 0; k < codes.Columns; k++) signs[i][k] = 2 * codes[i][k] - 1;
        signs.Multiply(codes.Rows, back, mean, rows);
    }

    (Matrix Back, Matrix Mean) Back()
    {
        var (back, atoms, scales) = (new Matrix(Bits, Space.Dimensions), Atoms(), _scales.ToArray());
        for (var k = 0; k < Bits; k++)
            for (var d = 0; d < back.Columns; d++) back[k][d] = atoms[k][d] * scales[k];
        return (back, Mean.ToMatrix());
    }
}
