using Likely.Data;
using Likely.Tensors;

namespace Likely;

/// <summary>Many small pictures on one sheet: rows of equal cells with a gap between them, enlarged by a whole factor.</summary>
public static class ImageGrid
{
    /// <summary>No sheet may take more bytes (1 GiB).</summary>
    public const long LargestSheet = 1L << 30;

    const int GapBrightness = 96, WantedSide = 900, LargestScale = 8;

    /// <summary>
    /// Arranges images of [height, width, channels] (1 or 3 channels, 0..255). <paramref name="columns"/> defaults to a
    /// sheet about square, <paramref name="scale"/> to one about 900 pixels wide.
    /// </summary>
    /// <exception cref="ArgumentException">if there are no images, one has another size, or the sheet would be larger than any may be</exception>
    public static Image Arrange(IReadOnlyList<byte[]> images, int height, int width, int channels, int? columns = null, int? scale = null, int gap = 2)
    {
        if (images.Count == 0) throw new ArgumentException("A grid needs at least one image.");
        var across = Math.Clamp(columns ?? (int)Math.Ceiling(Math.Sqrt((double)images.Count * height / width)), 1, images.Count);
        var down = (images.Count + across - 1) / across;
        var factor = Math.Max(1, scale ?? (int)Math.Min(LargestScale, WantedSide / ((long)across * (width + gap))));
        if (((long)height * factor + gap) * ((long)width * factor + gap) * across * down > LargestSheet / channels)
            throw new ArgumentException($"A sheet of {images.Count} images of {height} x {width} would take more than {LargestSheet} bytes.");
        int cellHeight = height * factor + gap, cellWidth = width * factor + gap;
        int sheetHeight = down * cellHeight + gap, sheetWidth = across * cellWidth + gap;
        var sheet = new byte[checked(sheetHeight * sheetWidth * channels)];
        Array.Fill(sheet, (byte)GapBrightness);
        for (var n = 0; n < images.Count; n++)
        {
            if (images[n].Length != height * width * channels)
                throw new ArgumentException($"Image {n} has {images[n].Length} bytes, not {height} x {width} x {channels}.");
            int top = gap + n / across * cellHeight, left = gap + n % across * cellWidth;
            for (var i = 0; i < height * factor; i++)
                for (var j = 0; j < width * factor; j++)
                    images[n].AsSpan((i / factor * width + j / factor) * channels, channels)
                        .CopyTo(sheet.AsSpan(((top + i) * sheetWidth + left + j) * channels));
        }
        return new Image(sheetHeight, sheetWidth, channels, sheet);
    }

    /// <summary>Arranges symbols of one space, mapped to 0..255 for display.</summary>
    public static Image ArrangeSymbols(IReadOnlyList<int[]> items, Space space, int? columns = null, int? scale = null, int gap = 2) =>
        Arrange([.. items.Select(item => Array.ConvertAll(item, space.ToDisplay))], space.Height, space.Width, space.Symbols, columns, scale, gap);
}
