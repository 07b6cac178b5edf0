using System.Globalization;
using System.Text;

namespace Likely.Data;

/// <summary>
/// Text that may come from a file, fit for a terminal: whatever would steer it, hide letters or turn their direction is written out, as
/// in <c>\x1b[2J</c>. Names with accents, of any script, or with emoji stay as they are.
/// </summary>
public static class VisibleText
{
    /// <summary>One line: line breaks and tabs are written out too.</summary>
    public static string Line(string text) => Escape(text, keepBreaks: false);

    /// <summary>Several lines, whose breaks stay.</summary>
    public static string Lines(string text) => Escape(text, keepBreaks: true);

    /// <summary>One line for a message: long words, such as deep paths, lose their middle, and so does the whole if it is longer than a screen.</summary>
    public static string Sentence(string text)
    {
        const int LongestWord = 300, Longest = 2000;
        if (text.Length > LongestWord) text = string.Join(' ', text.Split(' ').Select(word => Shortened(word, LongestWord)));
        return Line(Shortened(text, Longest));
    }

    static string Shortened(string text, int longest) => text.Length <= longest ? text : $"{text[..(longest / 2)]}...{text[^(longest / 2 - 3)..]}";

    static string Escape(string text, bool keepBreaks)
    {
        StringBuilder? visible = null;
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var length = rune.Value == 0xFFFD && text[at] != '\uFFFD' ? 1 : rune.Utf16SequenceLength; // a lone half of a pair
            var seen = rune.Value switch
            {
                '\n' => keepBreaks ? null : "\\n",
                '\r' => keepBreaks && at + 1 < text.Length && text[at + 1] == '\n' ? null : "\\r",
                '\t' => keepBreaks ? null : "\\t",
                < 0x100 when Rune.IsControl(rune) => $"\\x{rune.Value:x2}",
                0x200D => null, // joins emoji
                _ => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? $"\\u{rune.Value:x4}" : null,
            };
            if (seen is not null) visible ??= new StringBuilder(text, 0, at, text.Length + 16);
            if (seen is not null) visible!.Append(seen);
            else visible?.Append(text, at, length);
            at += length;
        }
        return visible?.ToString() ?? text;
    }
}
