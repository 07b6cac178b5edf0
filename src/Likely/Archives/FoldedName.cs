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

    static readonly Dictionary<int, string> _beyond = FoldedLetters.Beyond.Split(';').Select(entry => entry.Split(' '))
        .ToDictionary(codes => Code(codes[0]), codes => string.Concat(codes.Skip(1).Select(code => char.ConvertFromUtf32(Code(code)))));

    /// <summary>The name folded; of ASCII alone, its capitals made small.</summary>
    public static string Of(string name)
    {
        if (Ascii.IsValid(name)) return name.ToLowerInvariant();
        var folded = new StringBuilder(name.Length + 8);
        var small = name.ToLowerInvariant();
        for (var i = 0; i < small.Length; i++)
        {
            var letter = small[i];
            if (char.IsHighSurrogate(letter) && i + 1 < small.Length && char.IsLowSurrogate(small[i + 1]))
            {
                AppendBeyond(folded, char.ConvertToUtf32(letter, small[++i]));
                continue;
            }
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

    // Outside of the basic plane.
    static void AppendBeyond(StringBuilder folded, int letter)
    {
        if (_beyond.TryGetValue(letter, out var parts)) folded.Append(parts);
        else if (letter is not (>= 0xE0000 and <= 0xE0FFF) && CharUnicodeInfo.GetUnicodeCategory(letter) != UnicodeCategory.Format) folded.Append(char.ConvertFromUtf32(letter));
    }

    // Marks on one letter may come in any order.
    static void SortMarks(StringBuilder folded)
    {
        for (var i = 1; i < folded.Length; i++)
            for (var at = i; at > 0 && folded[at] < folded[at - 1] && IsMark(folded[at]) && IsMark(folded[at - 1]); at--)
                (folded[at], folded[at - 1]) = (folded[at - 1], folded[at]);

        static bool IsMark(char letter) => letter >= '\u0300' && CharUnicodeInfo.GetUnicodeCategory(letter) == UnicodeCategory.NonSpacingMark;
    }

    static int Code(string number) => int.Parse(number, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    static Dictionary<char, string> Parse()
    {
        var letters = new Dictionary<char, string>();
        foreach (var entry in FoldedLetters.Table.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            string characters = new([.. entry.Split(' ').Select(number => (char)Code(number))]);
            letters.Add(characters[0], characters[1..]);
        }
        return letters;
    }
}
