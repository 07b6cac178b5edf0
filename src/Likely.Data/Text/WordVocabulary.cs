using System.Globalization;
using System.Text;
using Likely.Data;

namespace Likely;

/// <summary>
/// The words that rows of counts are of, and in how many training texts each is: those that are in the most, the most frequent first, of as many texts in ordinal order. A model keeps it as canonical text, the asset
/// "words", which is part of its identity.
/// </summary>
public sealed class WordVocabulary
{
    /// <summary>Most words; a row has a number for each.</summary>
    public const int MostWords = 1 << 16;

    const int MostDifferent = 1 << 22, MostText = 1 << 21;
    const string Signature = "words";

    readonly string[] _words;
    readonly int[] _textsWith;
    readonly Dictionary<string, int> _columns;

    WordVocabulary(string[] words, int[] textsWith, int texts)
    {
        (_words, _textsWith, Texts, _columns) = (words, textsWith, texts, new Dictionary<string, int>(words.Length, StringComparer.Ordinal));
        for (var i = 0; i < words.Length; i++) _columns.Add(words[i], i);
        Columns = _columns.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Words there are.</summary>
    public int Count => _words.Length;

    /// <summary>The words, or stems, in the order of a row's numbers.</summary>
    public IReadOnlyList<string> Words => _words;

    /// <summary>Texts that it was learned from.</summary>
    public int Texts { get; }

    /// <summary>In how many of them each word is.</summary>
    public IReadOnlyList<int> TextsWith => _textsWith;

    /// <summary>The number of each word.</summary>
    internal Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> Columns { get; }

    /// <summary>Learns from texts which words are in the most.</summary>
    /// <param name="texts">How many there are.</param>
    /// <param name="read">Hands over the words of a text.</param>
    /// <param name="most">Words kept.</param>
    /// <param name="least">Texts that a word is in at the least.</param>
    /// <param name="name">What the texts are of, for messages.</param>
    /// <exception cref="DataException">if no word is in so many, there are too many different ones, or a text cannot be read</exception>
    internal static WordVocabulary Learn(int texts, Action<int, WordScanner.Taker> read, int most, int least, string name)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var byLetters = seen.GetAlternateLookup<ReadOnlySpan<char>>();
        List<string> words = [];
        List<(int Texts, int Last)> counts = [];
        for (var text = 0; text < texts; text++)
        {
            var current = text;
            read(text, word =>
            {
                if (!byLetters.TryGetValue(word, out var at))
                {
                    if (words.Count == MostDifferent) throw new DataException($"{name} has more than {MostDifferent} different words and is hardly text of words; name other files.");
                    (at, var own) = (words.Count, word.ToString());
                    seen.Add(own, at);
                    words.Add(own);
                    counts.Add((0, -1));
                }
                if (counts[at].Last != current) counts[at] = (counts[at].Texts + 1, current);
            });
        }
        int[] chosen = [.. Enumerable.Range(0, words.Count).Where(word => counts[word].Texts >= least)];
        if (chosen.Length == 0) throw new DataException(texts == 0 ? $"{name} has no training texts to learn words from." : $"No word is in at least {least} of the {texts} training texts of {name}; set minimum=1, or give more texts.");
        Array.Sort(chosen, (a, b) => counts[a].Texts != counts[b].Texts ? counts[b].Texts.CompareTo(counts[a].Texts) : string.CompareOrdinal(words[a], words[b]));
        chosen = chosen[..Math.Min(most, chosen.Length)];
        // What a model file can hold of them, each letter in as many as six characters.
        if (6L * chosen.Sum(word => words[word].Length) > MostText) throw new DataException($"The {chosen.Length} words of {name} are too long for a model file; set vocabulary= to fewer.");
        return new WordVocabulary([.. chosen.Select(word => words[word])], [.. chosen.Select(word => counts[word].Texts)], texts);
    }

    /// <summary>Canonical text: "words", the version of Unicode and the number of texts, then a line for each word and the texts it is in.</summary>
    public string ToText()
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"{Signature} {UnicodeKinds.Version} {Texts}\n"));
        for (var i = 0; i < Count; i++) text.Append(_words[i]).Append(' ').Append(_textsWith[i].ToString(CultureInfo.InvariantCulture)).Append('\n');
        return text.ToString();
    }

    /// <summary>The inverse of <see cref="ToText"/>.</summary>
    /// <exception cref="DataException">if it is none</exception>
    public static WordVocabulary FromText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var lines = text.Split('\n', MostWords + 3);
        if (lines[0].Split(' ') is not [Signature, var version, var total] || !Number(total, int.MaxValue, out var texts)) throw Damaged("its first line is not one of words");
        if (version != UnicodeKinds.Version) throw new DataException($"A vocabulary of words by Unicode {version} is of another version of Likely; this one knows {UnicodeKinds.Version}.");
        if (lines.Length is < 3 or > MostWords + 2 || lines[^1].Length > 0) throw Damaged("it has no words, too many, or no end");
        var (words, textsWith, known) = (new string[lines.Length - 2], new int[lines.Length - 2], new HashSet<string>(StringComparer.Ordinal));
        for (var i = 0; i < words.Length; i++)
        {
            if (lines[i + 1].Split(' ') is not [{ Length: > 0 and <= 2 * WordScanner.Longest } word, var with] || !Number(with, texts, out textsWith[i]) || !known.Add(word)) throw Damaged($"its line {i + 2} is no word and the number of texts it is in, or says it again");
            words[i] = word;
        }
        return new WordVocabulary(words, textsWith, texts);

        static bool Number(string text, int most, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= 1 && number <= most;
        static DataException Damaged(string why) => new($"The vocabulary of words is damaged: {why}.");
    }
}
