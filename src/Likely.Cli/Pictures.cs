using Likely.Data;
using Likely.Models;

namespace Likely.Cli;

/// <summary>Sheets of items as PNG files.</summary>
static class Pictures
{
    public static ImageGeometry ImageGeometryOf(Geometry geometry) => new(geometry.Height, geometry.Width, geometry.SubPositions, geometry.Levels);

    /// <summary>Items side by side.</summary>
    public static Image Sheet(IReadOnlyList<int[]> items, Geometry geometry, int? columns = null, int? scale = null)
    {
        var image = ImageGeometryOf(geometry);
        // Two channels have no colours: they stand side by side.
        if (image.Channels is not (1 or 3))
        {
            var wide = image with { Width = image.Width * image.Channels, Channels = 1 };
            items = [.. items.Select(item => Planes(item, image))];
            image = wide;
        }
        return ImageGrid.ArrangeSymbols(items, image, columns, scale);
    }

    /// <summary>One item as it is.</summary>
    public static Image Single(int[] item, Geometry geometry)
    {
        var image = ImageGeometryOf(geometry);
        return image.Channels is 1 or 3
            ? new Image(image.Height, image.Width, image.Channels, Array.ConvertAll(item, image.ToDisplay))
            : new Image(image.Height, image.Width, 3, Rgb(item, geometry));
    }

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
    public static byte[] Rgb(ReadOnlySpan<int> item, Geometry geometry)
    {
        var image = ImageGeometryOf(geometry);
        var pixels = new byte[geometry.Positions * 3];
        for (var p = 0; p < geometry.Positions; p++)
            for (var c = 0; c < 3; c++)
                pixels[3 * p + c] = image.ToDisplay(item[p * geometry.SubPositions + Math.Min(c, geometry.SubPositions - 1)]);
        return pixels;
    }

    static int[] Planes(int[] item, ImageGeometry image)
    {
        var planes = new int[item.Length];
        for (var p = 0; p < image.Positions; p++)
            for (var c = 0; c < image.Channels; c++)
                planes[(p / image.Width * image.Channels + c) * image.Width + p % image.Width] = item[p * image.Channels + c];
        return planes;
    }
}
