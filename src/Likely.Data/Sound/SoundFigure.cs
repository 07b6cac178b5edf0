using System.Globalization;

namespace Likely.Data;

/// <summary>
/// Sound as a picture: its spectrogram, frequencies beside it and seconds below; under it, on the same axis of time, the surprise: a curve of the mean over each column's samples
/// in the colours of maps, up to the value that the bar beside it says.
/// </summary>
static class SoundFigure
{
    const int Gap = 6, Curve = 64, MostColumns = 1000, LeastColumns = 240, Letters = 2, SamplesPerColumn = 16, Margin = 8;
    const byte Paper = 255, Ink = 40;

    /// <summary>Sound and the surprise of each sample.</summary>
    public static Image Of(ReadOnlySpan<double> samples, ReadOnlySpan<float> nats, int rate, double high, string caption)
    {
        var columns = Math.Clamp(samples.Length / SamplesPerColumn, LeastColumns, MostColumns);
        var spectrum = Spectrogram.Of(samples, columns);
        string[] marks = [Frequency(rate / 2.0), Frequency(rate / 4.0), "0 hz"];
        var line = PixelFont.Height * Letters;
        var left = marks.Append("surprise").Max(mark => PixelFont.WidthOf(mark, Letters)) + Margin;
        var (width, height) = (left + columns, Spectrogram.Height + Gap + Curve + Gap + line);
        var pixels = new byte[3 * width * height];
        pixels.AsSpan().Fill(Paper);
        for (var y = 0; y < Spectrogram.Height; y++)
            for (var x = 0; x < columns; x++) pixels.AsSpan(3 * (y * width + left + x), 3).Fill(spectrum[y * columns + x]);
        for (var i = 0; i < marks.Length; i++) PixelFont.Draw(pixels, width, marks[i], i * (Spectrogram.Height - line) / (marks.Length - 1), 0, Letters, Ink);
        var top = Spectrogram.Height + Gap;
        PixelFont.Draw(pixels, width, "surprise", top + (Curve - line) / 2, 0, Letters, Ink);
        for (var x = 0; x < columns; x++)
        {
            var (from, end) = ((int)((long)x * nats.Length / columns), (int)Math.Max((long)x * nats.Length / columns + 1, (long)(x + 1) * nats.Length / columns));
            var sum = 0.0;
            for (var i = from; i < Math.Min(end, nats.Length); i++) sum += nats[i];
            var mean = sum / (end - from);
            var (r, g, b) = SurpriseMap.Color(mean, 0, high);
            var bar = (int)Math.Clamp(mean / high * Curve + 0.5, 1, Curve);
            for (var y = 0; y < Curve; y++)
            {
                var at = 3 * ((top + y) * width + left + x);
                (pixels[at], pixels[at + 1], pixels[at + 2]) = y >= Curve - bar ? (r, g, b) : ((byte)225, (byte)225, (byte)225);
            }
        }
        var below = top + Curve + Gap;
        PixelFont.Draw(pixels, width, "0 s", below, left, Letters, Ink);
        var end0 = string.Create(CultureInfo.InvariantCulture, $"{(double)samples.Length / rate:0.00} s");
        PixelFont.Draw(pixels, width, end0, below, width - PixelFont.WidthOf(end0, Letters), Letters, Ink);
        return MapFigure.WithScale(new Image(height, width, 3, pixels), high, [], caption);
    }

    static string Frequency(double hertz) => hertz >= 1000 ? string.Create(CultureInfo.InvariantCulture, $"{hertz / 1000:0.#} khz") : string.Create(CultureInfo.InvariantCulture, $"{hertz:0} hz");
}
