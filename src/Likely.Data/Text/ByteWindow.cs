namespace Likely.Data;

/// <summary>A megabyte of a sequence that moves along with who reads it in order, or less for who reads a short stretch alone.</summary>
sealed class ByteWindow(FileSequence files, long most = ByteWindow.Usual)
{
    const int Usual = 1 << 20;

    readonly byte[] _buffer = new byte[Math.Clamp(most, 1, Usual)];
    long _start, _end;

    /// <summary>Bytes from <paramref name="at"/> on and before <paramref name="end"/>: all, or at least <paramref name="least"/> of them.</summary>
    /// <exception cref="DataException">if a file cannot be read</exception>
    public ReadOnlySpan<byte> At(long at, long end, int least = 1)
    {
        if (at < _start || Math.Min(end, at + least) > _end)
        {
            (_start, _end) = (at, Math.Min(at + _buffer.Length, files.Length));
            files.Read(_start, _buffer.AsSpan(0, (int)(_end - _start)));
        }
        return _buffer.AsSpan((int)(at - _start), (int)(Math.Min(end, _end) - at));
    }
}
