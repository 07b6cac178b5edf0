using Likely.Data;
using Likely.Models;
using Likely.Tensors;

namespace Likely.Cli;

/// <summary>Sheets of items as PNG files.</summary>
static class Pictures
{
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

    public static byte[] Encode(Image image) => Png.Encode(image.Pixels, image.Height, image.Width, image.Channels);

    public static void Write(string path, Image image, bool overwrite)
    {
        var file = Encode(image);
        AtomicFile.Write(path, overwrite, stream => stream.Write(file));
    }

    /// <summary>The same as one of several files.</summary>
    public static void Write(OutputSet files, string path, Image image)
    {
        var file = Encode(image);
        files.Write(path, stream => stream.Write(file));
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
