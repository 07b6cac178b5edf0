using System.Globalization;

namespace Likely.Data;

/// <summary>
/// A picture of surprise that can be read alone: what the map is of, and beside it a bar from black, no surprise, to the brightest
/// colour, with the nats that they stand for.
/// </summary>
public static class MapFigure
{
    const int Margin = 8, Bar = 14, LettersScale = 2, WantedSide = 224;
    const byte Paper = 255, Ink = 40;

    /// <summary>An item and its map side by side, enlarged to be seen, with a line under them.</summary>
    public static Image Of(byte[] item, byte[] map, int height, int width, double high, string below)
    {
        var factor = Math.Max(1, WantedSide / Math.Max(height, width));
        var pair = ImageGrid.Arrange([item, map], height, width, 3, columns: 2, scale: factor);
        var scale = PixelFont.WidthOf("surprise", LettersScale) <= width * factor ? LettersScale : 1;
        return WithScale(pair, high, ["picture", "surprise"], below, scale);
    }

    /// <summary>Any picture that holds maps of the range 0 to <paramref name="high"/> nats, with the bar beside it.</summary>
    public static Image WithScale(Image image, double high, string[] above, string below, int scale = LettersScale)
    {
        var line = PixelFont.Height * scale;
        string[] marks = [$"{Figure(high)}+", Figure(high / 2), "0 nats"];
        var right = Margin + Bar + Margin / 2 + marks.Max(mark => PixelFont.WidthOf(mark, scale)) + Margin;
        var (top, bottom) = (above.Length > 0 ? line + 2 * Margin : Margin, below.Length > 0 ? line + 2 * Margin : Margin);
        var width = Math.Max(Margin + image.Width + right, 2 * Margin + PixelFont.WidthOf(below, scale));
        var height = top + Math.Max(image.Height, marks.Length * (line + 2)) + bottom;
        var pixels = new byte[checked(height * width * 3)];
        pixels.AsSpan().Fill(Paper);
        for (var i = 0; i < image.Height; i++) image.Pixels.AsSpan(3 * i * image.Width, 3 * image.Width).CopyTo(pixels.AsSpan(3 * ((top + i) * width + Margin)));
        for (var n = 0; n < above.Length; n++) PixelFont.Draw(pixels, width, above[n], Margin, Margin + 2 + n * image.Width / above.Length, scale, Ink);
        PixelFont.Draw(pixels, width, below, height - Margin - line, Margin, scale, Ink);

        var (barLeft, barHeight) = (Margin + image.Width + Margin, height - top - bottom);
        for (var i = 0; i < barHeight; i++)
        {
            var (r, g, b) = SurpriseMap.Color(1 - (double)i / Math.Max(1, barHeight - 1), 0, 1);
            for (var j = 0; j < Bar; j++) (pixels[3 * ((top + i) * width + barLeft + j)], pixels[3 * ((top + i) * width + barLeft + j) + 1], pixels[3 * ((top + i) * width + barLeft + j) + 2]) = (r, g, b);
        }
        for (var n = 0; n < marks.Length; n++)
            PixelFont.Draw(pixels, width, marks[n], top + n * (barHeight - line) / (marks.Length - 1), barLeft + Bar + Margin / 2, scale, Ink);
        return new Image(height, width, 3, pixels);
    }

    static string Figure(double value) => value.ToString(value >= 100 ? "0" : value >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture);
}
