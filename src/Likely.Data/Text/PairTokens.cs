using System.Buffers;
using System.Globalization;
using System.Text;

namespace Likely.Data;

/// <summary>
/// Byte-pair encoding over bytes, as GPT-2's (Radford et al. 2019): a text is cut into <see cref="TextPieces"/>, and the bytes of each are joined by
/// <see cref="PairMerges"/>. Symbols that are neither a byte nor joined, such as the end of a text, come in no encoding; decoded they are their name.
/// </summary>
sealed class PairTokens : Tokens
{
    const string Name = "bpe";
    const int LongestPiece = 1 << 12, MostBytes = 1 << 24, MostMerges = 1 << 17, LongestText = 1 << 22, Small = 256;

    readonly int[] _symbolOfByte;
    readonly (int Left, int Right, int Result)[] _merges;
    readonly (int Symbol, byte[] Bytes)[] _others;
    readonly PairMerges _joining;
    readonly byte[] _bytes; // of all symbols
    readonly int[] _starts; // in them, then their end

    /// <param name="symbolOfByte">The symbols of the 256 bytes.</param>
    /// <param name="merges">Two symbols and what they become, the ones joined first in front; of two symbols that a byte or an earlier one makes.</param>
    /// <param name="others">Symbols that nothing becomes, with their bytes.</param>
    /// <exception cref="DataException">if they do not fit together; the sentence begins with what is wrong</exception>
    public PairTokens(int[] symbolOfByte, (int Left, int Right, int Result)[] merges, (int Symbol, byte[] Bytes)[] others)
    {
        if (merges.Length > MostMerges) throw new DataException($"it has {merges.Length} merges, more than {MostMerges}");
        var pieces = new Dictionary<int, byte[]>();
        var total = 0L;
        for (var value = 0; value < 256; value++) Define(symbolOfByte[value], [(byte)value]);
        var (pairs, made) = (new HashSet<(int, int)>(), new HashSet<int>());
        for (var rank = 0; rank < merges.Length; rank++)
        {
            var (left, right, result) = merges[rank];
            if (!pieces.TryGetValue(left, out var first) || !pieces.TryGetValue(right, out var second)) throw new DataException($"its merge {rank + 1} joins a piece that no merge before it makes");
            if (!pairs.Add((left, right))) throw new DataException($"its merge {rank + 1} is there twice");
            if (made.Add(result)) Define(result, [.. first, .. second]);
            else if (!pieces[result].AsSpan().SequenceEqual([.. first, .. second])) throw new DataException($"its merge {rank + 1} makes other bytes of symbol {result} than one before it");
        }
        foreach (var (symbol, bytes) in others) Define(symbol, bytes);
        _starts = new int[pieces.Count + 1];
        for (var symbol = 0; symbol < pieces.Count; symbol++)
        {
            if (!pieces.TryGetValue(symbol, out var piece)) throw new DataException($"it has {pieces.Count} symbols, and none with the number {symbol}");
            _starts[symbol + 1] = _starts[symbol] + piece.Length;
        }
        (_symbolOfByte, _merges, _others, _joining, _bytes) = (symbolOfByte, merges, [.. others.OrderBy(other => other.Symbol)], new PairMerges(merges), new byte[_starts[^1]]);
        foreach (var (symbol, piece) in pieces) piece.CopyTo(_bytes, _starts[symbol]);
        LongestSymbol = pieces.Values.Max(piece => piece.Length);

        void Define(int symbol, byte[] bytes)
        {
            if (symbol is < 0 or >= MostSymbols) throw new DataException($"it has a symbol with the number {symbol}, and an alphabet has room for {MostSymbols}");
            if (bytes.Length is 0 or > LongestPiece) throw new DataException($"its symbol {symbol} has {bytes.Length} bytes, and one has 1 to {LongestPiece}");
            if ((total += bytes.Length) > MostBytes) throw new DataException($"its symbols have more than {MostBytes} bytes together");
            if (!pieces.TryAdd(symbol, bytes)) throw new DataException($"two of its symbols have the number {symbol}");
        }
    }

    public override int Size => _starts.Length - 1;
    public override int LongestSymbol { get; }
    public override int MostAhead => TextPieces.MostAhead;

    public override string Words => string.Create(CultureInfo.InvariantCulture,
        $"{Size} pieces of a byte-pair vocabulary: 256 bytes, {Size - 256 - _others.Length} joined{(_others.Length == 0 ? "" : $", {_others.Length} that no text becomes")}");

    public override int Decode(int symbol, Span<byte> bytes)
    {
        if (symbol < 0 || symbol >= Size) throw new ArgumentOutOfRangeException(nameof(symbol), symbol, $"There are {Size} symbols.");
        var piece = _bytes.AsSpan(_starts[symbol].._starts[symbol + 1]);
        piece.CopyTo(bytes);
        return piece.Length;
    }

    public override int Encode(ReadOnlySpan<byte> bytes, bool isEnd, Span<int> symbols, out int consumed)
    {
        int at = 0, count = 0;
        Span<int> small = stackalloc int[Small];
        while (at < bytes.Length && count < symbols.Length && TextPieces.First(bytes[at..], isEnd) is > 0 and var length)
        {
            int[]? rented = length <= Small ? null : ArrayPool<int>.Shared.Rent(length);
            var piece = (rented ?? small)[..length];
            for (var i = 0; i < length; i++) piece[i] = _symbolOfByte[bytes[at + i]];
            piece = piece[.._joining.Join(piece)];
            var fits = piece.TryCopyTo(symbols[count..]);
            if (rented is not null) ArrayPool<int>.Shared.Return(rented);
            if (!fits) break;
            (at, count) = (at + length, count + piece.Length);
        }
        consumed = at;
        return count;
    }

    /// <summary>
    /// "bpe", the version of Unicode that pieces are cut by, the symbols of the 256 bytes; LEFT,RIGHT,RESULT of each merge, without RESULT where it is one more
    /// than that of the merge before (of the first: 256); SYMBOL=BYTES of each other symbol, ascending, in hexadecimal digits.
    /// </summary>
    public override string ToText()
    {
        var text = new StringBuilder(Name).Append(' ').Append(UnicodeKinds.Version).Append(' ').AppendJoin(',', _symbolOfByte);
        var next = 256;
        foreach (var (left, right, result) in _merges)
        {
            text.Append(CultureInfo.InvariantCulture, $" {left},{right}");
            if (result != next) text.Append(CultureInfo.InvariantCulture, $",{result}");
            next = result + 1;
        }
        foreach (var (symbol, bytes) in _others) text.Append(CultureInfo.InvariantCulture, $" {symbol}={Convert.ToHexStringLower(bytes)}");
        return text.ToString();
    }

    public override (byte[] Symbols, byte[] Merges) ToVocabulary(string? last = null) => PairVocabulary.Files(this, _merges.Select(merge => (merge.Left, merge.Right)), last);

    /// <summary>The tokens of a canonical text; null of any other.</summary>
    public static PairTokens? TryParse(string text)
    {
        var head = $"{Name} {UnicodeKinds.Version} ";
        if (text.Length > LongestText || !text.StartsWith(head, StringComparison.Ordinal)) return null;
        try
        {
            var words = text[head.Length..].Split(' ');
            var merges = new List<(int, int, int)>();
            var next = 256;
            var at = 1;
            for (; at < words.Length && !words[at].Contains('='); at++)
            {
                var numbers = Numbers(words[at]);
                if (numbers.Length is not (2 or 3) || merges.Count == MostMerges) return null;
                merges.Add((numbers[0], numbers[1], numbers.Length == 3 ? numbers[2] : next));
                next = merges[^1].Item3 + 1;
            }
            var others = new List<(int, byte[])>();
            for (; at < words.Length; at++)
            {
                var equals = words[at].IndexOf('=');
                if (equals < 0) return null;
                others.Add((Numbers(words[at][..equals])[0], Convert.FromHexString(words[at].AsSpan(equals + 1))));
            }
            var bytes = Numbers(words[0]);
            if (bytes.Length != 256) return null;
            var tokens = new PairTokens(bytes, [.. merges], [.. others]);
            return tokens.ToText() == text ? tokens : null;
        }
        catch (Exception fault) when (fault is FormatException or OverflowException or DataException)
        {
            return null;
        }
    }

    static int[] Numbers(string word) => Array.ConvertAll(word.Split(',', 257), number => int.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture));
}
