using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// A model that turns examples into codes, rows of numbers, and perhaps codes back into examples. Once fitted it does not change, and may be used from many
/// threads. A batch is encoded as its examples are one by one, to the last bit.
/// </summary>
public abstract class FeatureModel : Model
{
    private protected FeatureModel(ModelConfig config, Space space) : base(config, space) { }

    /// <summary>Numbers of a code.</summary>
    public abstract int Width { get; }

    /// <summary>Codes of some examples.</summary>
    /// <param name="rows">The examples, [count, dimensions].</param>
    /// <param name="count">How many.</param>
    /// <param name="codes">Receives [count, <see cref="Width"/>].</param>
    /// <exception cref="ArgumentException">There are fewer rows, or less room.</exception>
    public abstract void Encode(ReadOnlySpan<float> rows, int count, Span<float> codes);

    /// <summary>Examples of some codes; false if the model has no way back.</summary>
    /// <param name="codes">[count, <see cref="Width"/>].</param>
    /// <param name="count">How many.</param>
    /// <param name="rows">Receives the examples, [count, dimensions].</param>
    /// <exception cref="ArgumentException">As above.</exception>
    public abstract bool TryDecode(ReadOnlySpan<float> codes, int count, Span<float> rows);

    /// <summary>What each number of a code stands for, as examples that can be shown; empty if there is nothing to show.</summary>
    public virtual IReadOnlyList<float[]> Atoms() => [];
}
