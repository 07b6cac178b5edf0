using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Minimal loss hashing (Norouzi and Fleet 2011): bit k = [w_k' (x - m) + t_k >= 0], W learned from pairs of rows that are similar or not with the hinge loss of the m bits they differ in, max(0, m - r + 1) for similar
/// ones and l max(0, r - m + 1) for others. Similar are, of drawn rows, pairs nearer than a distance that leaves each row so many <c>neighbours</c> on average: Euclidean neighbours; or with <c>similarity=labels</c> those of one label. Each step ascends the bound of the loss by
/// the codes that are worst for it (loss-adjusted inference, section 4), on rows turned to their first principal components.
/// </summary>
public sealed record MinimalLossConfig : FeatureConfig
{
    [Key("bits of a code", 1, BinaryCodes.MostBits)]
    public int Bits { get; init; } = 64;
    [Key("principal components that rows are turned to before; 0: as many as rows have numbers", 0, BinaryCodes.MostBits)]
    public int Components { get; init; } = 64;
    [Key("rows drawn to learn from", 2, 1 << 14)]
    public int Sample { get; init; } = 2000;
    [Key("which rows are similar: Euclidean neighbours, or those of one label", "neighbours", "labels")]
    public string Similarity { get; init; } = "neighbours";
    [Key("rows similar to a drawn one, on average, where they are neighbours", 1, 1 << 12)]
    public int Neighbours { get; init; } = 50;
    [Key("r: bits that similar rows may differ in, as a share of all", 0, 1)]
    public double Radius { get; init; } = 0.25;
    [Key("l: what rows cost that are not similar and lie within r, beside similar ones beyond it", 0, 100)]
    public double Repulsion { get; init; } = 0.5;
    [Key("pairs drawn for a step", 1, 1 << 16)]
    public int Batch { get; init; } = 100;
    [Key("steps", 0, 1 << 24)]
    public int Iterations { get; init; } = 2000;
    [Key("mean length that rows are brought to: where it is large, W x outweighs the loss of a bit and codes keep telling all rows apart; at 1 the loss falls further, and codes may fall together", 0.01, 1000)]
    public double Length { get; init; } = 10;
    [Key("length of a step", 0, 100)]
    public double Rate { get; init; } = 0.1;
    [Key("share of the last step's direction that goes on", 0, 0.999)]
    public double Momentum { get; init; } = 0.9;
    [Key("share of the weights that a step takes away, over the length of a step", 0, 1)]
    public double Decay { get; init; } = 1e-3;

    public override string Name => "minimal-loss";

    public override string Summary => "minimal loss hashing: hyperplanes learned so that neighbours differ in few bits (Norouzi and Fleet 2011)";

    private protected override FeatureModel Create(Space space, int classes) => new MinimalLoss(this, space);
}

sealed class MinimalLoss(MinimalLossConfig config, Space space) : HyperplaneHash(config, space, config.Bits, hasThresholds: true)
{
    internal override void Learn(RowBlocks rows, FitOptions options)
    {
        var components = config.Components == 0 ? rows.Width : Math.Min(config.Components, rows.Width);
        var directions = PrincipalDirections.Fit(rows, Space, components, $"components={config.Components}", options with { Progress = moment => options.Progress?.Invoke(moment with { Done = moment.Done / 2 }) });
        var sample = RowSample.Draw(rows, config.Sample, new Philox(options.Seed, RandomPurpose.Initialization, Philox.Hash("mlh.sample")));
        var (similar, others) = config.Similarity == "labels" ? Labelled(rows.Source, sample.Items) : Pairs(sample.Distances());
        var projected = directions.Project(sample.Rows, 1);
        // Rows of one mean length, so that the length of a step means the same of any data. A one behind them for the threshold.
        var squares = 0.0;
        for (var i = 0; i < projected.Rows; i++)
            foreach (var value in projected[i]) squares += (double)value * value;
        if (!(squares > 0)) throw new ModelException("minimal loss hashing tells rows apart, and the drawn ones are all alike");
        var scale = config.Length / Math.Sqrt(squares / projected.Rows);
        var inputs = new double[projected.Rows][];
        for (var i = 0; i < inputs.Length; i++)
        {
            inputs[i] = new double[components + 1];
            for (var c = 0; c < components; c++) inputs[i][c] = projected[i][c] * scale;
            inputs[i][components] = 1;
        }
        var descent = new MinimalLossDescent(config, inputs, similar, others, options.Seed);
        var before = descent.Loss;
        descent.Run(moment => options.Progress?.Invoke(new FitMoment(0.5 + moment / 2, "steps")), rows.Cancellation);
        var rotation = new double[components, Bits];
        for (var k = 0; k < Bits; k++)
            for (var c = 0; c < components; c++) rotation[c, k] = descent.Weights[k][c] * scale;
        Mean.Assign(directions.Mean);
        Directions.Assign(directions.Turned(rotation));
        Thresholds!.Assign(Array.ConvertAll(descent.Weights, row => (float)row[components]));
        Fitting = new Dictionary<string, double> { ["loss_before"] = before, ["loss"] = descent.Loss, ["similar_distance"] = descent.MeanDistance(similar), ["other_distance"] = descent.MeanDistance(others) };
    }

    // All pairs of drawn rows that have labels: those of one, and the others.
    static ((int, int)[] Similar, (int, int)[] Others) Labelled(IRows source, int[] items)
    {
        if (source is not ILabelledRows { Classes: >= 2 } rows) throw new ModelException("similarity=labels wants rows of at least two classes, and these have none; similarity=neighbours goes by distance");
        var labels = Array.ConvertAll(items, rows.Label);
        List<(int, int)> similar = [], others = [];
        for (var i = 0; i < labels.Length; i++)
            for (var j = 0; j < i && labels[i] >= 0; j++)
                if (labels[j] >= 0) (labels[i] == labels[j] ? similar : others).Add((i, j));
        return similar.Count > 0 && others.Count > 0 ? ([.. similar], [.. others]) : throw new ModelException($"of the {labels.Length} drawn rows no two are of one label, or no two of different ones; sample= draws more");
    }

    // All pairs of drawn rows: the nearest ones, as many as make so many neighbours of a row on average, and the others.
    ((int, int)[] Similar, (int, int)[] Others) Pairs(Matrix distances)
    {
        var count = distances.Rows;
        var (pairs, keys) = (new (int, int)[count * (count - 1) / 2], new float[count * (count - 1) / 2]);
        for (int i = 0, n = 0; i < count; i++)
            for (var j = 0; j < i; j++, n++) (pairs[n], keys[n]) = ((i, j), distances[i][j]);
        float[] sorted = [.. keys];
        Array.Sort(sorted);
        var most = sorted[Math.Min(sorted.Length - 1, (int)Math.Min(int.MaxValue, (long)count * config.Neighbours / 2))];
        List<(int, int)> similar = [], others = [];
        for (var n = 0; n < pairs.Length; n++) (keys[n] < most ? similar : others).Add(pairs[n]);
        return ([.. similar], [.. others]);
    }
}
