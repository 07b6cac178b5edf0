using Likely.Models;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>Digits spoiled in ways that a model of digits should find odd.</summary>
static class OddDigits
{
    const int PatchSide = 5, Border = 2;

    /// <summary>A square of random pixels somewhere within.</summary>
    public static int[] Patch(int[] item, Geometry geometry, int index)
    {
        var random = new Philox(0, RandomPurpose.Augmentation, Philox.Hash("patch"));
        var spoiled = (int[])item.Clone();
        var top = Border + random.Below((ulong)index, 0, geometry.Height - PatchSide - 2 * Border);
        var left = Border + random.Below((ulong)index, 1, geometry.Width - PatchSide - 2 * Border);
        for (var i = 0; i < PatchSide; i++)
            for (var j = 0; j < PatchSide; j++)
                spoiled[(top + i) * geometry.Width + left + j] = random.Below((ulong)index, (ulong)(2 + i * PatchSide + j), geometry.Levels);
        return spoiled;
    }

    /// <summary>A white line across the middle.</summary>
    public static int[] Crossed(int[] item, Geometry geometry)
    {
        var spoiled = (int[])item.Clone();
        spoiled.AsSpan(geometry.Height * 6 / 10 * geometry.Width, geometry.Width).Fill(geometry.Levels - 1);
        return spoiled;
    }

    /// <summary>Black for white.</summary>
    public static int[] Inverted(int[] item, Geometry geometry) => Array.ConvertAll(item, symbol => geometry.Levels - 1 - symbol);
}
