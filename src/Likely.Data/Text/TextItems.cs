using System.Buffers;

namespace Likely.Data;

/// <summary>Items that are texts, whose words can be counted.</summary>
/// <param name="items">Names, labels and contents; whoever takes this disposes of them.</param>
abstract class TextItems(SymbolItems items)
{
    public SymbolItems Items => items;

    public int Count => items.Count;

    /// <summary>Hands a text to the scanner in pieces, to its end; from any thread.</summary>
    /// <exception cref="DataException">if it cannot be read</exception>
    public abstract void Words(int index, WordScanner scanner, WordScanner.Taker take, CancellationToken cancellation);
}

/// <summary>Lines or files of text, whose symbols are their bytes.</summary>
sealed class PlainTexts(TokenItems items) : TextItems(items)
{
    const int Piece = 1 << 14;

    public override void Words(int index, WordScanner scanner, WordScanner.Taker take, CancellationToken cancellation)
    {
        var (symbols, bytes) = (ArrayPool<int>.Shared.Rent(Piece), ArrayPool<byte>.Shared.Rent(Piece));
        for (int at = 0, length = items.LengthOf(index), count; at < length; at += count)
        {
            count = Math.Min(Piece, length - at);
            items.Read(index, at, symbols.AsSpan(0, count), 0, false, cancellation);
            for (var i = 0; i < count; i++) bytes[i] = (byte)symbols[i];
            scanner.Add(bytes.AsSpan(0, count), take);
        }
        scanner.End(take);
        ArrayPool<int>.Shared.Return(symbols);
        ArrayPool<byte>.Shared.Return(bytes);
    }
}
