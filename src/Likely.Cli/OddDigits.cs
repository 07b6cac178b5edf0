using Likely.Models;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>Digits spoiled in ways that a model of digits should find odd.</summary>
static class OddDigits
{
    const int PatchSide = 7;

    /// <summary>A square of random pixels somewhere within.</summary>
    public static byte[] Patch(byte[] item, Geometry geometry, int index)
    {
        var random = new Philox(0, RandomPurpose.Augmentation, Philox.Hash("patch"));
        var spoiled = (byte[])item.Clone();
        var top = 3 + random.Below((ulong)index, 0, geometry.Height - PatchSide - 6);
        var left = 3 + random.Below((ulong)index, 1, geometry.Width - PatchSide - 6);
        for (var i = 0; i < PatchSide; i++)
            for (var j = 0; j < PatchSide; j++)
                spoiled[(top + i) * geometry.Width + left + j] = (byte)(random.UInt32((ulong)index, (ulong)(2 + i * PatchSide + j)) & 1);
        return spoiled;
    }

    /// <summary>A white line across the middle.</summary>
    public static byte[] Crossed(byte[] item, Geometry geometry)
    {
        var spoiled = (byte[])item.Clone();
        spoiled.AsSpan(geometry.Height * 6 / 10 * geometry.Width, geometry.Width).Fill(1);
        return spoiled;
    }

    /// <summary>Black for white.</summary>
    public static byte[] Inverted(byte[] item) => Array.ConvertAll(item, symbol => (byte)(1 - symbol));
}
