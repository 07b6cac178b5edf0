using Likely.Tensors;

namespace Likely.Models;

/// <summary>What a network's last outputs mean: which distribution over the symbols of one position, and its size.</summary>
/// <param name="Kind">The distribution's form.</param>
/// <param name="SubPositions">Symbols at one position.</param>
/// <param name="Levels">Values of one symbol.</param>
/// <param name="Components">Components of a logistic mixture.</param>
public readonly record struct LikelihoodHead(LikelihoodKind Kind, int SubPositions, int Levels, int Components)
{
    /// <summary>Numbers the network gives for one position.</summary>
    public int Outputs => Kind switch
    {
        LikelihoodKind.Bernoulli => SubPositions,
        LikelihoodKind.Softmax => SubPositions * Levels,
        _ => Components * (SubPositions == 1 ? 3 : 10),
    };

    /// <summary>
    /// Where an output's bias begins: a mixture's means are spread over the range and its scales are of their distance, so that the
    /// components differ from the first step on; all else begins at zero.
    /// </summary>
    public double InitialBias(int output)
    {
        if (Kind != LikelihoodKind.LogisticMixture || output < Components || output >= Components * (1 + 2 * SubPositions)) return 0;
        var isMean = output / Components % 2 == 1;
        return isMean ? ((output % Components + 0.5) / Components * 2 - 1) : -2;
    }

    /// <summary>Levels or components, as the kernels take it.</summary>
    public int Size => Kind == LikelihoodKind.LogisticMixture ? Components : Levels;

    /// <summary>True if the outputs of one symbol may depend on those before it at the same position only through the network.</summary>
    public bool NeedsGroups => SubPositions > 1 && Kind != LikelihoodKind.LogisticMixture;

    /// <summary>The head named by a config's <c>head</c> key: <c>auto</c>, <c>bernoulli</c>, <c>softmax</c> or <c>mixture</c>.</summary>
    /// <exception cref="ModelException">The head cannot describe this geometry.</exception>
    public static LikelihoodHead Create(string name, Geometry geometry, int components)
    {
        var kind = name switch
        {
            "auto" => geometry.Levels == 2 ? LikelihoodKind.Bernoulli : geometry is { Levels: 256, SubPositions: 3 } ? LikelihoodKind.LogisticMixture : LikelihoodKind.Softmax,
            "bernoulli" => LikelihoodKind.Bernoulli,
            "softmax" => LikelihoodKind.Softmax,
            "mixture" => LikelihoodKind.LogisticMixture,
            _ => throw new ModelException($"there is no head '{name}'"),
        };
        if (kind == LikelihoodKind.Bernoulli && geometry.Levels != 2)
            throw new ModelException($"head=bernoulli is for 2 levels, and the data has {geometry.Levels}; set binarize=threshold or head=softmax");
        if (kind == LikelihoodKind.LogisticMixture && (geometry.Levels != 256 || geometry.SubPositions is not (1 or 3)))
            throw new ModelException($"head=mixture is for grey or RGB images of 256 levels, and the data is {geometry}");
        return new LikelihoodHead(kind, geometry.SubPositions, geometry.Levels, components);
    }
}
