using System.Buffers;
using System.Text;

namespace Likely.Data;

/// <summary>A character as people see it, with the surprise of the symbols it is made of, or is a part of.</summary>
/// <param name="Shown">Itself, or what stands for what cannot be seen.</param>
/// <param name="Nats">-log p of all symbols that have a part in it.</param>
/// <param name="IsWritten">Whether another text stands for it.</param>
/// <param name="EndsLine">Whether a line ends here.</param>
readonly record struct VisibleUnit(string Shown, double Nats, bool IsWritten, bool EndsLine);

/// <summary>
/// Symbols as characters that can be shown: no character is cut in two, also where each of its bytes is a symbol; control characters, what turns or hides
/// letters, and bytes that are no UTF-8 are written out.
/// </summary>
static class VisibleUnits
{
    /// <param name="symbols">Of one item, from where a character begins.</param>
    /// <param name="nats">The surprise of each; empty for none.</param>
    /// <param name="tokens">What they are.</param>
    public static List<VisibleUnit> Of(ReadOnlySpan<int> symbols, ReadOnlySpan<float> nats, Tokens tokens)
    {
        var bytes = new List<byte>(symbols.Length);
        var owner = new List<int>(symbols.Length); // the symbol of each byte
        Span<byte> one = stackalloc byte[tokens.LongestSymbol];
        for (var i = 0; i < symbols.Length; i++)
            for (int at = 0, count = tokens.Decode(symbols[i], one); at < count; at++)
            {
                bytes.Add(one[at]);
                owner.Add(i);
            }
        var units = new List<VisibleUnit>(bytes.Count);
        var all = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes);
        for (int at = 0, length; at < all.Length; at += length)
        {
            var isCharacter = Rune.DecodeFromUtf8(all[at..], out var rune, out length) == OperationStatus.Done;
            if (!isCharacter) length = 1;
            var sum = 0.0;
            for (var i = at; i < at + length && nats.Length > 0; i++)
                if (i == at || owner[i] != owner[i - 1]) sum += nats[owner[i]];
            var (text, isWritten) = isCharacter ? Shown(rune) : ($"\\x{all[at]:x2}", true);
            units.Add(new VisibleUnit(text, sum, isWritten, rune.Value == '\n' && isCharacter));
        }
        return units;
    }

    static (string Text, bool IsWritten) Shown(Rune rune)
    {
        var text = rune.ToString();
        var seen = VisibleText.Line(text);
        return (seen, seen != text);
    }
}
