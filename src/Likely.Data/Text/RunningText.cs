using Likely.Data;

namespace Likely;

/// <summary>
/// Lines where they stand, in the text of their files: pieces of about 2^14 symbols that begin with the lines before them, of 2^10 symbols or more, or, where a file begins, as
/// behind the end of a line. Which piece a line is in is decided by its file alone, so that its past is the same whichever lines are asked for.
/// </summary>
public sealed class RunningText
{
    /// <summary>A line of more symbols is a piece of its own, without a past.</summary>
    const int LongestLine = 1 << 22;

    const int PieceSymbols = 1 << 14, PastSymbols = 1 << 10;

    readonly TokenItems _lines;
    readonly long[] _starts; // symbols before each line, then of all
    readonly int[] _begin; // the end of a line
    readonly List<Piece> _pieces = [];

    readonly int[] _wanted;

    readonly record struct Piece(int Past, int First, int End, int FirstWanted, bool Begins);

    /// <param name="lines">All lines, in the order of their files.</param>
    /// <param name="wanted">Those that are asked for, ascending.</param>
    /// <param name="tokens">What symbols are.</param>
    /// <param name="cancellation">Stops it.</param>
    internal RunningText(TokenItems lines, int[] wanted, Tokens tokens, CancellationToken cancellation)
    {
        (_lines, _wanted, _starts, _begin) = (lines, wanted, new long[lines.Count + 1], tokens.Encode("\n"u8));
        for (var line = 0; line < lines.Count; line++) _starts[line + 1] = _starts[line] + lines.LengthOf(line);
        for (int first = 0, end, file = 0, next = 0; next < wanted.Length; first = end)
        {
            cancellation.ThrowIfCancellationRequested();
            if (lines.BeginsFile(first)) file = first;
            for (end = first + 1; end < lines.Count && !lines.BeginsFile(end) && _starts[end] - _starts[first] < PieceSymbols && LengthOf(end) <= LongestLine && LengthOf(first) <= LongestLine;) end++;
            if (wanted[next] >= end) continue;
            var past = first;
            while (past > file && _starts[first] - _starts[past] < PastSymbols && LengthOf(first) <= LongestLine && LengthOf(past - 1) <= LongestLine) past--;
            var last = next;
            while (last < wanted.Length && wanted[last] < end) last++;
            _pieces.Add(new Piece(past, first, wanted[last - 1] + 1, next, past == file && LengthOf(first) <= LongestLine));
            next = last;
        }
    }

    /// <summary>Pieces.</summary>
    public int Count => _pieces.Count;

    /// <summary>Symbols of a piece.</summary>
    public int LengthOfPiece(int piece) => (int)(_starts[_pieces[piece].End] - _starts[_pieces[piece].Past]) + BeginOf(piece);

    /// <summary>The lines of a piece that are asked for: each one's index in the split, and where its symbols lie in the piece.</summary>
    public IEnumerable<(int Index, Range Symbols)> LinesOf(int piece)
    {
        var origin = _starts[_pieces[piece].Past] - BeginOf(piece);
        for (var index = _pieces[piece].FirstWanted; index < _wanted.Length && _wanted[index] < _pieces[piece].End; index++)
            yield return (index, (int)(_starts[_wanted[index]] - origin)..(int)(_starts[_wanted[index] + 1] - origin));
    }

    /// <summary>The label of a piece's file.</summary>
    public int LabelOf(int piece) => _lines.Label(_pieces[piece].First);

    /// <summary>Fills <paramref name="symbols"/> with those of a piece from <paramref name="first"/> on.</summary>
    /// <exception cref="DataException">if a file cannot be read</exception>
    public void Read(int piece, int first, Span<int> symbols)
    {
        var before = Math.Clamp(BeginOf(piece) - first, 0, symbols.Length);
        for (var i = 0; i < before; i++) symbols[i] = _begin[first + i];
        symbols = symbols[before..];
        var at = _starts[_pieces[piece].Past] + first + before - BeginOf(piece);
        var line = Array.BinarySearch(_starts, at);
        for (line = line < 0 ? ~line - 1 : line; symbols.Length > 0; line++)
        {
            var skip = (int)(at - _starts[line]);
            var own = symbols[..Math.Min(symbols.Length, LengthOf(line) - skip)];
            _lines.Read(line, skip, own, 0, training: false);
            symbols = symbols[own.Length..];
            at += own.Length;
        }
    }

    int LengthOf(int line) => (int)(_starts[line + 1] - _starts[line]);

    int BeginOf(int piece) => _pieces[piece].Begins ? _begin.Length : 0;
}
