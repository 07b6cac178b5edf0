using System.Buffers;
using System.Text;

namespace Likely.Data;

/// <summary>
/// Cuts bytes into the pieces that GPT-2's encoder (Radford et al. 2019, encoder.py) takes on their own, as its pattern
/// <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c> does: the end of a contraction; letters, numbers or anything else, with the space in front
/// of them; blanks, of which the last belongs to what follows. A byte that is no UTF-8 is one of anything else. What would be longer than <see cref="Longest"/>
/// bytes ends before the character that makes it so, and the rest is cut as if a text began there: so nothing depends on how much is seen at once.
/// </summary>
static class TextPieces
{
    /// <summary>No piece has more bytes.</summary>
    public const int Longest = 1 << 16;

    /// <summary>So many bytes always tell where the first piece of them ends: the longest one, and the character behind it.</summary>
    public const int MostAhead = Longest + 4;

    static readonly CharacterKind[] Ascii = [.. Enumerable.Range(0, 0x80).Select(UnicodeKinds.Of)];

    /// <summary>The length of the first piece of some bytes; 0 if what follows them may decide it.</summary>
    /// <param name="bytes">At least one.</param>
    /// <param name="isEnd">Whether nothing follows.</param>
    public static int First(ReadOnlySpan<byte> bytes, bool isEnd)
    {
        if (bytes[0] == '\'' && Contraction(bytes, isEnd) is >= 0 and var ending) return ending;
        var kind = KindAt(bytes, 0, isEnd, out var first);
        if (first == 0) return 0;
        if (kind != CharacterKind.Blank) return Run(bytes, first, kind, isEnd);
        if (bytes[0] != ' ') return Blanks(bytes, first, isEnd);
        if (bytes.Length == 1) return isEnd ? 1 : 0;
        kind = KindAt(bytes, 1, isEnd, out var second);
        if (second == 0) return 0;
        return kind == CharacterKind.Blank ? Blanks(bytes, 1, isEnd) : Run(bytes, 1 + second, kind, isEnd);
    }

    // The length of 's 't 'm 'd 're 've 'll; 0 if it may be one, -1 if it is none.
    static int Contraction(ReadOnlySpan<byte> bytes, bool isEnd)
    {
        if (bytes.Length == 1) return isEnd ? -1 : 0;
        if (bytes[1] is (byte)'s' or (byte)'t' or (byte)'m' or (byte)'d') return 2;
        if (bytes[1] is not ((byte)'r' or (byte)'v' or (byte)'l')) return -1;
        if (bytes.Length == 2) return isEnd ? -1 : 0;
        return bytes[2] == (bytes[1] == 'l' ? 'l' : 'e') ? 3 : -1;
    }

    // Where a run of one kind ends, which goes on from a place in it.
    static int Run(ReadOnlySpan<byte> bytes, int at, CharacterKind kind, bool isEnd)
    {
        while (at < Longest)
        {
            if (at == bytes.Length) return isEnd ? at : 0;
            var next = KindAt(bytes, at, isEnd, out var length);
            if (length == 0) return 0;
            if (next != kind || at + length > Longest) break;
            at += length;
        }
        return at;
    }

    // Where a run of blanks ends whose first has been seen: before the last of several, if something else follows.
    static int Blanks(ReadOnlySpan<byte> bytes, int at, bool isEnd)
    {
        for (var last = 0; ;)
        {
            if (at == bytes.Length) return isEnd ? at : 0;
            var next = KindAt(bytes, at, isEnd, out var length);
            if (length == 0) return 0;
            if (next != CharacterKind.Blank) return last > 0 ? last : at;
            if (at + length > Longest) return at;
            (last, at) = (at, at + length);
        }
    }

    // The kind of the character that begins at a place; its length is 0 if its end is not there yet.
    static CharacterKind KindAt(ReadOnlySpan<byte> bytes, int at, bool isEnd, out int length)
    {
        length = 1;
        if (bytes[at] < 0x80) return Ascii[bytes[at]];
        var status = Rune.DecodeFromUtf8(bytes[at..], out var rune, out var whole);
        if (status == OperationStatus.Done) length = whole;
        else if (status == OperationStatus.NeedMoreData && !isEnd) length = 0;
        return status == OperationStatus.Done ? UnicodeKinds.Of(rune.Value) : CharacterKind.Other;
    }
}
