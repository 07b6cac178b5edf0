using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// Random hyperplanes through the mean of the rows: bit k = [w_k' (x - m) >= 0], w_k standard normal. Two rows differ in a bit with probability angle / pi, the angle being that between
/// them as seen from the mean (Goemans and Williamson 1995; Charikar 2002).
/// </summary>
public sealed record LshConfig : FeatureConfig
{
    [Key("bits of a code", 1, BinaryCodes.MostBits)]
    public int Bits { get; init; } = 64;

    public override string Name => "lsh";

    public override string Summary => "locality-sensitive hashing: bits are sides of random hyperplanes (Charikar 2002)";

    private protected override FeatureModel Create(Space space, int classes) => new LocalitySensitiveHash(this, space);
}

sealed class LocalitySensitiveHash(LshConfig config, Space space) : HyperplaneHash(config, space, config.Bits)
{
    internal override void Learn(RowBlocks rows, FitOptions options)
    {
        var random = new Philox(options.Seed, RandomPurpose.Initialization, Philox.Hash("lsh"));
        Mean.Assign(Array.ConvertAll(rows.Mean(), value => (float)value));
        var values = new float[Bits * rows.Width];
        for (var i = 0; i < values.Length; i++) values[i] = (float)random.Normal((ulong)(i / rows.Width), (ulong)(i % rows.Width));
        Directions.Assign(values);
    }
}
