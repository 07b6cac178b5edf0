using System.Buffers;
using System.Globalization;
using System.Text;

namespace Likely.Data;

/// <summary>
/// Code points that are known by name, then 256 bytes for everything else: other characters, and what is no UTF-8. Where the bytes of a known character begin
/// they are that character, so that every sequence of bytes has one encoding.
/// </summary>
sealed class CharacterTokens : Tokens
{
    const string Name = "characters";
    const int LongestText = 1 << 20, LastCodePoint = 0x10FFFF;

    readonly int[] _codePoints; // ascending
    readonly ushort[] _symbolOf; // of a code point: its symbol + 1; 0 of one that is not known
    readonly int[] _symbolOfByte = new int[0x80]; // of a byte that is a character, whether that is known or not

    /// <exception cref="DataException">if there are too many</exception>
    public CharacterTokens(int[] codePoints)
    {
        if (codePoints.Length > MostSymbols - 256)
            throw new DataException($"There are {codePoints.Length} different characters, and an alphabet has room for {MostSymbols - 256}; use tokens=bytes.");
        _codePoints = codePoints;
        _symbolOf = new ushort[codePoints.Length == 0 ? 0 : codePoints[^1] + 1];
        for (var i = 0; i < codePoints.Length; i++) _symbolOf[codePoints[i]] = (ushort)(i + 1);
        for (var i = 0; i < _symbolOfByte.Length; i++) _symbolOfByte[i] = i < _symbolOf.Length && _symbolOf[i] > 0 ? _symbolOf[i] - 1 : codePoints.Length + i;
    }

    public override int Size => _codePoints.Length + 256;
    public override int LongestSymbol => 4;
    public override int MostAhead => 4;
    public override string Words => $"{_codePoints.Length} characters and 256 bytes";

    public override int Decode(int symbol, Span<byte> bytes)
    {
        if (symbol < 0 || symbol >= Size) throw new ArgumentOutOfRangeException(nameof(symbol), symbol, $"There are {Size} symbols.");
        if (symbol < _codePoints.Length) return new Rune(_codePoints[symbol]).EncodeToUtf8(bytes);
        bytes[0] = (byte)(symbol - _codePoints.Length);
        return 1;
    }

    public override int Encode(ReadOnlySpan<byte> bytes, bool isEnd, Span<int> symbols, out int consumed)
    {
        int at = 0, count = 0;
        while (count < symbols.Length && at < bytes.Length)
        {
            if (bytes[at] < 0x80)
            {
                symbols[count++] = _symbolOfByte[bytes[at++]];
                continue;
            }
            var status = Rune.DecodeFromUtf8(bytes[at..], out var rune, out var length);
            if (status == OperationStatus.NeedMoreData && !isEnd) break;
            if (status == OperationStatus.Done && rune.Value < _symbolOf.Length && _symbolOf[rune.Value] is > 0 and var next) (symbols[count++], at) = (next - 1, at + length);
            else
                for (var end = at + (status == OperationStatus.Done ? length : 1); at < end && count < symbols.Length;) symbols[count++] = _codePoints.Length + bytes[at++];
        }
        consumed = at;
        return count;
    }

    public override string ToText()
    {
        var text = new StringBuilder(Name);
        for (int first = 0, last; first < _codePoints.Length; first = last + 1)
        {
            for (last = first; last + 1 < _codePoints.Length && _codePoints[last + 1] == _codePoints[last] + 1;) last++;
            text.Append(CultureInfo.InvariantCulture, $" {_codePoints[first]:x}");
            if (last > first) text.Append(CultureInfo.InvariantCulture, $"-{_codePoints[last]:x}");
        }
        return text.ToString();
    }

    /// <summary>The tokens of a canonical text; null of any other.</summary>
    public static CharacterTokens? TryParse(string text)
    {
        if (text.Length > LongestText || !text.StartsWith(Name, StringComparison.Ordinal)) return null;
        var codePoints = new List<int>();
        foreach (var word in text[Name.Length..].Split(' ').Skip(1))
        {
            var dash = word.IndexOf('-');
            if (!TryCodePoint(dash < 0 ? word : word[..dash], out var first) || !TryCodePoint(dash < 0 ? word : word[(dash + 1)..], out var last)) return null;
            if (codePoints.Count > 0 && first <= codePoints[^1] || last < first || codePoints.Count + (last - first) >= MostSymbols - 256) return null;
            for (var codePoint = first; codePoint <= last; codePoint++) codePoints.Add(codePoint);
        }
        if (!codePoints.TrueForAll(Rune.IsValid)) return null;
        var tokens = new CharacterTokens([.. codePoints]);
        return tokens.ToText() == text ? tokens : null;
    }

    static bool TryCodePoint(string text, out int codePoint) =>
        int.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out codePoint) && text.Length <= 6 && codePoint is >= 0 and <= LastCodePoint;
}
