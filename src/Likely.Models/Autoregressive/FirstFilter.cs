using Likely.Tensors;

namespace Likely.Models;

/// <summary>
/// The side of a grid model's first filter where the config leaves it open. What a pixel sees decides more than anything else of the same
/// cost (docs/results/gated-pixelcnn.md): the first layer has few input channels, so that a wide filter there is the cheapest way to see far.
/// </summary>
static class FirstFilter
{
    const int Largest = 99;

    /// <summary>
    /// The largest odd side k that sees at most three eighths of the picture's longer side each way and costs no more than two later
    /// layers: (k^2 - 1) / 2 taps of <paramref name="inputs"/> numbers against 2 x <paramref name="layer"/>. At least 3.
    /// </summary>
    /// <param name="space">The picture.</param>
    /// <param name="layer">Taps x inputs of a later layer, in the first filter's outputs.</param>
    /// <param name="inputs">Numbers that enter the first layer at one position.</param>
    public static int Side(Space space, long layer, long inputs)
    {
        var reach = Math.Max(space.Height, space.Width) * 3 / 8;
        var side = 3;
        while (side + 2 <= Math.Min(Largest, 2 * reach + 1) && ((side + 2L) * (side + 2) - 1) / 2 * inputs <= 2 * layer) side += 2;
        return side;
    }
}
