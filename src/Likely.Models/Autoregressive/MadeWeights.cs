using Likely.Tensors;

namespace Likely.Models.Autoregressive;

/// <summary>The products of one MADE member at one version of the parameters, masked and sorted.</summary>
sealed class MadeWeights(Parameter[] weights, Parameter[] biases, Parameter? direct)
{
    /// <summary>The member; set by <see cref="Refresh"/>.</summary>
    public MadeMember Member { get; private set; } = null!;

    /// <summary>The parameters' version these weights were made from.</summary>
    public long Version { get; private set; } = -1;

    /// <summary>When the cache last gave them out.</summary>
    public long LastUse { get; set; }

    /// <summary>From inputs through the hidden layers to the outputs.</summary>
    public MaskedProduct[] Products { get; } = Pair(weights, biases);

    /// <summary>Straight from inputs to outputs, or null.</summary>
    public MaskedProduct? Direct { get; } = direct is null ? null : new MaskedProduct(direct, null);

    public void Refresh(MadeMember member, long version)
    {
        (Member, Version) = (member, version);
        for (var i = 0; i < Products.Length; i++) Products[i].Refresh(member.Masks[i]);
        Direct?.Refresh(member.Direct!);
    }

    static MaskedProduct[] Pair(Parameter[] weights, Parameter[] biases)
    {
        var products = new MaskedProduct[weights.Length];
        for (var i = 0; i < products.Length; i++) products[i] = new MaskedProduct(weights[i], biases[i]);
        return products;
    }
}
