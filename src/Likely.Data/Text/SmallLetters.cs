namespace Likely.Data;

/// <summary>
/// Small letters of capital ones, for the alphabets of which nothing else is in use that has both: Latin with its two blocks of accents, Greek, Cyrillic and Armenian. The runtime's
/// own tables grow from version to version, and what a text's words are may not.
/// </summary>
static class SmallLetters
{
    /// <summary>The small letter of a code point; itself if it has none here.</summary>
    public static int Of(int codePoint) => codePoint switch
    {
        >= 'A' and <= 'Z' => codePoint + 32,
        < 0xC0 => codePoint,
        <= 0xDE => codePoint == 0xD7 ? codePoint : codePoint + 32,
        < 0x100 => codePoint,
        <= 0x17F => OfLatin(codePoint),
        0x386 => 0x3AC,
        >= 0x388 and <= 0x38A => codePoint + 37,
        0x38C => 0x3CC,
        0x38E or 0x38F => codePoint + 63,
        >= 0x391 and <= 0x3AB and not 0x3A2 => codePoint + 32,
        >= 0x400 and <= 0x40F => codePoint + 80,
        >= 0x410 and <= 0x42F => codePoint + 32,
        >= 0x460 and <= 0x481 or >= 0x48A and <= 0x4BF or >= 0x4D0 and <= 0x52F => codePoint | 1,
        >= 0x531 and <= 0x556 => codePoint + 48,
        _ => codePoint,
    };

    // Pairs of neighbours, of which the capital one is even, or odd from 0x139 to 0x148 and from 0x179 on.
    static int OfLatin(int codePoint) => codePoint switch
    {
        0x130 => 'i',
        0x178 => 0xFF,
        0x138 or 0x149 or 0x17F => codePoint,
        >= 0x139 and <= 0x148 or >= 0x179 => codePoint + (codePoint & 1),
        _ => codePoint | 1,
    };
}
