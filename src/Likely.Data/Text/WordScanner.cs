using System.Buffers;
using System.Text;

namespace Likely.Data;

/// <summary>
/// Cuts text that comes in pieces into words: runs of 2 to 64 letters (see <see cref="UnicodeKinds"/>) of UTF-8, made small (<see cref="SmallLetters"/>). Everything else, bytes that are no UTF-8 as well, lies
/// between words, and longer runs are none. Stop words are left out, and what is left is cut to its stem, if that is wanted.
/// </summary>
/// <param name="stopWords">Which words are left out, see <see cref="StopWords"/>.</param>
/// <param name="stem">Whether words become stems, see <see cref="PorterStemmer"/>.</param>
sealed class WordScanner(StopWordRule stopWords, StemRule stem)
{
    /// <summary>Letters of the shortest and the longest word.</summary>
    public const int Shortest = 2, Longest = 64;

    readonly char[] _word = new char[2 * Longest + 2];
    readonly byte[] _cut = new byte[4]; // the beginning of a character, the rest of which is in the next piece
    int _length, _letters, _held;

    /// <summary>Takes each word that ends within a piece of a text; its characters are used again.</summary>
    public delegate void Taker(ReadOnlySpan<char> word);

    /// <summary>Reads a piece of a text.</summary>
    public void Add(ReadOnlySpan<byte> text, Taker take)
    {
        while (_held > 0 && text.Length > 0)
        {
            _cut[_held++] = text[0];
            text = text[1..];
            var status = Rune.DecodeFromUtf8(_cut.AsSpan(0, _held), out var rune, out var length);
            if (status == OperationStatus.NeedMoreData) continue;
            var rest = _cut.AsSpan(length, _held - length).ToArray();
            _held = 0;
            Letter(status == OperationStatus.Done ? rune.Value : -1, take);
            if (rest.Length > 0) Add(rest, take); // a character that was cut off, and the first bytes of another
        }
        for (var i = 0; i < text.Length;)
        {
            if (text[i] < 0x80)
            {
                Letter(text[i++], take);
                continue;
            }
            var status = Rune.DecodeFromUtf8(text[i..], out var rune, out var length);
            if (status == OperationStatus.NeedMoreData)
            {
                text[i..].CopyTo(_cut);
                _held = text.Length - i;
                return;
            }
            Letter(status == OperationStatus.Done ? rune.Value : -1, take);
            i += length;
        }
    }

    /// <summary>Ends the text, and its last word.</summary>
    public void End(Taker take)
    {
        _held = 0;
        Letter(-1, take);
    }

    void Letter(int codePoint, Taker take)
    {
        if (codePoint >= 0 && (codePoint < 0x80 ? (uint)((codePoint | 0x20) - 'a') < 26 : UnicodeKinds.Of(codePoint) == CharacterKind.Letter))
        {
            if (++_letters <= Longest) _length += new Rune(SmallLetters.Of(codePoint)).EncodeToUtf16(_word.AsSpan(_length));
            return;
        }
        if (_letters is >= Shortest and <= Longest)
        {
            var word = _word.AsSpan(0, _length);
            if (stopWords == StopWordRule.None || !StopWords.Has(word)) take(stem == StemRule.Porter ? word[..PorterStemmer.Stem(_word, _length)] : word);
        }
        (_length, _letters) = (0, 0);
    }
}
