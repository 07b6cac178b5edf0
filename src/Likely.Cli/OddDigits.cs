using Likely.Models;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>Digits spoiled in ways that a model of digits should find odd.</summary>
static class OddDigits
{
    const int PatchSide = 5, Border = 2;

    /// <summary>A square of random pixels somewhere within.</summary>
    public static int[] Patch(int[] item, Space space, int index)
    {
        var random = new Philox(0, RandomPurpose.Augmentation, Philox.Hash("patch"));
        var spoiled = (int[])item.Clone();
        var top = Border + random.Below((ulong)index, 0, space.Height - PatchSide - 2 * Border);
        var left = Border + random.Below((ulong)index, 1, space.Width - PatchSide - 2 * Border);
        for (var i = 0; i < PatchSide; i++)
            for (var j = 0; j < PatchSide; j++)
                spoiled[(top + i) * space.Width + left + j] = random.Below((ulong)index, (ulong)(2 + i * PatchSide + j), space.Levels);
        return spoiled;
    }

    /// <summary>A white line across the middle.</summary>
    public static int[] Crossed(int[] item, Space space)
    {
        var spoiled = (int[])item.Clone();
        spoiled.AsSpan(space.Height * 6 / 10 * space.Width, space.Width).Fill(space.Levels - 1);
        return spoiled;
    }

    /// <summary>Black for white.</summary>
    public static int[] Inverted(int[] item, Space space) => Array.ConvertAll(item, symbol => space.Levels - 1 - symbol);
}
