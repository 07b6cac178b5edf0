using System.Globalization;
using Likely.Data;

namespace Likely.Cli;

/// <summary>How a number of the codes is distributed in the items of each class: bars from the lowest value to the highest, a panel a class one under the other, all of one scale, and a line where a threshold is.</summary>
sealed class UnitHistogram
{
    const int Bins = 48, BarWidth = 10, BarHeight = 90, Margin = 10, Letters = 2, Most = 20;
    const byte Paper = 255, Ink = 40, Grid = 200;

    readonly IReadOnlyList<string> _names;
    readonly float _threshold;

    /// <param name="codes">[items, width].</param>
    /// <param name="width">Numbers of a code.</param>
    /// <param name="unit">Which of them, and its threshold.</param>
    /// <param name="labels">The class of each item.</param>
    /// <param name="names">The classes.</param>
    public UnitHistogram(float[] codes, int width, UnitThreshold unit, int[] labels, IReadOnlyList<string> names)
    {
        (_names, _threshold) = (names, unit.Threshold);
        (Low, High) = (float.PositiveInfinity, float.NegativeInfinity);
        for (var i = 0; i < labels.Length; i++) (Low, High) = (Math.Min(Low, codes[i * width + unit.Unit]), Math.Max(High, codes[i * width + unit.Unit]));
        Counts = [.. names.Select(_ => new int[Bins])];
        for (var i = 0; i < labels.Length; i++)
            Counts[labels[i]][High > Low ? Math.Clamp((int)((codes[i * width + unit.Unit] - Low) / (High - Low) * Bins), 0, Bins - 1) : 0]++;
    }

    /// <summary>Where the first bar begins, and the last ends.</summary>
    public float Low { get; }

    /// <summary>Where the last bar ends.</summary>
    public float High { get; }

    /// <summary>Items in each bar, of each class.</summary>
    public int[][] Counts { get; }

    /// <summary>The panels of the first classes, with a title.</summary>
    public Image Draw(string title)
    {
        var (line, classes) = (PixelFont.Height * Letters, Math.Min(Most, Counts.Length));
        var (panel, top) = (BarHeight + line + 2 * Margin, line + 2 * Margin);
        var (width, height) = (Math.Max(Bins * BarWidth, PixelFont.WidthOf(title, Letters)) + 2 * Margin, top + classes * panel + line + 2 * Margin);
        var pixels = new byte[height * width * 3];
        pixels.AsSpan().Fill(Paper);
        PixelFont.Draw(pixels, width, title, Margin, Margin, Letters, Ink);
        var highest = Math.Max(1, Counts.Max(counts => counts.Max()));
        for (var k = 0; k < classes; k++)
        {
            var from = top + k * panel;
            PixelFont.Draw(pixels, width, _names[k], from, Margin, Letters, Ink);
            var foot = from + line + Margin + BarHeight;
            for (var bin = 0; bin < Bins; bin++)
            {
                var tall = (int)Math.Round((double)BarHeight * Counts[k][bin] / highest);
                Fill(foot - tall, foot, Margin + bin * BarWidth, Margin + (bin + 1) * BarWidth - 1, k % 2 == 0 ? (196, 78, 60) : (52, 110, 168));
            }
            Fill(foot, foot + 1, Margin, Margin + Bins * BarWidth, (Grid, Grid, Grid));
            if (High > Low && _threshold >= Low && _threshold <= High && Margin + (int)((_threshold - Low) / (High - Low) * Bins * BarWidth) is var column) Fill(foot - BarHeight, foot, column, column + 1, (Ink, Ink, Ink));
        }
        var (low, high) = (Text(Low), Text(High));
        PixelFont.Draw(pixels, width, low, height - line - Margin, Margin, Letters, Ink);
        PixelFont.Draw(pixels, width, high, height - line - Margin, Margin + Bins * BarWidth - PixelFont.WidthOf(high, Letters), Letters, Ink);
        return new Image(height, width, 3, pixels);

        void Fill(int first, int end, int left, int right, (int Red, int Green, int Blue) colour)
        {
            for (var y = first; y < end; y++)
                for (var x = left; x < right; x++)
                    (pixels[3 * (y * width + x)], pixels[3 * (y * width + x) + 1], pixels[3 * (y * width + x) + 2]) = ((byte)colour.Red, (byte)colour.Green, (byte)colour.Blue);
        }
    }

    static string Text(float value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
