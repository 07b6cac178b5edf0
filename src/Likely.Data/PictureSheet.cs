using Likely.Tensors;

namespace Likely.Data;

/// <summary>Items of a model of pictures as people see them.</summary>
public static class PictureSheet
{
    static readonly (byte R, byte G, byte B) UnknownColor = (58, 78, 118);

    /// <summary>Items side by side.</summary>
    public static Image Sheet(IReadOnlyList<int[]> items, Space space, int? columns = null, int? scale = null)
    {
        // Two channels have no colours: they stand side by side.
        if (space.Symbols is not (1 or 3))
        {
            var wide = space with { Width = space.Width * space.Symbols, Symbols = 1 };
            items = [.. items.Select(item => Planes(item, space))];
            return ImageGrid.ArrangeSymbols(items, wide, columns, scale);
        }
        return ImageGrid.ArrangeSymbols(items, space, columns, scale);
    }

    /// <summary>One item as it is.</summary>
    public static Image Single(int[] item, Space space)
        => space.Symbols is 1 or 3
            ? new Image(space.Height, space.Width, space.Symbols, Array.ConvertAll(item, space.ToDisplay))
            : new Image(space.Height, space.Width, 3, Rgb(item, space));

    /// <summary>Original, what is kept (the rest in blue), completions.</summary>
    public static Image Completions(int[] item, bool[] known, IReadOnlyList<int[]> completions, Space space)
    {
        var cells = new List<byte[]> { Rgb(item, space), Masked(item, known, space) };
        foreach (var completion in completions) cells.Add(Rgb(completion, space));
        return ImageGrid.Arrange(cells, space.Height, space.Width, 3, columns: cells.Count <= 12 ? cells.Count : null);
    }

    /// <summary>An item whose unknown positions are blue, as RGB bytes [height, width, 3].</summary>
    public static byte[] Masked(int[] item, bool[] known, Space space)
    {
        var pixels = Rgb(item, space);
        for (var p = 0; p < space.Positions; p++)
            if (!known[p * space.Symbols]) (pixels[3 * p], pixels[3 * p + 1], pixels[3 * p + 2]) = UnknownColor;
        return pixels;
    }

    /// <summary>One item as RGB bytes [height, width, 3] for display.</summary>
    public static byte[] Rgb(ReadOnlySpan<int> item, Space space)
    {
        var pixels = new byte[space.Positions * 3];
        for (var p = 0; p < space.Positions; p++)
            for (var c = 0; c < 3; c++)
                pixels[3 * p + c] = space.ToDisplay(item[p * space.Symbols + Math.Min(c, space.Symbols - 1)]);
        return pixels;
    }

    static int[] Planes(int[] item, Space space)
    {
        var planes = new int[item.Length];
        for (var p = 0; p < space.Positions; p++)
            for (var c = 0; c < space.Symbols; c++)
                planes[(p / space.Width * space.Symbols + c) * space.Width + p % space.Width] = item[p * space.Symbols + c];
        return planes;
    }
}
