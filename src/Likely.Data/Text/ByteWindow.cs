namespace Likely.Data;

/// <summary>A megabyte of a sequence that moves along with who reads it in order, or less for who reads a short stretch alone.</summary>
/// <param name="files">The sequence.</param>
/// <param name="cancellation">Ends any move within a moment: a megabyte of samples at another rate may take minutes.</param>
/// <param name="most">Bytes that are asked for, if fewer.</param>
sealed class ByteWindow(FileSequence files, CancellationToken cancellation, long most = ByteWindow.Usual)
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
            cancellation.ThrowIfCancellationRequested();
            var next = Math.Min(at + _buffer.Length, files.Length);
            (_start, _end) = (at, at); // nothing, should reading fail
            files.Read(at, _buffer.AsSpan(0, (int)(next - at)), cancellation);
            _end = next;
        }
        return _buffer.AsSpan((int)(at - _start), (int)(Math.Min(end, _end) - at));
    }
}
