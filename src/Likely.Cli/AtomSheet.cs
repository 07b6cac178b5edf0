using Likely.Tensors;

namespace Likely.Cli;

/// <summary>Rows of numbers as a sheet of pictures.</summary>
static class AtomSheet
{
    const int Levels = 256;

    /// <summary>Each row with its own contrast: from 0 to its largest number, or, where some are below zero, grey for zero and as far to both sides.</summary>
    public static Rendering Draw(IReadOnlyList<float[]> atoms, Space space)
        => Modality.Image.Sheet([.. atoms.Select(Stretched)], space with { Levels = Levels }, null);

    /// <summary>Each row as its numbers are, from 0 for black to 1 for white.</summary>
    public static Rendering Plain(IReadOnlyList<float[]> rows, Space space, int? columns)
        => Modality.Image.Sheet([.. rows.Select(row => Array.ConvertAll(row, value => Level(value)))], space with { Levels = Levels }, null, columns);

    static int[] Stretched(float[] atom)
    {
        var (least, most) = (Math.Min(0, atom.Min()), Math.Max(0, atom.Max()));
        var scale = Math.Max(-least, most);
        if (scale <= 0) scale = 1;
        return Array.ConvertAll(atom, value => Level(least < 0 ? 0.5f + value / scale / 2 : value / scale));
    }

    static int Level(float value) => (int)Math.Clamp(MathF.Round(value * (Levels - 1)), 0, Levels - 1);
}
