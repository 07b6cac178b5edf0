using System.Globalization;
using System.Text;

namespace Likely;

/// <summary>
/// A name as the least discerning file system sees it: capitals, whether an accent is part of its letter or follows it, ligatures, and characters that
/// show nothing do not count. Two names that become the same would be one file somewhere.
/// </summary>
static class FoldedName
{
    const int FirstSyllable = 0xAC00, LastSyllable = 0xD7A3, Finals = 28, VowelsAndFinals = 21 * Finals; // Hangul (Unicode 3.12)

    static readonly Dictionary<char, string> _letters = Parse();

    /// <summary>The name folded; of ASCII alone, its capitals made small.</summary>
    public static string Of(string name)
    {
        if (Ascii.IsValid(name)) return name.ToLowerInvariant();
        var folded = new StringBuilder(name.Length + 8);
        foreach (var letter in name.ToLowerInvariant())
        {
            if (_letters.TryGetValue(letter, out var parts)) folded.Append(parts);
            else if (letter is >= (char)FirstSyllable and <= (char)LastSyllable)
            {
                var index = letter - FirstSyllable;
                folded.Append((char)(0x1100 + index / VowelsAndFinals)).Append((char)(0x1161 + index % VowelsAndFinals / Finals));
                if (index % Finals > 0) folded.Append((char)(0x11A7 + index % Finals));
            }
            else if (letter is not (>= '\uFE00' and <= '\uFE0F') && CharUnicodeInfo.GetUnicodeCategory(letter) != UnicodeCategory.Format) folded.Append(letter);
        }
        SortMarks(folded);
        return folded.ToString();
    }

    // Marks on one letter may come in any order.
    static void SortMarks(StringBuilder folded)
    {
        for (var i = 1; i < folded.Length; i++)
            for (var at = i; at > 0 && folded[at] < folded[at - 1] && IsMark(folded[at]) && IsMark(folded[at - 1]); at--)
                (folded[at], folded[at - 1]) = (folded[at - 1], folded[at]);

        static bool IsMark(char letter) => letter >= '\u0300' && CharUnicodeInfo.GetUnicodeCategory(letter) == UnicodeCategory.NonSpacingMark;
    }

    static Dictionary<char, string> Parse()
    {
        var letters = new Dictionary<char, string>();
        foreach (var entry in FoldedLetters.Table.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            string characters = new([.. entry.Split(' ').Select(number => (char)int.Parse(number, NumberStyles.HexNumber, CultureInfo.InvariantCulture))]);
            letters.Add(characters[0], characters[1..]);
        }
        return letters;
    }
}
