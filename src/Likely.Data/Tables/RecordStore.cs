using Likely.Files;
using Microsoft.Win32.SafeHandles;

namespace Likely.Data;

/// <summary>Records of one length, written one after another and then read at any place by any thread: in memory while they are few, else in a temporary file that goes with its last handle.</summary>
sealed class RecordStore(int length) : IDisposable
{
    const long MostInMemory = 128L << 20;
    const int Piece = 1 << 20;

    readonly List<byte[]> _pieces = [];
    readonly int _perPiece = Math.Max(1, Piece / length);
    SafeFileHandle? _file;
    byte[] _last = [];

    public int Count { get; private set; }

    /// <exception cref="DataException">There is no room for a temporary file.</exception>
    public void Add(ReadOnlySpan<byte> record)
    {
        var at = Count % _perPiece;
        if (at == 0) _last = NewPiece();
        record.CopyTo(_last.AsSpan(at * length));
        if (Count++ == int.MaxValue - 1) throw new DataException("There are more rows than can be counted.");
        if (at == _perPiece - 1) Spill();
    }

    byte[] NewPiece()
    {
        var piece = new byte[_perPiece * length];
        if (_file is null) _pieces.Add(piece);
        return piece;
    }

    void Spill()
    {
        try
        {
            if (_file is null)
            {
                if ((long)_pieces.Count * _perPiece * length <= MostInMemory) return;
                _file = File.OpenHandle(Path.Combine(Path.GetTempPath(), $"likely-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
                for (var i = 0; i < _pieces.Count; i++) RandomAccess.Write(_file, _pieces[i], (long)i * _perPiece * length);
                _pieces.Clear();
                return;
            }
            RandomAccess.Write(_file, _last, ((long)Count / _perPiece - 1) * _perPiece * length);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"The rows do not fit into memory, and there is no temporary file for them: {error.Message}", error);
        }
    }

    /// <summary>Copies a record.</summary>
    public void Read(int index, Span<byte> record)
    {
        var piece = index / _perPiece;
        if (_file is null)
        {
            _pieces[piece].AsSpan(index % _perPiece * length, length).CopyTo(record);
            return;
        }
        if (piece == Count / _perPiece)
        {
            _last.AsSpan(index % _perPiece * length, length).CopyTo(record); // not yet full, and not written
            return;
        }
        if (RandomAccess.Read(_file, record[..length], (long)index * length) < length) throw new DataException("The temporary file of the rows was cut short.");
    }

    public void Dispose() => _file?.Dispose();
}
