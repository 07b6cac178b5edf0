using Likely.Tensors;

namespace Likely.Models;

/// <summary>What is learned from data: its weights, the hyperparameters they belong to, and what an example is.</summary>
public abstract class Model
{
    private protected Model(ModelConfig config, Space space) => (Config, Space) = (config, space);

    public virtual ModelConfig Config { get; }

    /// <summary>What one example is; of a model that takes any extent, the one it was trained on.</summary>
    public Space Space { get; }

    public ParameterSet Parameters { get; } = new();

    /// <summary>True if the model takes examples of any extent.</summary>
    public virtual bool AnyExtent => false;

    /// <summary>True if the model takes examples of this space: its own, or one that differs in the extent, and the length of sources, alone if it takes any.</summary>
    public bool Takes(Space space) => space == Space || AnyExtent && space.Source > 0 == Space.Source > 0 && space with { Extent = Space.Extent, Source = Space.Source } == Space && space.Extent.Frames == Space.Extent.Frames && space.IsPossible;

    /// <summary>Bytes of what the model makes of its weights and keeps, but for weights turned round, which tapes count.</summary>
    internal virtual long KeptBytes => 0;
}
