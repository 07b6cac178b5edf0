using System.Text;

namespace Likely.Cli;

/// <summary>
/// Bytes as text on stdout while they come: a character of several bytes is written when it is whole, what is no UTF-8 becomes U+FFFD, and on a terminal nothing of
/// it steers the terminal.
/// </summary>
sealed class TextEcho(Session session)
{
    readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    char[] _characters = new char[256];
    bool _isLossy, _isOver; // as nobody reads it
    bool _return; // which may yet be half of a line's end
    char _last = '\n';

    public void Write(ReadOnlySpan<byte> bytes) => Write(bytes, isEnd: false);

    /// <summary>Writes what was held back; a terminal gets the end of its line.</summary>
    public void End()
    {
        if (_isOver) return;
        Write([], isEnd: true);
        if (_isLossy && !session.IsWatched) session.Remark("what is no UTF-8 was written as U+FFFD; --out FILE keeps every byte");
        if (session.IsWatched && _last != '\n') session.Echo("\n");
        _last = '\n';
    }

    void Write(ReadOnlySpan<byte> bytes, bool isEnd)
    {
        if (_characters.Length < bytes.Length + 4) _characters = new char[bytes.Length + 4];
        var first = _return ? 1 : 0;
        _characters[0] = '\r';
        var count = first + _decoder.GetChars(bytes, _characters.AsSpan(first), isEnd);
        _return = !isEnd && count > 0 && _characters[count - 1] == '\r';
        if (_return) count--;
        if (count == 0) return;
        _isLossy |= _characters.AsSpan(0, count).Contains('\uFFFD');
        try
        {
            session.Echo(new string(_characters, 0, count));
        }
        catch (NobodyReadsException)
        {
            _isOver = true;
            throw;
        }
        _last = _characters[count - 1];
    }
}
