using System.Globalization;
using System.Text;

namespace Likely.Data;

/// <summary>
/// Text whose background is the surprise of each character, from none to the colours of <see cref="SurpriseMap"/>: for a terminal of 256 colours, and as a page of
/// HTML that needs nothing else. Everything in it is escaped. Line ends are written out and end the line as well.
/// </summary>
static class SurpriseText
{
    const int Steps = 16, MostShown = 1_000_000, LongestCharacter = 4;

    /// <summary>What there is to see of symbols, in one line.</summary>
    public static string Visible(ReadOnlySpan<int> symbols, Tokens tokens) => string.Concat(VisibleUnits.Of(symbols, [], tokens).Select(unit => unit.Shown));

    /// <summary>With codes for a terminal; the first million symbols.</summary>
    public static string Terminal(ReadOnlySpan<int> symbols, ReadOnlySpan<float> nats, Tokens tokens, double high)
    {
        var text = new StringBuilder();
        var current = 0;
        foreach (var unit in Units(ref symbols, nats, tokens))
        {
            var step = StepOf(unit.Nats, high);
            if (step != current) text.Append(step == 0 ? "\x1b[0m" : string.Create(CultureInfo.InvariantCulture, $"\x1b[48;5;{Cube(step)};38;5;{(IsBright(step) ? 16 : 231)}m"));
            text.Append(unit.Shown);
            current = step;
            if (!unit.EndsLine) continue;
            // A background that goes on over a line's end would fill the rest of the screen.
            text.Append(current == 0 ? "\n" : "\x1b[0m\n");
            current = 0;
        }
        if (current != 0) text.Append("\x1b[0m");
        return text.ToString();
    }

    /// <summary>A page of HTML in UTF-8; the first million symbols.</summary>
    public static byte[] Page(ReadOnlySpan<int> symbols, ReadOnlySpan<float> nats, Tokens tokens, double high, string caption)
    {
        var (text, total) = (new StringBuilder(), symbols.Length);
        text.Append("<!doctype html>\n<html><head><meta charset=\"utf-8\"><title>").Append(Escaped(VisibleText.Line(caption))).Append("</title>\n<style>\nbody{font:14px/1.5 sans-serif;margin:2em;max-width:60em}\npre{font:14px/1.5 monospace;white-space:pre-wrap;overflow-wrap:anywhere}\ni{font-style:normal;opacity:.6}\n");
        for (var step = 1; step < Steps; step++)
        {
            var (r, g, b) = ColorOf(step);
            text.Append(CultureInfo.InvariantCulture, $".s{step}{{background:#{r:x2}{g:x2}{b:x2};color:{(IsBright(step) ? "#000" : "#fff")}}}\n");
        }
        text.Append("</style></head><body>\n<p>").Append(Escaped(VisibleText.Line(caption))).Append($"</p>\n<p>nats {(tokens.LongestSymbol > LongestCharacter ? "of a character's symbols" : "a character")}: ");
        for (var step = 0; step < Steps; step++) text.Append(CultureInfo.InvariantCulture, $"<span class=\"s{step}\"> {high * step / (Steps - 1):0.0}{(step == Steps - 1 ? "+" : "")} </span>");
        text.Append("</p>\n<pre>");
        var current = 0;
        foreach (var unit in Units(ref symbols, nats, tokens))
        {
            var step = StepOf(unit.Nats, high);
            if (step != current) text.Append(current == 0 ? "" : "</span>").Append(step == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"<span class=\"s{step}\">"));
            current = step;
            if (unit.IsWritten) text.Append("<i>").Append(Escaped(unit.Shown)).Append("</i>");
            else text.Append(Escaped(unit.Shown));
            if (unit.EndsLine) text.Append('\n');
        }
        text.Append(current == 0 ? "" : "</span>").Append("</pre>\n");
        if (total > MostShown) text.Append(CultureInfo.InvariantCulture, $"<p>These are the first {MostShown} of {total} symbols.</p>\n");
        return Encoding.UTF8.GetBytes(text.Append("</body></html>\n").ToString());
    }

    static List<VisibleUnit> Units(ref ReadOnlySpan<int> symbols, ReadOnlySpan<float> nats, Tokens tokens)
    {
        if (symbols.Length > MostShown) symbols = symbols[..MostShown];
        return VisibleUnits.Of(symbols, nats, tokens);
    }

    static int StepOf(double nats, double high) => double.IsNaN(nats) ? Steps - 1 : (int)Math.Clamp(nats / high * (Steps - 1) + 0.5, 0, Steps - 1);

    static (byte R, byte G, byte B) ColorOf(int step) => SurpriseMap.Color(step, 0, Steps - 1);

    static bool IsBright(int step) => ColorOf(step) is var (r, g, b) && 299 * r + 587 * g + 114 * b > 128_000;

    // The nearest of the 6 x 6 x 6 colours that terminals have from 16 on: levels 0, 95, 135, 175, 215, 255.
    static int Cube(int step)
    {
        var (r, g, b) = ColorOf(step);
        return 16 + 36 * Level(r) + 6 * Level(g) + Level(b);

        static int Level(byte value) => value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40;
    }

    static string Escaped(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").Replace("\"", "&quot;");
}
