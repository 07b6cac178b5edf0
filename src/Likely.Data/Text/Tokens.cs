using Likely.Data;

namespace Likely;

/// <summary>
/// What the symbols of a sequence are as bytes. Every sequence of bytes has one encoding, which comes back exactly, but for samples of sound of few levels. A model keeps its tokens as canonical
/// text, the asset "tokens", which is part of its identity.
/// </summary>
public abstract class Tokens
{
    /// <summary>The largest alphabet that a model takes.</summary>
    public const int MostSymbols = 65_536;

    const int PieceBytes = 1 << 16;

    /// <summary>Every byte a symbol.</summary>
    public static Tokens Bytes { get; } = new ByteTokens();

    /// <summary>Symbols there are.</summary>
    public abstract int Size { get; }

    /// <summary>Most bytes that a symbol stands for.</summary>
    public abstract int LongestSymbol { get; }

    /// <summary>So many bytes of a sequence, with room for so many symbols, are enough to encode at least one.</summary>
    public abstract int MostAhead { get; }

    /// <summary>Bytes of every symbol, if all have as many; else null.</summary>
    public virtual int? SymbolBytes => null;

    /// <summary>What the symbols are, for people.</summary>
    public abstract string Words { get; }

    /// <summary>The symbol of a line's end, which ends the target of a pair.</summary>
    public int LineEnd => Encode("\n"u8)[0];

    /// <summary>The symbols of bytes.</summary>
    public int[] Encode(ReadOnlySpan<byte> bytes)
    {
        var symbols = new int[bytes.Length];
        var count = Encode(bytes, isEnd: true, symbols, out _);
        return count == symbols.Length ? symbols : symbols[..count];
    }

    /// <summary>Encodes a stream that is read to its end, with bounded memory.</summary>
    /// <param name="stream">The bytes.</param>
    /// <param name="isEnd">Whether nothing comes after them; if something does, it may decide how the last of them are encoded.</param>
    /// <param name="take">Takes the symbols, some at a time.</param>
    /// <param name="progress">Told how many bytes have been read.</param>
    /// <param name="cancellation">Ends it between two pieces.</param>
    /// <returns>The last bytes, which are not encoded because what comes after them decides how; at the end none.</returns>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public byte[] Encode(Stream stream, bool isEnd, Action<ReadOnlySpan<int>> take, Action<long>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(take);
        var length = Math.Max(PieceBytes, 2 * MostAhead);
        var (bytes, symbols, held, total) = (new byte[length], new int[length], 0, 0L);
        for (var isRead = false; !isRead;)
        {
            cancellation.ThrowIfCancellationRequested();
            var read = stream.ReadAtLeast(bytes.AsSpan(held), bytes.Length - held, throwOnEndOfStream: false);
            isRead = read < bytes.Length - held;
            var count = Encode(bytes.AsSpan(0, held + read), isRead && isEnd, symbols, out var consumed);
            if (count > 0) take(symbols.AsSpan(0, count));
            held += read - consumed;
            bytes.AsSpan(consumed, held).CopyTo(bytes);
            progress?.Invoke(total += read);
        }
        return bytes[..held];
    }

    /// <summary>The bytes of symbols.</summary>
    /// <exception cref="ArgumentOutOfRangeException">if one is no symbol of these</exception>
    public byte[] Decode(ReadOnlySpan<int> symbols)
    {
        var bytes = new List<byte>(symbols.Length);
        Span<byte> one = stackalloc byte[LongestSymbol];
        foreach (var symbol in symbols) bytes.AddRange(one[..Decode(symbol, one)]);
        return [.. bytes];
    }

    /// <summary>Symbols as one line of text that can be shown: what cannot be seen, and bytes that are no UTF-8, is written out.</summary>
    /// <exception cref="ArgumentOutOfRangeException">if one is no symbol of these</exception>
    public string Visible(ReadOnlySpan<int> symbols) => SurpriseText.Visible(symbols, this);

    /// <summary>Writes the bytes of one symbol into <paramref name="bytes"/>, which has room for <see cref="LongestSymbol"/>, and returns how many they are.</summary>
    /// <exception cref="ArgumentOutOfRangeException">if it is no symbol of these</exception>
    public abstract int Decode(int symbol, Span<byte> bytes);

    /// <summary>
    /// Encodes a stretch of a longer sequence, from where an encoding may begin, until there is no more room, or what follows the stretch may decide how what is left of it
    /// is encoded; at the end of the sequence nothing is left. An encoding may begin at the sequence's beginning, and where another call's ended: the symbols are the
    /// same however a sequence is cut into stretches. Returns their number.
    /// </summary>
    /// <param name="bytes">The stretch.</param>
    /// <param name="isEnd">Whether nothing comes after it.</param>
    /// <param name="symbols">Room for symbols.</param>
    /// <param name="consumed">Bytes that were encoded.</param>
    public abstract int Encode(ReadOnlySpan<byte> bytes, bool isEnd, Span<int> symbols, out int consumed);

    /// <summary>The canonical text: "bytes", or "characters" and the code points in hexadecimal digits, ascending, stretches as FIRST-LAST, or "bpe" and a vocabulary, or "samples", their rate, and what their levels are, or "table" and its columns as JSON.</summary>
    public abstract string ToText();

    /// <summary>The contents of vocab.json and merges.txt that <see cref="Read"/> would read these from.</summary>
    /// <param name="last">The name of one more symbol behind all others, which no text becomes; null: none.</param>
    /// <exception cref="DataException">if they are no byte-level BPE, or have a symbol of that name</exception>
    public virtual (byte[] Symbols, byte[] Merges) ToVocabulary(string? last = null) => throw new DataException($"These tokens are {Words}, and no byte-level BPE that vocab.json and merges.txt could hold.");

    /// <summary>The inverse of <see cref="ToText"/>.</summary>
    /// <exception cref="DataException">if the text is not what <see cref="ToText"/> writes</exception>
    public static Tokens Parse(string text) => (text ?? throw new ArgumentNullException(nameof(text))) == Bytes.ToText() ? Bytes
        : CharacterTokens.TryParse(text) ?? (Tokens?)PairTokens.TryParse(text) ?? SampleTokens.TryParse(text) ?? (Tokens?)TableTokens.TryParse(text) ?? throw new DataException($"'{VisibleText.Sentence(text.Length > 60 ? text[..60] + "..." : text)}' is no set of tokens; the model is damaged, or of a later version.");

    /// <summary>
    /// Reads a vocabulary of byte-level BPE, as GPT-2's: a folder, or one of its files, of vocab.json (encoder.json) with merges.txt (vocab.bpe), or tokenizer.json of
    /// Hugging Face. Any bytes come back; names of special symbols, such as &lt;|endoftext|&gt;, are ordinary text in a text.
    /// </summary>
    /// <exception cref="DataException">if there is none, or it is damaged, or cuts and joins by other rules</exception>
    public static Tokens Read(string path) => PairVocabulary.Read(path ?? throw new ArgumentNullException(nameof(path)));

    /// <summary>The code points that are given, in ascending order, then the 256 bytes, of which everything else is made.</summary>
    /// <exception cref="ArgumentException">if one is no code point of a character, such as -1 or a surrogate</exception>
    /// <exception cref="DataException">if they are more than an alphabet has room for</exception>
    public static Tokens Characters(IEnumerable<int> codePoints)
    {
        ArgumentNullException.ThrowIfNull(codePoints);
        int[] ascending = [.. codePoints.Distinct().Order()];
        foreach (var codePoint in ascending)
            if (!System.Text.Rune.IsValid(codePoint)) throw new ArgumentOutOfRangeException(nameof(codePoints), codePoint, "A character has a code point from 0 to 0x10FFFF that is no surrogate.");
        return new CharacterTokens(ascending);
    }
}
