using Likely.Models;

namespace Likely;

/// <summary>Turns items into codes, rows of numbers: an inner state of a density (<see cref="StateEncoder"/>), or what a model of features makes of them (<see cref="FeatureEncoder"/>). A code depends on its item alone.</summary>
public abstract class Encoder
{
    private protected Encoder() { }

    /// <summary>Numbers of a code.</summary>
    public abstract int Width { get; }

    /// <summary>What codes are of: the state's name, or the model's.</summary>
    public abstract string Name { get; }

    /// <summary>Encodes some items of a split.</summary>
    /// <param name="split">Items that the model takes, with labels if it is told them.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="codes">Receives whole rows of <see cref="Width"/>: as many items are encoded.</param>
    /// <param name="progress">Told how many more numbers of items are done, from worker threads.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="ArgumentException">An item is of another space, or has no label where the model needs one.</exception>
    /// <exception cref="DataException">An item cannot be read.</exception>
    public abstract void Encode(Split split, int first, float[] codes, Action<long>? progress = null, CancellationToken cancellation = default);
}
