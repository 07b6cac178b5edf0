namespace Likely.Data;

/// <summary>
/// Cuts English words to stems (Porter 1980, An algorithm for suffix stripping, as printed): five steps, in each of which the longest ending that fits is replaced if what stands before it has enough syllables. Words
/// of one or two letters, and with others than a to z, stay as they are.
/// </summary>
static class PorterStemmer
{
    static readonly (string Ending, string Instead)[] Second =
    [
        ("ational", "ate"), ("ization", "ize"), ("fulness", "ful"), ("ousness", "ous"), ("iveness", "ive"), ("tional", "tion"), ("biliti", "ble"), ("entli", "ent"), ("ousli", "ous"), ("ation", "ate"), ("alism", "al"),
        ("aliti", "al"), ("iviti", "ive"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("abli", "able"), ("alli", "al"), ("ator", "ate"), ("eli", "e"),
    ];

    static readonly (string Ending, string Instead)[] Third = [("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ness", ""), ("ful", "")];

    static readonly string[] Fourth = ["ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ion", "ism", "ate", "iti", "ous", "ive", "ize", "al", "er", "ic", "ou"];

    /// <summary>Makes a word a stem in its place.</summary>
    /// <param name="word">Small letters, with room for one more.</param>
    /// <param name="length">Letters of the word.</param>
    /// <returns>Letters of the stem.</returns>
    public static int Stem(Span<char> word, int length)
    {
        if (length <= 2 || word[..length].ContainsAnyExceptInRange('a', 'z')) return length;
        length = Plural(word, length);
        length = Past(word, length);
        if (word[length - 1] == 'y' && HasVowel(word[..(length - 1)])) word[length - 1] = 'i';
        length = Replace(word, length, Second);
        length = Replace(word, length, Third);
        length = Cut(word, length);
        if (word[length - 1] == 'e' && (Syllables(word[..(length - 1)]) is var before && before > 1 || before == 1 && !EndsShort(word[..(length - 1)]))) length--;
        if (word[length - 1] == 'l' && EndsDouble(word[..length]) && Syllables(word[..length]) > 1) length--;
        return length;
    }

    // Step 1a.
    static int Plural(Span<char> word, int length)
    {
        ReadOnlySpan<char> all = word[..length];
        return all.EndsWith("sses") || all.EndsWith("ies") ? length - 2 : all.EndsWith("ss") || !all.EndsWith("s") ? length : length - 1;
    }

    // Step 1b.
    static int Past(Span<char> word, int length)
    {
        ReadOnlySpan<char> all = word[..length];
        if (all.EndsWith("eed")) return Syllables(all[..^3]) > 0 ? length - 1 : length;
        var ending = all.EndsWith("ed") ? 2 : all.EndsWith("ing") ? 3 : 0;
        if (ending == 0 || !HasVowel(all[..^ending])) return length;
        all = all[..^ending];
        if (all.EndsWith("at") || all.EndsWith("bl") || all.EndsWith("iz") || !EndsDouble(all) && Syllables(all) == 1 && EndsShort(all))
        {
            word[all.Length] = 'e';
            return all.Length + 1;
        }
        return EndsDouble(all) && all[^1] is not ('l' or 's' or 'z') ? all.Length - 1 : all.Length;
    }

    // Steps 2 and 3: endings, the longest first.
    static int Replace(Span<char> word, int length, (string Ending, string Instead)[] endings)
    {
        foreach (var (ending, instead) in endings)
        {
            ReadOnlySpan<char> all = word[..length];
            if (!all.EndsWith(ending)) continue;
            var stem = length - ending.Length;
            if (Syllables(all[..stem]) == 0) return length;
            instead.CopyTo(word[stem..]);
            return stem + instead.Length;
        }
        return length;
    }

    // Step 4.
    static int Cut(Span<char> word, int length)
    {
        ReadOnlySpan<char> all = word[..length];
        foreach (var ending in Fourth)
        {
            if (!all.EndsWith(ending)) continue;
            var stem = all[..^ending.Length];
            return Syllables(stem) > 1 && (ending != "ion" || stem[^1] is 's' or 't') ? stem.Length : length;
        }
        return length;
    }

    // A y behind a consonant is a vowel.
    static bool IsConsonant(ReadOnlySpan<char> word, int at) => word[at] is not ('a' or 'e' or 'i' or 'o' or 'u') && (word[at] != 'y' || at == 0 || !IsConsonant(word, at - 1));

    static bool HasVowel(ReadOnlySpan<char> stem)
    {
        for (var i = 0; i < stem.Length; i++)
            if (!IsConsonant(stem, i)) return true;
        return false;
    }

    // How often vowels are followed by consonants, the paper's m.
    static int Syllables(ReadOnlySpan<char> stem)
    {
        var count = 0;
        var wasConsonant = true;
        for (var i = 0; i < stem.Length; i++)
        {
            // As IsConsonant, of each letter from the one before.
            var isConsonant = stem[i] is not ('a' or 'e' or 'i' or 'o' or 'u') && (stem[i] != 'y' || i == 0 || !wasConsonant);
            if (isConsonant && !wasConsonant) count++;
            wasConsonant = isConsonant;
        }
        return count;
    }

    static bool EndsDouble(ReadOnlySpan<char> stem) => stem.Length > 1 && stem[^1] == stem[^2] && IsConsonant(stem, stem.Length - 1);

    // Consonant, vowel, consonant that is no w, x or y.
    static bool EndsShort(ReadOnlySpan<char> stem) => stem.Length > 2 && stem[^1] is not ('w' or 'x' or 'y') && IsConsonant(stem, stem.Length - 1) && !IsConsonant(stem, stem.Length - 2) && IsConsonant(stem, stem.Length - 3);
}
