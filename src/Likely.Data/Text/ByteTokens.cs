namespace Likely.Data;

/// <summary>Every byte a symbol, its value.</summary>
sealed class ByteTokens : Tokens
{
    public override int Size => 256;
    public override int LongestSymbol => 1;
    public override int MostAhead => 1;
    public override int? SymbolBytes => 1;
    public override string Words => "256 bytes";

    // Bytes are the pieces of a vocabulary that joins none.
    public override (byte[] Symbols, byte[] Merges) ToVocabulary(string? last = null) => PairVocabulary.Files(this, [], last);

    public override int Decode(int symbol, Span<byte> bytes)
    {
        if (symbol is < 0 or > 255) throw new ArgumentOutOfRangeException(nameof(symbol), symbol, "A byte is 0 to 255.");
        bytes[0] = (byte)symbol;
        return 1;
    }

    public override int Encode(ReadOnlySpan<byte> bytes, bool isEnd, Span<int> symbols, out int consumed)
    {
        consumed = Math.Min(bytes.Length, symbols.Length);
        for (var i = 0; i < consumed; i++) symbols[i] = bytes[i];
        return consumed;
    }

    public override string ToText() => "bytes";
}
