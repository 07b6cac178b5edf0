using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Binary reconstructive embeddings (Kulis and Darrell 2009): bit p = [sum over q of W_pq k(x, a_q) + t_p >= 0] with anchors a_q, rows of those it is fitted to (here the same for all bits), and
/// k(x, a) = e^(-|x - a|^2 / (2 s^2)), s^2 the mean squared distance of drawn rows. W makes sum over pairs of (d_ij - h_ij / bits)^2 small, where h_ij is the bits that two rows differ in
/// and d_ij = (|phi(x_i) - phi(x_j)|^2) / 2 = 1 - k(x_i, x_j) their distance in the kernel's space: no labels are asked. Pairs are each drawn row with those nearest to it and as many others.
/// </summary>
public sealed record BinaryReconstructiveConfig : FeatureConfig
{
    [Key("bits of a code", 1, BinaryCodes.MostBits)]
    public int Bits { get; init; } = 64;
    [Key("rows that others are compared with", 1, 1 << 16)]
    public int Anchors { get; init; } = 50;
    [Key("rows drawn to learn from", 2, 1 << 14)]
    public int Sample { get; init; } = 1000;
    [Key("pairs of each drawn row with rows near to it, and of as many with others", 1, 1 << 12)]
    public int Neighbours { get; init; } = 50;
    [Key("most times that all weights are gone over", 0, 1000)]
    public int Iterations { get; init; } = 10;

    public override string Name => "binary-reconstructive";

    public override string Summary => "binary reconstructive embeddings: bits whose differences are the rows' distances (Kulis and Darrell 2009)";

    private protected override FeatureModel Create(Space space, int classes) => new BinaryReconstructive(this, space);
}

sealed class BinaryReconstructive : FeatureModel
{
    readonly BinaryReconstructiveConfig _config;
    readonly Parameter _anchors, _weights, _thresholds, _width;
    readonly Lazy<(Centroids Anchors, float[] Weights, float[] Thresholds, double Scale)> _all;

    public BinaryReconstructive(BinaryReconstructiveConfig config, Space space) : base(config, space)
    {
        var scope = new ParameterScope(Parameters);
        _config = config;
        _anchors = scope.Weight("anchors", 1, config.Anchors, space.Dimensions);
        _weights = scope.Weight("weights", 1, config.Bits, config.Anchors);
        _thresholds = scope.Bias("thresholds", config.Bits);
        _width = scope.Bias("squared_width", 1);
        _all = new(() => (new Centroids(_anchors.ToMatrix()), _weights.ToArray(), _thresholds.ToArray(), Scale(_width.ToArray()[0])));
    }

    internal override int CodeWidth => _config.Bits;

    public override int Bits => _config.Bits;

    public override bool Decodes => false;

    public override IReadOnlyList<float[]> Atoms() => [.. _anchors.ToArray().Chunk(Space.Dimensions)];

    internal override void Learn(RowBlocks rows, FitOptions options)
    {
        if (rows.Rows < Math.Max(2, _config.Anchors)) throw new ModelException(rows.Rows < 2 ? "binary reconstructive embeddings keep distances between rows, and there is 1 row" : $"anchors={_config.Anchors} are drawn among the rows, of which there are only {rows.Rows}");
        Philox draw = new(options.Seed, RandomPurpose.Initialization, Philox.Hash("bre.sample")), place = new(options.Seed, RandomPurpose.Initialization, Philox.Hash("bre.anchors"));
        var sample = RowSample.Draw(rows, Math.Max(_config.Sample, _config.Anchors), draw);
        var (distances, count) = (sample.Distances(), sample.Rows.Rows);
        var sum = 0.0;
        for (var i = 0; i < count; i++)
            foreach (var distance in distances[i]) sum += (double)distance * distance;
        var squared = (float)(sum / ((double)count * (count - 1)));
        if (!(squared > 0)) throw new ModelException("binary reconstructive embeddings keep distances, and the drawn rows are all alike");
        int[] anchors = [.. place.Permutation(count, 0).Take(_config.Anchors).Order()];
        var values = new float[anchors.Length * rows.Width];
        for (var q = 0; q < anchors.Length; q++) sample.Rows[anchors[q]].CopyTo(values.AsSpan(q * rows.Width));
        _anchors.Assign(values);
        _width.Assign([squared]);
        var kernel = new double[count, anchors.Length];
        for (var i = 0; i < count; i++)
            for (var q = 0; q < anchors.Length; q++) kernel[i, q] = Kernel(distances[i][anchors[q]], Scale(squared));
        var pairs = Pairs(distances, Scale(squared), options.Seed);
        var descent = new ReconstructionDescent(kernel, pairs, Bits, options.Seed);
        var (before, iterations) = (descent.Objective, 0);
        for (; iterations < _config.Iterations; iterations++)
        {
            if (!descent.Sweep(moment => options.Progress?.Invoke(new FitMoment((iterations + moment) / _config.Iterations, $"iteration {iterations + 1}")), rows.Cancellation)) break;
        }
        _weights.Assign([.. descent.Weights.Cast<double>().Select(value => (float)value)]);
        _thresholds.Assign(Array.ConvertAll(descent.Thresholds, value => (float)value));
        Fitting = new Dictionary<string, double> { ["objective_before"] = before, ["objective"] = descent.Objective, ["iterations"] = iterations };
    }

    // For each row the nearest ones, of equally near ones the earlier, and as many drawn; with the distance that bits are to have, as a share of all.
    (int[] Others, double[] Distances)[] Pairs(Matrix distances, double scale, ulong seed)
    {
        var random = new Philox(seed, RandomPurpose.Shuffle, Philox.Hash("bre.pairs"));
        var count = distances.Rows;
        var near = Math.Min(_config.Neighbours, count - 1);
        var all = new (int[], double[])[count];
        var order = new int[count];
        var keys = new (float, int)[count];
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < count; j++) (order[j], keys[j]) = (j, (j == i ? -1 : distances[i][j], j));
            Array.Sort(keys, order);
            int[] others = [.. order.AsSpan(1, near), .. Enumerable.Range(0, near).Select(n => random.Below((ulong)i, (ulong)n, count - 1)).Select(j => j < i ? j : j + 1)];
            all[i] = (others, Array.ConvertAll(others, j => 1 - Kernel(distances[i][j], scale)));
        }
        return all;
    }

    private protected override void Encode(Matrix rows, Matrix codes)
    {
        var (anchors, weights, thresholds, scale) = _all.Value;
        var distances = new Matrix(rows.Rows, _config.Anchors);
        anchors.Distances(rows, rows.Rows, distances);
        var kernel = new double[_config.Anchors];
        for (var i = 0; i < rows.Rows; i++)
        {
            for (var q = 0; q < kernel.Length; q++) kernel[q] = Kernel(distances[i][q], scale);
            var code = codes[i];
            for (var p = 0; p < code.Length; p++)
            {
                double side = thresholds[p];
                for (var q = 0; q < kernel.Length; q++) side += weights[p * kernel.Length + q] * kernel[q];
                code[p] = side >= 0 ? 1 : 0;
            }
        }
    }

    static double Scale(float squaredWidth) => squaredWidth > 0 ? -0.5 / squaredWidth : 0;

    static double Kernel(float distance, double scale) => ExactMath.Exp(scale * distance * distance);
}
